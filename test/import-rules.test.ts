import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { importsOf } from "./imports.ts";

const root = resolve(import.meta.dirname, "..");

/** The folders that a folder may not import from. */
const forbidden = {
	agent: ["relay-side", "test"],
	"relay-side": ["agent", "test"],
	shared: ["agent", "relay-side", "test"],
} as const;

/** The lines in which the linter, with the project's own settings, finds a forbidden import in a file of this text. */
async function complaints(file: string, text: string): Promise<number[]> {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-imports-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await copyFile(join(root, "biome.json"), join(folder, "biome.json"));
	await mkdir(dirname(join(folder, file)), { recursive: true });
	await writeFile(join(folder, file), text);
	const args = ["lint", "--vcs-enabled=false", "--only=style/noRestrictedImports", "--reporter=json", "."];
	const output = await new Promise<string>((done) => {
		execFile(join(root, "node_modules/.bin/biome"), args, { cwd: folder }, (_, stdout) => done(stdout));
	});
	const report = JSON.parse(output) as {
		summary: { unchanged: number };
		diagnostics: Array<{ severity: string; category: string; location: { start: { line: number } } }>;
	};
	expect(report.summary.unchanged).toBeGreaterThan(0);
	return report.diagnostics
		.filter((one) => one.severity === "error" && one.category === "lint/style/noRestrictedImports")
		.map((one) => one.location.start.line);
}

for (const [folder, others] of Object.entries(forbidden)) {
	for (const other of others) {
		for (const [depth, way] of [
			[`${folder}/offending.ts`, ".."],
			[`${folder}/deep/down/offending.ts`, "../../.."],
		] as const) {
			test(`the linter refuses every kind of import from ${other} in ${depth}`, async () => {
				const text = [
					`import "${way}/${other}/one.ts";`,
					`import { two } from "${way}/${other}/deep/two.ts";`,
					`import type { Three } from "${way}/${other}/three.ts";`,
					`export { four } from "${way}/${other}/four.ts";`,
					`export * from "${way}/${other}/five.ts";`,
					`export const six: Promise<Three> = import("${way}/${other}/six.ts").then(two);`,
				].join("\n");
				expect(await complaints(depth, `${text}\n`)).toEqual([1, 2, 3, 4, 5, 6]);
			});
		}
	}
}

test("the linter leaves alone what may be imported", async () => {
	const text =
		'import { a } from "../shared/a.ts";\nimport { b } from "./b.ts";\nimport { c } from "zod";\na(b, c);\n';
	for (const folder of ["agent", "relay-side"])
		expect(await complaints(`${folder}/fine.ts`, text)).toEqual([]);
	const tests = 'import { a } from "../agent/a.ts";\nimport { b } from "../relay-side/b.ts";\na(b);\n';
	expect(await complaints("test/fine.ts", tests)).toEqual([]);
});

// The linter does not look into `typeof import("...")` and `require`; this looks at every text that could name a file.
test("no file of the product names one in a folder that it may not import from, in whatever way", async () => {
	const found: string[] = [];
	const imports = await importsOf(Object.keys(forbidden));
	for (const [file, targets] of imports) {
		const others: readonly string[] = forbidden[file.split("/")[0] as keyof typeof forbidden];
		for (const target of targets)
			if (others.includes(target.split("/")[0] ?? "")) found.push(`${file}: ${target}`);
	}
	expect(found).toEqual([]);
	expect(imports.size).toBeGreaterThan(60);
});
