import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** An npm package of which something is in a bundle. */
export interface Bundled {
	name: string;
	version: string;
	/** SPDX. */
	licence: string;
	licenceText: string;
	/** SHA-512 of the package's archive, in hexadecimal, as the lock file has it. */
	sha512: string;
}

/** What is known of the packages in these folders below `node_modules`, sorted; throws when one has no licence. */
export async function bundledPackages(folders: readonly string[]): Promise<Bundled[]> {
	const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
		packages: Record<string, { integrity?: string }>;
	};
	return Promise.all(
		folders.map(async (folder) => {
			const { name, version, license } = JSON.parse(
				await readFile(join(root, folder, "package.json"), "utf8"),
			) as { name: string; version: string; license: string };
			const file = (await readdir(join(root, folder))).find((one) => /^licen[cs]e/i.test(one));
			if (!file || !license) throw new Error(`${folder} says no licence, and may not be packaged`);
			const integrity = lock.packages[folder]?.integrity ?? "";
			if (!integrity.startsWith("sha512-")) throw new Error(`package-lock.json has no SHA-512 of ${folder}`);
			return {
				name,
				version,
				licence: license,
				licenceText: (await readFile(join(root, folder, file), "utf8")).trim(),
				sha512: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex"),
			};
		}),
	);
}
