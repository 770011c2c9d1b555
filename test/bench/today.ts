import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../lab/lab.ts";
import { type Measure, now, startMeasure } from "../lab/measure.ts";
import { type Bench, secondsOf, shown } from "./bench.ts";
import { clientProcess, clients, type DynDnsClient, lastLook, startClients } from "./dyndns-clients.ts";
import type { Figure } from "./figure.ts";
import { plainTunnels, startPlainTunnels } from "./plain-wireguard.ts";
import { residentMegabytes } from "./process.ts";

/** Milliseconds between two tries: these take minutes, and the other measurements want the machine quiet. */
const pace = 100;

/**
 * ddclient, inadyn and plain WireGuard on one line, whose address changes once in each of ddclient's intervals. The
 * changes are spread evenly over the interval: with three, one falls into each third, somewhere.
 */
export async function today(lab: Lab, bench: Bench): Promise<Figure[]> {
	const rounds = bench.quick ? 1 : 3;
	await Promise.all([startClients(lab), startPlainTunnels(lab)]);
	bench.say("ddclient, inadyn and plain WireGuard run");
	const measure = await startMeasure(lab);
	const found: Found = { reach: plainTunnels.map(() => []), record: clients.map(() => []) };
	try {
		const parts = shuffled(
			Array.from({ length: rounds }, (_, part) => part),
			bench,
		);
		for (const [index, part] of parts.entries()) {
			await sleepUntilPhase(lab, (part + bench.random()) / rounds);
			await change(lab, bench, measure, found);
			const told = [...found.reach, ...found.record].map((samples) => shown(samples[index]!));
			bench.say(
				`today ${index + 1} of ${rounds}: WireGuard with traffic ${told[0]}, without ${told[1]}, ddclient ${told[2]}, inadyn ${told[3]}`,
			);
		}
		return await figuresOf(lab, found);
	} finally {
		await measure.stop();
	}
}

interface Found {
	reach: number[][];
	record: number[][];
}

async function change(lab: Lab, bench: Bench, measure: Measure, found: Found): Promise<void> {
	const since = now();
	const address = await lab.router.changeAddress();
	await Promise.all([
		...plainTunnels.map(async ({ home }, at) => {
			const reached = measure.relayReachesHome({ since, home, timeout: 60_000, pace });
			found.reach[at]!.push(await secondsOf(bench, reached));
		}),
		...clients.map(async ({ record, every }, at) => {
			const timeout = (every + 60) * 1_000;
			const answered = measure.answers(record, "A", address, { since, timeout, pace });
			found.record[at]!.push(await secondsOf(bench, answered));
		}),
	]);
}

/** Waits for that share of ddclient's interval, counted from its last look. */
async function sleepUntilPhase(lab: Lab, share: number): Promise<void> {
	const ddclient = clients.find(({ name }) => name === "ddclient")!;
	const at = (await lastLook(lab, ddclient)) + share * ddclient.every * 1_000;
	await sleep(Math.max(0, at - Date.now()));
}

async function figuresOf(lab: Lab, { reach, record }: Found): Promise<Figure[]> {
	const memoryOf = async (client: DynDnsClient): Promise<Figure> => ({
		...{ name: `${client.name}, resident`, unit: "MB", beside: "agent: resident" },
		samples: [await residentMegabytes(lab.home, await clientProcess(lab, client))],
	});
	return [
		...plainTunnels.map(({ traffic }, at): Figure => {
			const name = `plain WireGuard, keepalive 25, with${traffic ? "" : "out"} traffic`;
			return { name, unit: "s", samples: reach[at]!, beside: "IPv4 changes: relay" };
		}),
		...clients.map(({ name, every }, at): Figure => {
			const samples = record[at]!;
			return { name: `${name}, every ${every} s`, unit: "s", samples, beside: "IPv4 changes: auth" };
		}),
		...(await Promise.all(clients.map(memoryOf))),
	];
}

function shuffled<T>(items: T[], bench: Bench): T[] {
	const keyed = items.map((item) => ({ item, key: bench.random() }));
	return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
