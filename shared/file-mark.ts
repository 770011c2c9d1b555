import { stat } from "node:fs/promises";

/** Another one whenever the file was replaced or written to. */
export async function fileMark(file: string): Promise<string> {
	const found = await stat(file).catch(() => undefined);
	return found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : "none";
}
