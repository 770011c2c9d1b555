// Bundles each program into one file: dist/heimweg.js and dist/heimweg-relay.js.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundle, programs, sourceVersion } from "./bundle.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

await mkdir(dist, { recursive: true });
for (const name of Object.keys(programs)) {
	const file = `${dist}${name}.js`;
	await writeFile(file, (await bundle(name, await sourceVersion())).code);
	await chmod(file, 0o755);
}
