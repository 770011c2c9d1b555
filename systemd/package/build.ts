import { mkdir } from "node:fs/promises";
import { bundle, type ProgramName, programs, sourceVersion } from "../bundle.mjs";
import { type Packing, packDeb } from "./deb.ts";
import { commonPackage, type Edition, nodePackage, programPackage } from "./packages.ts";
import { makeRepository } from "./repository.ts";
import { type Architecture, runtimeFor } from "./runtime.ts";

export interface BuildOptions {
	/** Where the packages go. */
	output: string;
	architectures: readonly Architecture[];
	maintainer: string;
	epoch: number;
	/** As package.json says, if not given. */
	version?: string | undefined;
	packing?: Packing;
	/** A folder of an unpacked official archive of Node, instead of the npm package. */
	node?: string | undefined;
	/** How often this Node was packed, if not as runtime.json says. */
	revision?: string | undefined;
	/** The key of gpg to sign a repository with; without one there are only packages. */
	key?: string | undefined;
	/** The folder with gpg's keys, if not the user's. */
	keys?: string | undefined;
}

/** Builds all packages and returns their files. */
export async function buildPackages(options: BuildOptions): Promise<string[]> {
	const { output, architectures, maintainer, epoch, packing = "small", node, key } = options;
	const edition: Edition = { version: options.version ?? (await sourceVersion()), maintainer, epoch };
	await mkdir(output, { recursive: true });
	const files: string[] = [];
	files.push(await packDeb(await commonPackage(edition), output, epoch, packing));
	for (const name of Object.keys(programs) as ProgramName[]) {
		const deb = await programPackage(name, edition, await bundle(name, edition.version));
		files.push(await packDeb(deb, output, epoch, packing));
	}
	for (const architecture of architectures) {
		const runtime = await runtimeFor(architecture, node);
		if (options.revision) runtime.revision = options.revision;
		files.push(await packDeb(await nodePackage(runtime, maintainer), output, runtime.epoch, packing));
	}
	if (key) await makeRepository(output, { key, keys: options.keys }, epoch);
	return files;
}
