import { setTimeout as sleep } from "node:timers/promises";
import { type Scene, until } from "../lab/scene.ts";
import { anyPhase, type Bench, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { arrivals, emptyMailbox, type Incoming, openIncoming } from "./incoming.ts";

/** Mails that come in while the line is down, evenly spread. */
export const mails = 100;

/** How long the line is down, in seconds, and in words. */
export const outages = { short: { seconds: 45, text: "45 s" }, long: { seconds: 600, text: "10 min" } };

/** Milliseconds for all of it to go home, after which what is missing counts as never delivered. */
const patience = 120_000;

/**
 * The line is down for a while, and mail comes in: from the moment the line is up again until the first of it, and all,
 * lies in the mailbox.
 */
export async function waitingMail(
	scene: Scene,
	bench: Bench,
	{ seconds, text }: (typeof outages)["short"],
	rounds: number,
): Promise<Figure[]> {
	if (rounds === 0) return [];
	const first: number[] = [];
	const all: number[] = [];
	const incoming = openIncoming(scene.lab);
	try {
		for (let round = 1; round <= rounds; round++) {
			await until("mail flows", async () => (await scene.agentStatus()).mailFlows, 60_000);
			await anyPhase(bench);
			const times = await outage(scene, incoming, seconds);
			first.push(times[0] ?? Number.POSITIVE_INFINITY);
			all.push(times.length === mails ? times.at(-1)! : Number.POSITIVE_INFINITY);
			bench.say(
				`line down for ${text}, ${round} of ${rounds}: first mail after ${shown(first.at(-1)!)}, all ${mails} after ${shown(all.at(-1)!)}`,
			);
		}
	} finally {
		incoming.stop();
	}
	const figure = (what: string, samples: number[], value: number): Figure => ({
		...{ name: `line back after ${text}: ${what}`, unit: "s", samples, goal: { value, judged: "p95" } },
	});
	return [
		{
			...figure("first waiting mail delivered", first, 2),
			note: `${mails} mails come in while the line is down, evenly spread; counted from the moment the line is up until the mail lies in the mailbox`,
		},
		figure(`all of ${mails}`, all, 5),
	];
}

/** One outage; returns in order how many seconds after its end each mail was in the mailbox. */
async function outage({ lab }: Scene, incoming: Incoming, seconds: number): Promise<number[]> {
	await emptyMailbox(lab.home);
	await lab.router.lineDown();
	const began = performance.now();
	const passes = (milliseconds: number) => sleep(Math.max(0, began + milliseconds - performance.now()));
	try {
		for (let sent = 0; sent < mails; sent++) {
			await passes(((sent + 0.5) / mails) * seconds * 1_000);
			await incoming.send();
		}
		await passes(seconds * 1_000);
	} finally {
		await lab.router.lineUp();
	}
	const up = Date.now();
	return (await arrivals(lab.home, mails, patience)).map((at) => (at - up) / 1_000);
}
