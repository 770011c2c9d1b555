import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { codeOf, messageOf } from "../../shared/errors.ts";
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

/** The file's stamp, or undefined when there is no such file. */
export async function stampOf(path: string): Promise<Stamp | undefined> {
	try {
		const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
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
		// Without O_NONBLOCK, opening a FIFO waits for a writer for ever.
		const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const info = await file.stat();
			if (!info.isFile()) return wrong(name, "expected a regular file");
			if (info.size > largest) return wrong(name, `expected at most ${largest} bytes, got ${info.size}`);
			const { buffer, bytesRead } = await file.read(Buffer.alloc(largest + 1), 0, largest + 1, 0);
			if (bytesRead > largest) return wrong(name, `expected at most ${largest} bytes, got more`);
			return parse(name, new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, bytesRead)));
		} finally {
			await file.close();
		}
	} catch (error) {
		const code = codeOf(error);
		if (code === "ENOENT") return undefined;
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
