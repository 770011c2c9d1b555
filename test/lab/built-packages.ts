import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildPackages } from "../../systemd/package/build.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(project, ".cache");

/** All that a package is made of. */
const sources = ["agent", "relay-side", "shared", "systemd", "package.json", "package-lock.json"];

/** Milliseconds after which the packages of other sources are thrown away: another tree may be using them now. */
const kept = 24 * 3_600_000;

const machine = process.arch === "arm64" ? "arm64" : "amd64";

/** For packages that only hosts of the lab get. */
export const labEdition: Omit<BuildOptions, "output"> = {
	architectures: [machine],
	maintainer: "Lab <lab@package.invalid>",
	epoch: 1_790_000_000,
	version: "0.1.0",
	revision: "1",
	packing: "fast",
};

/** The folder with the packages of the tree as it is, for this machine's architecture; made once for the same sources. */
export async function packagesOfTree(): Promise<string> {
	const folder = join(cache, `packages-${await sourcesHash()}`);
	if (existsSync(folder)) return folder;
	await mkdir(cache, { recursive: true });
	const building = join(cache, `building-packages-${process.pid}`);
	try {
		await buildPackages({ ...labEdition, output: building });
		await rename(building, folder);
	} catch (error) {
		// Another process may have been faster; then its packages are as good as ours.
		if (!existsSync(folder)) throw error;
	} finally {
		await rm(building, { recursive: true, force: true });
	}
	await removeOld();
	return folder;
}

async function sourcesHash(): Promise<string> {
	const hash = createHash("sha256").update(machine);
	for (const source of sources) {
		for (const path of (await filesOf(source)).sort()) {
			const bytes = await readFile(join(project, path));
			hash.update(`${path} ${bytes.length}\n`).update(bytes);
		}
	}
	return hash.digest("hex").slice(0, 12);
}

/** Paths in the tree. */
async function filesOf(path: string): Promise<string[]> {
	if ((await stat(join(project, path))).isFile()) return [path];
	const entries = await readdir(join(project, path), { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(project.length));
}

async function removeOld(): Promise<void> {
	for (const name of await readdir(cache)) {
		if (!/^(building-)?packages-/.test(name)) continue;
		const { mtimeMs } = await stat(join(cache, name));
		if (Date.now() - mtimeMs > kept) await rm(join(cache, name), { recursive: true, force: true });
	}
}
