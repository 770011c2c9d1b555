import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProgramName, bundle as programBundle } from "../../systemd/bundle.mjs";
import { bundling } from "../../systemd/bundling.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Prints when each expression is due next, at several moments: some are right before the clocks change. */
const program = `
import { schedule } from "node-cron";
const RealDate = Date;
let moment = 0;
globalThis.Date = class extends RealDate {
	constructor(...given) {
		super(...(given.length > 0 ? given : [moment]));
	}
	static now = () => moment;
};
const moments = ["2026-03-29T00:30:00Z", "2026-10-25T00:10:00Z", "2026-12-31T23:59:59Z", "2028-02-28T12:00:00Z"];
const expressions = ["17 */6 * * *", "30 2 * * 0", "0 0 29 2 *", "*/5 * * * *"];
const due = moments.flatMap((text) => {
	moment = RealDate.parse(text);
	return expressions.map((expression) => {
		const task = schedule(expression, () => {});
		const next = task.getNextRun();
		task.destroy();
		return next;
	});
});
console.log(JSON.stringify(due));
`;

describe("the bundle", () => {
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "heimweg-bundling-"));
		for (const [name, plugins] of [
			["bundled", bundling],
			["whole", []],
		] as const) {
			await writeFile(join(folder, `${name}.mjs`), await bundle([...plugins]));
		}
	});
	afterAll(() => rm(folder, { recursive: true }));

	async function bundle(plugins: typeof bundling): Promise<string> {
		const result = await build({
			stdin: { contents: program, resolveDir: root },
			bundle: true,
			platform: "node",
			format: "esm",
			write: false,
			plugins,
			banner: {
				js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
			},
		});
		return result.outputFiles[0]!.text;
	}

	const run = (name: string, zone: string) =>
		execFileSync(process.execPath, [join(folder, `${name}.mjs`)], {
			encoding: "utf8",
			env: { ...process.env, TZ: zone },
		});

	it.each(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland"])(
		"names the same times as the whole node-cron in %s",
		(zone) => {
			const lines = run("bundled", zone);
			expect(JSON.parse(lines)).toHaveLength(16);
			expect(lines).not.toContain("null");
			expect(lines).toBe(run("whole", zone));
		},
	);

	it.each<ProgramName>(["heimweg", "heimweg-relay"])(
		"of %s takes no part of Node into memory that it does not use",
		async (name) => {
			const file = join(folder, `${name}.mjs`);
			const loaded = join(folder, "loaded.cjs");
			await writeFile(file, (await programBundle(name, "1.2.3")).code);
			await writeFile(loaded, 'process.on("exit", () => console.log(process.moduleLoadList.join("\\n")));');
			const lines = execFileSync(process.execPath, ["--require", loaded, file, "--version"], {
				encoding: "utf8",
			}).split("\n");
			expect(lines[0]).toBe("1.2.3");
			expect(lines).toContain("NativeModule http");
			// What is behind getters of node:http and node:crypto; in Node 20 the first of them is only behind fetch itself.
			for (const unused of ["deps/undici/undici", "http2/core", "crypto/webcrypto"])
				expect(lines).not.toContain(`NativeModule internal/${unused}`);
		},
	);
});
