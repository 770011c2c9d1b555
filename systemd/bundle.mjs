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

/** The file beside the program from which a command that speaks German reads it. */
export const germanFile = (name) => `${name}.german.mjs`;

const common = {
	absWorkingDir: root,
	write: false,
	bundle: true,
	platform: "node",
	format: "esm",
	target: "node20.19",
	minifySyntax: true,
	minifyWhitespace: true,
	legalComments: "none",
	logLevel: "warning",
};

/**
 * The program as one ES module, what it says in German as another, which costs a daemon no memory, and the npm packages
 * of which something went into it.
 */
export async function bundle(name, version) {
	const { outputFiles, metafile } = await build({
		...common,
		entryPoints: [programs[name]],
		outfile: `${root}dist/${name}.js`,
		metafile: true,
		plugins: [...bundling, beside(/^\.\/german\.ts$/, germanFile(name))],
		define: { HEIMWEG_VERSION: JSON.stringify(version) },
		// Bundled CommonJS modules ask for it.
		banner: {
			js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
		},
	});
	const german = await build({
		...common,
		entryPoints: ["shared/words/german.ts"],
		outfile: germanFile(name),
	});
	const code = ascii(name, outputFiles[0].text);
	return { code, german: german.outputFiles[0].text, packages: packagesIn(metafile) };
}

/** Leaves a module where it is: in a file beside the program. */
function beside(filter, file) {
	return {
		name: "beside",
		setup({ onResolve }) {
			onResolve({ filter }, () => ({ path: `./${file}`, external: true }));
		},
	};
}

/** One sign beyond ASCII, and V8 keeps two bytes for each of the file: measured, 6.6 MB of resident memory. */
function ascii(name, code) {
	const foreign = /[^\p{ASCII}]+/u.exec(code);
	if (foreign) throw new Error(`${name} is not ASCII: write "${foreign[0]}" as an escape`);
	return code;
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
