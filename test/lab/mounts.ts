import { readFile, rm } from "node:fs/promises";
import { attempt, run } from "./command.ts";

/** Everything that is mounted at or below `folder`, the deepest first (proc_pid_mountinfo(5)). */
export async function mountsBelow(folder: string): Promise<string[]> {
	const table = await readFile("/proc/self/mountinfo", "utf8");
	return table
		.split("\n")
		.map((line) => unescapeOctal(line.split(" ")[4] ?? ""))
		.filter((point) => point === folder || point.startsWith(`${folder}/`))
		.reverse();
}

/** The table writes blank, tab, newline and backslash as a backslash and three octal digits. */
function unescapeOctal(text: string): string {
	return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);
}

/** Unmounts whatever is at or below `folder`; a mount that is still busy goes as soon as it is not. */
export async function unmountBelow(folder: string): Promise<void> {
	for (const point of await mountsBelow(folder)) {
		const { exitCode } = await attempt(["umount", point]);
		if (exitCode !== 0) await run(["umount", "--lazy", point]);
	}
}

/** Removes a folder that may have mounts in it, without ever reaching into what is mounted there. */
export async function removeFolder(folder: string): Promise<void> {
	await unmountBelow(folder);
	const left = await mountsBelow(folder);
	if (left.length > 0) throw new Error(`cannot remove ${folder}: still mounted: ${left.join(", ")}`);
	await rm(folder, { recursive: true, force: true });
}

/** Mounts a writable copy of the folder `lower` at `target`; what is written goes to `upper`. */
export async function mountOverlay(
	lower: string,
	upper: string,
	work: string,
	target: string,
): Promise<void> {
	const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
	await run(["mount", "-t", "overlay", "overlay", "-o", layers, target]);
}
