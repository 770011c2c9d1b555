import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "./gzip.ts";

const execute = promisify(execFile);

/**
 * Makes a folder of packages one that apt(8) takes from: an index, and its hashes signed with this key of gpg(1). The
 * public key goes beside it, for `Signed-By`.
 */
export async function makeRepository(
	folder: string,
	{ key, keys }: { key: string; keys?: string | undefined },
	epoch: number,
): Promise<void> {
	const { stdout: index } = await execute("dpkg-scanpackages", ["--multiversion", "."], {
		cwd: folder,
		maxBuffer: 64 * 2 ** 20,
	});
	await writeFile(join(folder, "Packages"), index);
	await writeFile(join(folder, "Packages.gz"), gzip(index));
	await writeFile(join(folder, "Release"), await releaseText(folder, epoch));
	const home = keys ? ["--homedir", keys] : [];
	const gpg = (...args: string[]) =>
		execute("gpg", [...home, "--batch", "--yes", "--local-user", key, ...args], { cwd: folder });
	await gpg("--clearsign", "--output", "InRelease", "Release");
	await gpg("--armor", "--detach-sign", "--output", "Release.gpg", "Release");
	await gpg("--armor", "--output", "heimweg.asc", "--export", key);
}

async function releaseText(folder: string, epoch: number): Promise<string> {
	const sums = await Promise.all(
		["Packages", "Packages.gz"].map(async (name) => {
			const bytes = await readFile(join(folder, name));
			return ` ${createHash("sha256").update(bytes).digest("hex")} ${bytes.length} ${name}\n`;
		}),
	);
	const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
	return `Origin: Heimweg\nLabel: Heimweg\nSuite: stable\nArchitectures: all amd64 arm64\nDate: ${date}\nSHA256:\n${sums.join("")}`;
}
