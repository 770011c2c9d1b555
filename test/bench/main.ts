import { parseArgs } from "node:util";
import { type Lab, startLab } from "../lab/lab.ts";
import { buildPrograms } from "../lab/scene.ts";
import { type Bench, oneAtATime, randomFrom } from "./bench.ts";
import { crowd } from "./crowd/crowd.ts";
import { crowdFigures } from "./crowd/figures.ts";
import { layGround } from "./crowd/ground.ts";
import { mostHomes } from "./crowd/home.ts";
import { type Figure, reached } from "./figure.ts";
import { machine } from "./machine.ts";
import { type Measurement, type Place, places } from "./measurements.ts";
import { load, report } from "./report.ts";

const names = [...places.flatMap(({ measurements }) => measurements.map(({ name }) => name)), "crowd"];

/** How many homes a crowd has, when nothing else is said. */
const crowds = [1, 1_000, 10_000];

const help = `npm run bench, as root: measures in the lab what Heimweg is to reach, beside what people use today; prints a table
and writes bench-DATE.json with every single sample. Takes about 40 minutes.

  npm run bench -- --quick         few rounds and short waits, for trying: about 10 minutes
  npm run bench -- --only NAME     just that, may be repeated:
                                   ${names.join(", ")}
  npm run bench -- --homes N       how many homes the crowd has (${crowds.join(", ")}), may be repeated
  npm run bench -- --real          the crowd has real WireGuard sessions; else its tunnels are simulated
  npm run bench -- --profile FOLDER  profiles of the relay's companion go there, of each thing that a crowd does
  npm run bench -- --outages N     how many times the line is down for 10 minutes (2)
  npm run bench -- --seed NUMBER   repeats the random moments of another run

Exit status: 0 every goal was reached; 1 one was missed or could not be measured; 64 wrong arguments.`;

const { only, ...options } = readArguments();
const { quick, seed } = options;

/** Milliseconds after which the bench ends with what it has. */
const patience =
	(32 +
		11 * Math.max(0, options.longOutages - 1) +
		(wanted({ name: "crowd" }) ? 8 * options.homes.length : 0)) *
	60_000;

const began = performance.now();
const bench: Bench = { quick, longOutages: options.longOutages, random: randomFrom(seed), say };
const alone = oneAtATime();
const measured = new Map<string, Figure[]>();
const troubles: string[] = [];
const labs: Pick<Lab, "relay" | "stop">[] = [];
const loadBefore = load();

say(`seed ${seed}${quick ? "; quick: few rounds, and short waits" : ""}`);
buildPrograms();
const inTime = await Promise.race([
	Promise.all([...places.map(measureAt), measureCrowds()]).then(() => true),
	timer(patience),
]);
if (!inTime) troubles.push(`not everything was measured in ${patience / 60_000} min`);
const about = await machine(labs[0]?.relay.isOn ? labs[0].relay : undefined);
await Promise.all(labs.map((lab) => lab.stop()));
const figures = names.flatMap((name) => measured.get(name) ?? []);
await report({ seed, quick, machine: { ...about, loadBefore }, troubles, figures });
process.exit(troubles.length > 0 || figures.some((figure) => reached(figure) === false) ? 1 : 0);

/** A lab of its own for each place: none waits for another, but for what keeps the whole machine busy. */
async function measureAt({ name, roots = {}, prepare, measurements, atOnce }: Place): Promise<void> {
	const chosen = measurements.filter(wanted);
	if (chosen.length === 0) return;
	try {
		const lab = await startLab({ roots, log: (line) => say(`${name}: ${line}`) });
		// What it was measured with is read from the first.
		if (name.startsWith("Heimweg")) labs.unshift(lab);
		else labs.push(lab);
		const scene = await prepare(lab);
		const measure = async (one: Measurement) => {
			const act = () => one.measure(scene, bench);
			const result = await (one.busy ? alone(act) : act()).catch((error) => trouble(one.name, error));
			if (result) measured.set(one.name, result);
		};
		if (atOnce) await Promise.all(chosen.map(measure));
		else for (const one of chosen) await measure(one);
	} catch (error) {
		trouble(name, error);
	}
}

/** A relay of its own for crowds of homes, one after the other; each keeps the whole machine busy. */
async function measureCrowds(): Promise<void> {
	if (!wanted({ name: "crowd" })) return;
	try {
		const ground = await layGround((line) => say(`crowd: ${line}`), options.real);
		labs.push(ground);
		for (const homes of options.homes) {
			const seen = await alone(() =>
				crowd(ground, { homes, seconds: quick ? 15 : 60, say, profile: options.profile }),
			);
			measured.set("crowd", [...(measured.get("crowd") ?? []), ...crowdFigures(seen)]);
		}
	} catch (error) {
		trouble("crowd", error);
	}
}

/** A quick run leaves out what only waits for many minutes, if it is not asked for by name. */
function wanted({ name }: Pick<Measurement, "name">): boolean {
	if (only.length === 0) return !(quick && ["outage600", "alone", "crowd"].includes(name));
	return only.some((chosen) => isNamed(name, chosen));
}

/** `ports` stands for `ports-way`, `ports-change` and so on. */
function isNamed(name: string, chosen: string): boolean {
	return name === chosen || name.startsWith(`${chosen}-`);
}

function trouble(name: string, error: unknown): undefined {
	const text = `${name} could not be measured: ${(error as Error).message}`;
	troubles.push(text);
	say(text);
}

function say(line: string): void {
	const seconds = Math.round((performance.now() - began) / 1_000);
	console.log(
		`${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}  ${line}`,
	);
}

function timer(milliseconds: number): Promise<false> {
	return new Promise((resolve) => {
		setTimeout(() => resolve(false), milliseconds).unref();
	});
}

function readArguments(): {
	quick: boolean;
	only: string[];
	longOutages: number;
	homes: number[];
	seed: number;
	profile: string | undefined;
	real: boolean;
} {
	try {
		const { values } = parseArgs({
			options: {
				quick: { type: "boolean", default: false },
				only: { type: "string", multiple: true, default: [] },
				homes: { type: "string", multiple: true, default: crowds.map(String) },
				outages: { type: "string", default: "2" },
				real: { type: "boolean", default: false },
				profile: { type: "string" },
				seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
				help: { type: "boolean", default: false },
			},
		});
		if (values.help) {
			console.log(help);
			process.exit(0);
		}
		const wrong = values.only.find((chosen) => !names.some((name) => isNamed(name, chosen)));
		if (wrong) throw new Error(`--only ${wrong}: expected one of ${names.join(", ")}`);
		if (!/^\d+$/.test(values.seed)) throw new Error(`--seed ${values.seed}: expected a whole number`);
		if (!/^\d{1,2}$/.test(values.outages))
			throw new Error(`--outages ${values.outages}: expected a whole number up to 99`);
		const notHomes = values.homes.find((text) => !/^[1-9]\d{0,4}$/.test(text) || Number(text) > mostHomes);
		if (notHomes) throw new Error(`--homes ${notHomes}: expected a whole number from 1 to ${mostHomes}`);
		if (process.getuid?.() !== 0)
			throw new Error("the lab boots machines and makes networks: run it as root");
		const { quick, only, outages } = values;
		return {
			quick,
			only,
			longOutages: Number(outages),
			homes: values.homes.map(Number),
			profile: values.profile,
			real: values.real,
			seed: Number(values.seed),
		};
	} catch (error) {
		console.error((error as Error).message);
		process.exit(64);
	}
}
