// Bundles each program into one file that starts fast: dist/heimweg.js and dist/heimweg-relay.js.
import { chmod, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(await readFile(`${root}package.json`, "utf8"));

const programs = { heimweg: "agent/main.ts", "heimweg-relay": "relay-side/main.ts" };

/** zod's messages in some fifty languages; ours are English. */
const englishOnly = {
	name: "english-only",
	setup({ onLoad }) {
		onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
			contents: 'export { default as en } from "./en.js";',
		}));
	},
};

/**
 * Of undici only Agent and request, without fetch, WebSocket, caches and mocks: a tenth of the resident memory and a
 * quarter of the start are theirs. `request` is always given a dispatcher here, and then does just this.
 */
const undiciRequestOnly = {
	name: "undici-request-only",
	setup({ onResolve, onLoad }) {
		onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "request-only" }));
		onLoad({ filter: /.*/, namespace: "request-only" }, () => ({
			resolveDir: root,
			contents: `
				exports.Agent = require("undici/lib/dispatcher/agent.js");
				const { request } = require("undici/lib/api/index.js");
				exports.request = (address, options) => {
					const { origin, pathname, search } = new URL(address);
					const method = options.method ?? "GET";
					return request.call(options.dispatcher, { ...options, origin, path: pathname + search, method });
				};`,
		}));
	},
};

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
		legalComments: "none",
		plugins: [englishOnly, undiciRequestOnly],
		define: { HEIMWEG_VERSION: JSON.stringify(version) },
		// Bundled CommonJS modules ask for it.
		banner: {
			js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
		},
		logLevel: "warning",
	});
	await chmod(outfile, 0o755);
}
