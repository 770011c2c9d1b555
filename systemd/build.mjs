// Bundles each program into one file: dist/heimweg.js and dist/heimweg-relay.js, and what each says in German, and its doctor, into others beside it.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundle, doctorFile, germanFile, programs, sourceVersion } from "./bundle.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

await mkdir(dist, { recursive: true });
for (const name of Object.keys(programs)) {
	const file = `${dist}${name}.js`;
	const { code, german, doctor } = await bundle(name, await sourceVersion());
	await writeFile(file, code);
	await writeFile(`${dist}${germanFile(name)}`, german);
	if (doctor) await writeFile(`${dist}${doctorFile(name)}`, doctor);
	await chmod(file, 0o755);
}
