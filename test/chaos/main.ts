import { parseArgs } from "node:util";
import { startLab } from "../lab/lab.ts";
import { buildPrograms, setScene } from "../lab/scene.ts";
import { chaos } from "./chaos.ts";
import { isGood, reportText } from "./report.ts";

const help = `npm run chaos, as root: in the lab, mails go in at a steady rate from the internet to several mailboxes at home and from
the home to the internet, while things go wrong at random moments. Counts what became of every mail that was accepted.
With the defaults it takes about 9 minutes.

  npm run chaos -- --mails N     mails in all (2000)
  npm run chaos -- --faults N    faults in all (60)
  npm run chaos -- --seed N      repeats the plan of another run
  npm run chaos -- --only TEXT   only faults whose names contain this, may be repeated
  npm run chaos -- --longest N   no fault that may last longer than so many seconds

Exit status: 0 no mail was lost, none bounced; 1 something was not well, and the output tells what; 64 wrong arguments.`;

const options = readArguments();
const began = performance.now();
buildPrograms();
const lab = await startLab({ log: say });
try {
	const scene = await setScene(lab);
	const result = await chaos(scene, { ...options, say });
	console.log(reportText(result));
	process.exitCode = isGood(result) ? 0 : 1;
} catch (error) {
	console.log(`\nThe run with seed ${options.seed} failed: ${(error as Error).message}`);
	process.exitCode = 1;
} finally {
	await lab.stop();
}
process.exit();

function say(line: string): void {
	const passed = Math.round((performance.now() - began) / 1000);
	console.log(
		`${String(Math.floor(passed / 60)).padStart(2)}:${String(passed % 60).padStart(2, "0")}  ${line}`,
	);
}

function readArguments() {
	try {
		const { values } = parseArgs({
			options: {
				mails: { type: "string", default: "2000" },
				faults: { type: "string", default: "60" },
				seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
				only: { type: "string", multiple: true },
				longest: { type: "string" },
				help: { type: "boolean", default: false },
			},
		});
		if (values.help) {
			console.log(help);
			process.exit(0);
		}
		if (process.getuid?.() !== 0)
			throw new Error("the lab boots machines and makes networks: run it as root");
		const { only, longest } = values;
		return {
			mails: wholeNumber("mails", values.mails, 20_000),
			faults: wholeNumber("faults", values.faults, 500),
			seed: wholeNumber("seed", values.seed, 2 ** 32 - 1),
			...(only ? { only } : {}),
			...(longest ? { longest: wholeNumber("longest", longest, 3_600) } : {}),
		};
	} catch (error) {
		console.error((error as Error).message);
		process.exit(64);
	}
}

function wholeNumber(name: string, text: string, most: number): number {
	if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
	throw new Error(`--${name} ${text}: expected a whole number up to ${most}`);
}
