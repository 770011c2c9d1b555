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

/** The file beside the program from which the doctor is read, and where it begins. */
export const doctorFile = (name) => `${name}.doctor.mjs`;
export const doctors = {
	heimweg: "agent/doctor/doctor.ts",
	"heimweg-relay": "relay-side/doctor/doctor.ts",
};

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

const withRequire =
	'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);';

/**
 * A program is CommonJS inside an ES module. `import` of one of Node's own modules reads all that it offers, also what
 * Node only loads when it is first read: of node:http that is WebSocket and with it fetch and HTTP/2 (Node 24), of
 * node:crypto WebCrypto. `require` leaves it where it is: measured with Node 24, 3 MB of resident memory and 40 ms of the
 * start.
 */
const requiring = {
	format: "cjs",
	banner: `${withRequire}\nconst bundleAddress = import.meta.url;`,
	define: { "import.meta.url": "bundleAddress" },
};

/**
 * The program as one ES module, what it says in German as another and its doctor as a third, neither of which costs a
 * daemon memory, and the npm packages of which something went into them.
 */
export async function bundle(name, version) {
	const program = {
		...common,
		metafile: true,
		define: { HEIMWEG_VERSION: JSON.stringify(version) },
		plugins: [
			...bundling,
			beside(/^\.\/german\.ts$/, germanFile(name)),
			beside(/^\.\/doctor\.ts$/, doctorFile(name)),
		],
	};
	const { outputFiles, metafile } = await build({
		...program,
		...requiring,
		define: { ...program.define, ...requiring.define },
		banner: { js: `#!/usr/bin/env node\n${requiring.banner}` },
		entryPoints: [programs[name]],
		outfile: `${root}dist/${name}.js`,
	});
	const doctor =
		doctors[name] &&
		(await build({
			...program,
			entryPoints: [doctors[name]],
			outfile: doctorFile(name),
			banner: { js: withRequire },
		}));
	const german = await build({
		...common,
		entryPoints: ["shared/words/german.ts"],
		outfile: germanFile(name),
	});
	const code = ascii(name, outputFiles[0].text);
	return {
		code,
		german: german.outputFiles[0].text,
		...(doctor ? { doctor: doctor.outputFiles[0].text } : {}),
		packages: [...new Set([metafile, ...(doctor ? [doctor.metafile] : [])].flatMap(packagesIn))].sort(),
	};
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
