// Bundles each program into one file that starts fast.
import { chmod, readFile } from "node:fs/promises";
import { build } from "esbuild";

const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
const root = new URL("..", import.meta.url).pathname;

const programs = { heimweg: "agent/main.ts", "heimweg-relay": "relay-side/main.ts" };

for (const [name, entry] of Object.entries(programs)) {
	const outfile = `${root}dist/${name}.js`;
	await build({
		absWorkingDir: root,
		entryPoints: [entry],
		outfile,
		bundle: true,
		platform: "node",
		format: "esm",
		target: "node20.19",
		minifySyntax: true,
		minifyWhitespace: true,
		keepNames: true,
		legalComments: "none",
		define: { HEIMWEG_VERSION: JSON.stringify(version) },
		// Bundled CommonJS modules ask for these.
		banner: {
			js: '#!/usr/bin/env node\nimport { createRequire as heimwegRequire } from "node:module";\nconst require = heimwegRequire(import.meta.url);',
		},
		logLevel: "warning",
	});
	await chmod(outfile, 0o755);
}
