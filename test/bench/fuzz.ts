import { fileURLToPath } from "node:url";
import type { Attack } from "../fuzz/attacker.ts";
import { type Fuzzed, fuzz } from "../fuzz/fuzz.ts";
import { fuzzRelay, wholeRelay } from "../fuzz/relay.ts";
import { type Scene, tunnel, until } from "../lab/scene.ts";
import type { Bench } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { mainProcess, residentMegabytes } from "./process.ts";

/**
 * How many of each: through the tunnel to the relay's companion, to the relay's whole program on a machine in memory, and
 * to parts in a process of their own.
 */
const counts = {
	companion: { pulses: 30_000, "check-ins": 10_000 },
	relay: { pulses: 100_000, checkins: 10_000, policy: 20_000 },
	parts: { "check-ins": 10_000, answers: 20_000, deSEC: 20_000, lists: 20_000 },
};

const program = fileURLToPath(new URL("../fuzz/attacker.ts", import.meta.url));

/** Everything that hears others gets what it should not; it has to live, to count each, and not to grow. */
export async function fuzzed(scene: Scene, bench: Bench): Promise<Figure[]> {
	const part = bench.quick ? 0.1 : 1;
	const results: Fuzzed[] = [];
	const tell = (result: Fuzzed) => {
		results.push(result);
		const { heap, resident } = result.grown;
		const grown = heap === undefined ? `${resident.toFixed(1)} MB` : `${heap.toFixed(2)} MB of heap`;
		bench.say(
			`fuzz, ${result.part}: ${result.counted} of ${result.sent} counted, ${result.end ?? `grown by ${grown}`}`,
		);
	};
	const seed = 1 + Math.floor(bench.random() * 1e9);
	await scene.lab.home.run(["systemctl", "stop", "heimweg"]);
	try {
		for (const [name, count] of Object.entries(counts.companion))
			tell(await attackCompanion(scene, name as Attack["part"], count * part, seed));
	} finally {
		await scene.lab.home.run(["systemctl", "start", "heimweg"]);
	}
	await until("the tunnel is up", async () => (await scene.agentStatus()).tunnel.up, 60_000);
	for (const [name, count] of Object.entries(counts.parts))
		tell(await fuzz(name as keyof typeof counts.parts, count * part, seed));
	const { pulses, checkins, policy } = counts.relay;
	tell(await fuzzRelay({ pulses: pulses * part, checkins: checkins * part, policy: policy * part }, seed));
	return figuresOf(results);
}

function figuresOf(results: readonly Fuzzed[]): Figure[] {
	const n = results.reduce((sum, { sent }) => sum + sent, 0);
	const missing = results.reduce((sum, { sent, counted }) => sum + Math.abs(sent - counted), 0);
	const ends = results.flatMap(({ end }) => end ?? []);
	const heapsOf = (is: (part: string) => boolean) =>
		results.filter(({ part }) => is(part)).map(({ grown }) => grown.heap);
	const moved = results.flatMap(({ moved }) => moved);
	const figure = (what: string, unit: Figure["unit"], sample: number, most: number): Figure => ({
		...{ name: `fuzz: ${what}`, unit, samples: [sample], n, goal: { value: most, judged: "max" } },
	});
	const largest = (sizes: readonly (number | undefined)[]) =>
		Math.max(...sizes.map((size) => size ?? Number.NEGATIVE_INFINITY));
	const shares = results.map(({ part, sent }) => `${sent} ${part}`).join(", ");
	return [
		{
			...figure("malformed inputs that were not counted", "", missing, 0),
			note: `${shares}; "counted" is what the program's own metrics say`,
			details: results,
		},
		{
			...figure("what somebody moved that is not theirs", "", moved.length, 0),
			note: "records, maps, peers and presence of the other homes, and what an agent believes",
		},
		{ ...figure("crashes", "", ends.length, 0), ...(ends.length > 0 ? { note: ends.join("; ") } : {}) },
		{
			...figure("growth of a part's heap", "MB", largest(heapsOf((part) => part !== wholeRelay)), 1),
			note: "the largest; after garbage collection, over the second half of its inputs",
		},
		{
			...figure("growth of the whole relay's heap", "MB", largest(heapsOf((part) => part === wholeRelay)), 2),
			note: "likewise; it warms up for longer, and 60 homes come and go in it",
		},
		{
			...figure("growth of the companion's resident memory", "MB", companionGrowth(results), 10),
			note: "the larger of pulses and check-ins, over the second half; Node collects garbage when it likes",
		},
	];
}

function companionGrowth(results: readonly Fuzzed[]): number {
	return Math.max(
		...results.filter(({ part }) => part.startsWith("relay's companion")).map(({ grown }) => grown.resident),
	);
}

/** Puts the relay's companion under fire from the home's network, whose agent is silent meanwhile. */
async function attackCompanion(
	{ lab, keys }: Scene,
	part: Attack["part"],
	count: number,
	seed: number,
): Promise<Fuzzed> {
	const pid = await mainProcess(lab.relay, "heimweg-relay");
	const attack = async (count: number, seed: number) => {
		const options: Attack = {
			...{ part, count, seed, from: tunnel.home[0]!, to: tunnel.relay[0]! },
			port: { pulses: 8686, "check-ins": 8687 }[part],
			...{ privateKey: keys.home.privateKey, publicKey: keys.relay.publicKey },
			socket: `/proc/${await lab.relay.leader()}/root/run/heimweg-relay/control.sock`,
		};
		const argv = [process.execPath, "--import", "tsx", program, JSON.stringify(options)];
		return Number(await lab.home.namespace.run(argv, { timeout: 300_000 }));
	};
	const half = Math.floor(count / 2);
	let counted = await attack(half, seed);
	const before = await residentMegabytes(lab.relay, pid);
	counted += await attack(count - half, seed + 1);
	const grown = { resident: (await residentMegabytes(lab.relay, pid)) - before };
	const lives = (await mainProcess(lab.relay, "heimweg-relay")) === pid;
	return {
		...{ part: `relay's companion, ${part}`, sent: count, counted, grown, moved: [] },
		...(lives ? {} : { end: "it was started anew" }),
	};
}
