import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { codeOf, HeimwegError } from "./errors.ts";
import { say } from "./words/say.ts";

/** What lies at the path is there, and is not read: no regular file, a link that is not followed, or too large. */
export class UnfitFile extends HeimwegError {
	readonly wrong: "kind" | "size";

	constructor(wrong: UnfitFile["wrong"], message: string) {
		super(message);
		this.wrong = wrong;
	}
}

/** Bytes that are read at a time of a file that is longer than it says. */
const block = 64 * 1024;

export interface FileBytes {
	bytes: Buffer;
	/** Of the very file that was read, whatever lies at its path by now. */
	info: Stats;
}

/**
 * Reads a regular file of bounded size. Never waits for a pipe, nor reads a device without an end: what is read is what
 * was looked at, by one descriptor.
 *
 * @param limit bytes
 * @param follow false where somebody less trusted owns the folder and could place a link there
 * @throws UnfitFile, and what open(2) and read(2) say
 */
export async function readRegularFile(
	path: string,
	{ limit, follow = true }: { limit: number; follow?: boolean },
): Promise<FileBytes> {
	// Without O_NONBLOCK, opening a pipe waits for its other end for ever.
	const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants;
	const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW)).catch(
		(error) => {
			if (codeOf(error) === "ENXIO") throw noFile();
			if (codeOf(error) === "ELOOP" && !follow)
				throw new UnfitFile("kind", say`it is a link, and not a file`);
			throw error;
		},
	);
	try {
		const info = await file.stat();
		if (!info.isFile()) throw noFile();
		if (info.size > limit) throw tooLarge(info.size, limit);
		// One byte more than may be there shows a file that grows, or whose size is not told (proc(5)).
		const bytes = await readUpTo(file, limit + 1, info.size);
		if (bytes.length > limit) throw tooLarge(bytes.length, limit);
		return { bytes, info };
	} finally {
		await file.close();
	}
}

/** Reads so many bytes at most. There may be thousands of small files, for each of which a stream would cost more than it. */
async function readUpTo(file: FileHandle, most: number, told: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let left = most;
	for (let size = told + 1; left > 0; size = block) {
		const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(size, left)));
		if (bytesRead === 0) break;
		chunks.push(buffer.subarray(0, bytesRead));
		left -= bytesRead;
	}
	return Buffer.concat(chunks);
}

function noFile(): UnfitFile {
	return new UnfitFile("kind", say`it is a folder, a device or a pipe, and not a file`);
}

function tooLarge(size: number, limit: number): UnfitFile {
	return new UnfitFile("size", say`it has ${size} bytes, and at most ${limit} make sense`);
}
