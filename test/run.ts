import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tallyOf, tallyText, type VitestReport } from "./tally.ts";

// Runs vitest with the arguments given here, and ends with one line that says how it went.

const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "heimweg-tests-"));
const file = join(folder, "report.json");

const vitest = spawn(
	process.execPath,
	[
		...[join(projectFolder, "node_modules/vitest/vitest.mjs"), "run"],
		...["--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
		...process.argv.slice(2),
	],
	{
		cwd: projectFolder,
		stdio: ["ignore", "inherit", "inherit"],
		env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: "1" },
	},
);
let interrupted = false;
// On Ctrl-C vitest, which gets it too, still has a lab to remove.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
	process.on(signal, () => {
		interrupted = true;
		if (signal === "SIGTERM") vitest.kill(signal);
	});
}
const [exitCode] = (await once(vitest, "exit")) as [number | null];

const report = await readFile(file, "utf8")
	.then((text) => JSON.parse(text) as VitestReport)
	.catch(() => undefined);
await rm(folder, { recursive: true, force: true });

const tally = tallyOf(report, interrupted ? undefined : (exitCode ?? undefined));
if (!report) console.error("vitest ended before it could report: see above for why");
console.log(tallyText(tally));
process.exitCode = tally.failed > 0 ? 1 : 0;
