import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type Lab, startLab } from "../lab/lab.ts";
import { buildPrograms, type Scene, setScene, until } from "../lab/scene.ts";
import { addressChanges } from "./address-change.ts";
import { type Bench, randomFrom } from "./bench.ts";
import { type Figure, reached } from "./figure.ts";
import { idle } from "./idle.ts";
import { machine } from "./machine.ts";
import { prefixChanges } from "./prefix-change.ts";
import { relayReboots } from "./relay-reboot.ts";
import { routeAdded } from "./route.ts";
import { starts } from "./start.ts";
import { table } from "./table.ts";
import { type Today, today } from "./today.ts";

const help = `npm run bench, as root: measures in the lab what Heimweg is to reach, beside what people use today; prints a table
and writes bench-DATE.json with every single sample. Takes about 18 minutes.

  npm run bench -- --quick         few rounds and short waits, for trying: about 6 minutes
  npm run bench -- --only NAME     just that, may be repeated: ipv4, ipv6, reboot, start, idle, route, today
  npm run bench -- --seed NUMBER   repeats the random moments of another run

Exit status: 0 every goal was reached; 1 one was missed or could not be measured; 64 wrong arguments.`;

/** The measurements on Heimweg's own lab, in their order: the one that fills the relay comes last. */
const own: Record<string, (scene: Scene, bench: Bench) => Promise<Figure[]>> = {
	ipv4: addressChanges,
	ipv6: prefixChanges,
	reboot: relayReboots,
	start: starts,
	idle,
	route: routeAdded,
};
const names = [...Object.keys(own), "today"];

/** Milliseconds after which the bench ends with what it has. */
const patience = 25 * 60_000;

const { quick, only, seed } = readArguments();
const began = performance.now();
const bench: Bench = { quick, random: randomFrom(seed), say };
const figures: Figure[] = [];
const compared: Today = { reach: [], record: [], memory: [] };
const troubles: string[] = [];
const labs: Lab[] = [];
const loadBefore = loadavg()[0]!;

say(`seed ${seed}${quick ? "; quick: few rounds, and short waits" : ""}`);
buildPrograms();
const inTime = await Promise.race([measureAll().then(() => true), timer(patience)]);
if (!inTime) troubles.push(`not everything was measured in ${patience / 60_000} min`);
const about = await machine(labs[0]?.home.isOn ? labs[0].home : undefined);
await Promise.all(labs.map((lab) => lab.stop()));
await report();
process.exit(troubles.length > 0 || figures.some((figure) => reached(figure) === false) ? 1 : 0);

/** Heimweg in one lab, what it is compared with in another, at the same time: neither waits for the other. */
async function measureAll(): Promise<void> {
	const chosen = Object.entries(own).filter(([name]) => wants(name));
	await Promise.all([
		chosen.length > 0 && inLab("Heimweg", (lab) => measureOwn(lab, chosen)),
		wants("today") && inLab("today", async (lab) => void Object.assign(compared, await today(lab, bench))),
	]);
}

async function measureOwn(lab: Lab, chosen: [string, (typeof own)[string]][]): Promise<void> {
	const scene = await setScene(lab);
	await until("both records are in sync", async () => {
		const { records } = await scene.agentStatus();
		return Boolean(records?.inSync && records.records.length === 2);
	});
	say("Heimweg runs");
	for (const [name, measure] of chosen) {
		try {
			figures.push(...(await measure(scene, bench)));
		} catch (error) {
			trouble(name, error);
		}
	}
}

async function inLab(name: string, act: (lab: Lab) => Promise<void>): Promise<void> {
	try {
		const lab = await startLab({ log: say });
		if (name === "Heimweg") labs.unshift(lab);
		else labs.push(lab);
		await act(lab);
	} catch (error) {
		trouble(name, error);
	}
}

async function report(): Promise<void> {
	const file = `bench-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.json`;
	const all = [...figures.flatMap((figure) => [figure, ...beside(figure)]), ...unmatched()];
	const result = {
		...{
			date: new Date().toISOString(),
			seed,
			quick,
			machine: { ...about, loadBefore },
			troubles,
			figures: all,
		},
	};
	// JSON has no infinity, which stands for "never".
	const text = JSON.stringify(
		result,
		(_, value) => (value === Number.POSITIVE_INFINITY ? "never" : value),
		"\t",
	);
	await writeFile(file, `${text}\n`);
	console.log(`\n${table(all)}`);
	for (const line of troubles) console.log(`- ${line}`);
	const cores = availableParallelism();
	console.log(`- load of the machine before: ${loadBefore.toFixed(1)}, on ${cores} cores; seed ${seed}`);
	if (loadBefore > cores / 2)
		console.log("- the machine was busy with other things: on a quiet one the times are shorter");
	console.log(`\nevery sample, and what it was measured on: ${file}`);
}

/** What people use today, for a figure of ours. */
function beside({ name }: Figure): Figure[] {
	if (name.startsWith("IPv4 changes: relay")) return compared.reach;
	if (name.startsWith("IPv4 changes: auth")) return compared.record;
	return name.startsWith("agent: resident") ? compared.memory : [];
}

/** What was measured of today without a figure of ours in this run. */
function unmatched(): Figure[] {
	const shown = new Set(figures.flatMap(beside));
	return Object.values(compared)
		.flat()
		.filter((figure) => !shown.has(figure));
}

function trouble(name: string, error: unknown): void {
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

function wants(name: string): boolean {
	return only.length === 0 || only.includes(name);
}

function timer(milliseconds: number): Promise<false> {
	return new Promise((resolve) => {
		setTimeout(() => resolve(false), milliseconds).unref();
	});
}

function readArguments(): { quick: boolean; only: string[]; seed: number } {
	try {
		const { values } = parseArgs({
			options: {
				quick: { type: "boolean", default: false },
				only: { type: "string", multiple: true, default: [] },
				seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
				help: { type: "boolean", default: false },
			},
		});
		if (values.help) {
			console.log(help);
			process.exit(0);
		}
		const wrong = values.only.find((name) => !names.includes(name));
		if (wrong) throw new Error(`--only ${wrong}: expected one of ${names.join(", ")}`);
		if (!/^\d+$/.test(values.seed)) throw new Error(`--seed ${values.seed}: expected a whole number`);
		if (process.getuid?.() !== 0)
			throw new Error("the lab boots machines and makes networks: run it as root");
		return { quick: values.quick, only: values.only, seed: Number(values.seed) };
	} catch (error) {
		console.error((error as Error).message);
		process.exit(64);
	}
}
