// Bundles a program into one file that starts fast.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundling } from "./bundling.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The programs, and where each begins. */
export const programs = { heimweg: "agent/main.ts", "heimweg-relay": "relay-side/main.ts" };

/** The version that package.json names. */
export async function sourceVersion() {
	return JSON.parse(await readFile(`${root}package.json`, "utf8")).version;
}

/** The program as one ES module, and the npm packages of which something went into it. */
export async function bundle(name, version) {
	const { outputFiles, metafile } = await build({
		absWorkingDir: root,
		entryPoints: [programs[name]],
		outfile: `${root}dist/${name}.js`,
		write: false,
		metafile: true,
		bundle: true,
		platform: "node",
		format: "esm",
		target: "node20.19",
		minifySyntax: true,
		minifyWhitespace: true,
		legalComments: "none",
		plugins: bundling,
		define: { HEIMWEG_VERSION: JSON.stringify(version) },
		// Bundled CommonJS modules ask for it.
		banner: {
			js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
		},
		logLevel: "warning",
	});
	return { code: outputFiles[0].text, packages: packagesIn(metafile) };
}

/** The folders of the npm packages that gave at least a byte, such as `node_modules/zod`. */
function packagesIn({ outputs }) {
	const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
	const folders = inputs.flatMap(([path, { bytesInOutput }]) => {
		const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
		return found && bytesInOutput > 0 ? [found[1]] : [];
	});
	return [...new Set(folders)].sort();
}
