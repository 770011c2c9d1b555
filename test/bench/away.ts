import { setTimeout as sleep } from "node:timers/promises";
import { arrived } from "../chaos/copies.ts";
import { type Scene, until, wireguardKeys } from "../lab/scene.ts";
import { anyPhase, type Bench, shown } from "./bench.ts";
import { type Figure, percentile } from "./figure.ts";
import { arrivals, emptyMailbox, type Incoming, openIncoming, type Sent } from "./incoming.ts";

/** Homes that are away, and mails that come for each of them. */
const homes = 200;
const mailsEach = 5;

/** Connections over which these mails come. */
const atOnce = 20;

/** Milliseconds from one measured mail to the next. */
const pace = 250;

/** Many homes are away and their mail waits: how long mail for one that is here takes, beside when none is away. */
export async function homesAway(scene: Scene, bench: Bench): Promise<Figure[]> {
	const { relay } = scene.lab;
	const count = bench.quick ? 40 : 100;
	const incoming = openIncoming(scene.lab);
	const measure = async (when: string) => {
		const seconds = await deliveries(scene, incoming, bench, count);
		bench.say(`mail for the home that is here, ${when}: p95 ${shown(percentile(seconds, 0.95))}`);
		return seconds;
	};
	try {
		// Postfix's processes start with the first mails.
		await deliveries(scene, incoming, bench, 12);
		const none = await measure("none away");
		await addHomes(scene);
		bench.say(`${homes} homes are away`);
		const began = performance.now();
		await burst(incoming);
		bench.say(`${homes * mailsEach} mails for them within ${shown((performance.now() - began) / 1_000)}`);
		const after = await measure(`right after a burst of ${homes * mailsEach} mails for those away`);
		await until("their mail waits", async () => (await waiting(scene)) >= homes * mailsEach, 180_000);
		const beside = await measure("while their mail waits");
		return figuresOf({ none, beside, after });
	} finally {
		incoming.stop();
		await relay.run(["postsuper", "-d", "ALL"]);
	}
}

function figuresOf({ none, beside, after }: Record<"none" | "beside" | "after", number[]>): Figure[] {
	const p95 = (samples: number[]) => percentile(samples, 0.95);
	const ratio = (when: string, samples: number[]): Figure => ({
		...{ name: `${homes} homes away, one here: its mail, ${when}`, unit: "times" },
		...{ samples: [p95(samples) / p95(none)], n: samples.length, goal: { value: 1.2, judged: "max" } },
		details: { seconds: samples },
	});
	const shownIn = (samples: number[]) =>
		`p95 ${p95(samples).toFixed(3)} s, p50 ${percentile(samples, 0.5).toFixed(3)} s`;
	return [
		{
			...ratio("while theirs waits", beside),
			note: `p95 against p95 with none away, from the start of the handing over until it lies in the mailbox: none away ${shownIn(none)}; ${homes * mailsEach} mails waiting ${shownIn(beside)}`,
			details: { seconds: beside, noneAway: none },
		},
		{
			...ratio(`right after ${homes * mailsEach} for them`, after),
			note: `${shownIn(after)}, slowest ${percentile(after, 1).toFixed(3)} s: these come in while Postfix tries each of the ${homes * mailsEach} for the first time`,
		},
	];
}

/** Seconds from the start of the handing over until it lies in the mailbox, of each mail. */
async function deliveries(scene: Scene, incoming: Incoming, bench: Bench, count: number): Promise<number[]> {
	const { home } = scene.lab;
	await emptyMailbox(home);
	await anyPhase(bench);
	const began = performance.now();
	const sending: Promise<Sent>[] = [];
	for (let number = 0; number < count; number++) {
		await sleep(Math.max(0, began + number * pace - performance.now()));
		sending.push(incoming.send());
	}
	const sent = await Promise.all(sending);
	await arrivals(home, count, 120_000);
	const copies = (await arrived(scene, ["anna"])).home;
	const at = new Map(copies.map((copy) => [copy.id, copy.at]));
	return sent.map(({ id, began: from }) => ((at.get(id) ?? Number.POSITIVE_INFINITY) - from) / 1_000);
}

async function addHomes({ lab: { relay } }: Scene): Promise<void> {
	for (let number = 0; number < homes; number++) {
		await relay.write(
			`/etc/heimweg-relay/homes.d/away-${number}.toml`,
			`public_key = "${wireguardKeys().publicKey}"
addresses = ["10.86.0.${number < 80 ? 20 + number : 30 + number}"]
domains = ["${domainOf(number)}"]
`,
		);
	}
	const map = "lmdb:/var/lib/heimweg-relay/maps/relay_domains";
	const known = async () => (await relay.exec(["postmap", "-q", domainOf(homes - 1), map])).exitCode === 0;
	await until("the relay serves them", known, 60_000);
}

function domainOf(number: number): string {
	return `away${number}.test`;
}

/** Hands the mails for all homes that are away over, as fast as the relay takes them. */
async function burst(incoming: Incoming): Promise<void> {
	const mails = Array.from({ length: homes * mailsEach }, (_, number) => `x@${domainOf(number % homes)}`);
	const sendOn = async () => {
		for (let to = mails.shift(); to !== undefined; to = mails.shift()) await incoming.send(to);
	};
	await Promise.all(Array.from({ length: atOnce }, sendOn));
}

async function waiting(scene: Scene): Promise<number> {
	const { homes } = await scene.relayStatus();
	return homes.reduce((sum, home) => sum + (home.waiting?.mails ?? 0), 0);
}
