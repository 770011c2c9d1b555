import { statSync } from "node:fs";
import { codeOf, messageOf } from "../../shared/errors.ts";
import { readRegularFile, UnfitFile } from "../../shared/regular-file.ts";
import type { HomeFile, ParseHome } from "./home.ts";

/** What tells one state of a file from another without reading it. */
export interface Stamp {
	ino: bigint;
	size: bigint;
	mtime: bigint;
	ctime: bigint;
}

/** A file as it was last read, and what it looked like then. */
export interface Seen {
	stamp: Stamp;
	file: HomeFile;
}

/** The largest home file that is read, in bytes. */
const largest = 64 * 1024;

/**
 * The file's stamp, or undefined when there is no such file. Each minute all files are looked at, on a disk of this machine: by
 * way of another thread that takes ten times as long.
 */
export function stampOf(path: string): Stamp | undefined {
	try {
		const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
		return { ino, size, mtime: mtimeNs, ctime: ctimeNs };
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		// A link that leads nowhere readable is there all the same; reading it says what is wrong.
		return { ino: 0n, size: 0n, mtime: 0n, ctime: 0n };
	}
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
	return a.ino === b.ino && a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime;
}

/** Reads a home file of bounded size; undefined when it is not there. A file that cannot be read is a wrong file. */
export async function readHomeFile(
	path: string,
	name: string,
	parse: ParseHome,
): Promise<HomeFile | undefined> {
	try {
		const { bytes } = await readRegularFile(path, { limit: largest });
		return parse(name, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch (error) {
		const code = codeOf(error);
		if (code === "ENOENT") return undefined;
		if (error instanceof UnfitFile) return wrong(name, error.message);
		if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return wrong(name, "expected UTF-8 text");
		if (code === "EACCES") {
			return wrong(
				name,
				`cannot be read (permission denied): run "chown root:heimweg" and "chmod 0640" on it`,
			);
		}
		return wrong(name, `cannot be read (${messageOf(error)})`);
	}
}

function wrong(name: string, problem: string): HomeFile {
	return { file: name, problems: [`${name}: ${problem}`] };
}
