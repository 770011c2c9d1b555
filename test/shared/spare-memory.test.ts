import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../../", import.meta.url).pathname;

/** What a Node prints that spares memory, runs a function often, and is asked whether V8 has compiled it for speed. */
function hotFunction(littleToDo: boolean) {
	const script = `
		import { spareMemory } from "${folder}shared/spare-memory.ts";
		spareMemory({ littleToDo: ${littleToDo} });
		const { setFlagsFromString } = await import("node:v8");
		setFlagsFromString("--allow-natives-syntax");
		const { runInThisContext } = await import("node:vm");
		const status = runInThisContext(\`
			function hot(rounds) { let sum = 0; for (let i = 0; i < rounds; i++) sum = (sum + i * i) % 1000; return sum; }
			for (let i = 0; i < 3000; i++) hot(3000);
			%GetOptimizationStatus(hot);\`);
		// kOptimized, kMaglevved or kTurboFanned of V8's OptimizationStatus (runtime.h).
		console.log((status & (1 << 4)) !== 0 ? "compiled for speed" : "as it was");`;
	return spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
		encoding: "utf8",
		cwd: folder,
		timeout: 60_000,
	});
}

test("a program with little to do never compiles for speed, and one with much to do does", () => {
	const little = hotFunction(true);
	const much = hotFunction(false);
	expect([little.stdout.trim(), much.stdout.trim()]).toEqual(["as it was", "compiled for speed"]);
	// V8 complains of a flag that it does not know.
	expect([little.stderr, much.stderr]).toEqual(["", ""]);
});

test.each(["heimweg", "heimweg-relay"])("what %s.service sets for Node is known to Node", (unit) => {
	const text = readFileSync(`${folder}systemd/${unit}.service`, "utf8");
	const [, options] = /^Environment=NODE_OPTIONS=(\S+)$/m.exec(text) ?? [];
	expect(options).toBeDefined();
	const env = { ...process.env, NODE_OPTIONS: options };
	expect(execFileSync(process.execPath, ["-p", "1"], { env, encoding: "utf8" })).toBe("1\n");
});
