import { packagesOfTree } from "../lab/built-packages.ts";
import type { Lab } from "../lab/lab.ts";
import { lastWords } from "./evidence.ts";
import { tellStory } from "./story.ts";
import { summaryText } from "./summary.ts";
import { createTeller } from "./teller.ts";

// Tells the story on standard output; exit code 0 when all of it happened, 1 when not, 130 on Ctrl-C.

const began = performance.now();
const teller = createTeller(process.stdout, () => performance.now() - began);
const interruption = new AbortController();
let lab: Lab | undefined;

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
for (const [signal, code] of Object.entries(codes)) {
	process.on(signal, () => {
		if (interruption.signal.aborted) return;
		process.exitCode = code;
		interruption.abort();
		teller.stopWaiting();
		teller.tell("interrupted; removing what was made");
	});
}
// A reader that went away, as `| head` does, ends the demo like a signal.
process.stdout.on("error", () => process.kill(process.pid, "SIGTERM"));

try {
	teller.print("Heimweg: mail finds its way home while the home's address changes.");
	const packages = await teller.wait(
		"building the packages, once for these sources",
		packagesOfTree,
		() => "the packages of these sources are there",
	);
	const measured = await tellStory({
		teller,
		packages,
		signal: interruption.signal,
		onLab: (booted) => {
			lab = booted;
		},
	});
	teller.print(summaryText(measured));
} catch (error) {
	if (!interruption.signal.aborted) {
		process.exitCode = 1;
		teller.print(`\nThe demo failed: ${(error as Error).message}\n`);
		if (lab) teller.print(await lastWords(lab));
	}
} finally {
	await lab?.stop();
}
if (!process.exitCode) teller.tell("both machines and their networks are removed");
process.exit();
