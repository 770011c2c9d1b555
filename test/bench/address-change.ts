import { setTimeout as sleep } from "node:timers/promises";
import { now, startMeasure } from "../lab/measure.ts";
import { mailName, type Scene } from "../lab/scene.ts";
import { anyPhase, type Bench, secondsOf, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";

/** Milliseconds between two changes at least: the agent writes to deSEC at most 12 times a minute. */
export const betweenChanges = 6_000;

/** The provider gives the line another IPv4 address: until the relay reaches the home, until the DNS is true. */
export async function addressChanges(scene: Scene, bench: Bench): Promise<Figure[]> {
	const { lab } = scene;
	const rounds = bench.quick ? 3 : 20;
	const reach: number[] = [];
	const record: number[] = [];
	const measure = await startMeasure(lab);
	try {
		for (let round = 1; round <= rounds; round++) {
			await sleep(betweenChanges);
			await anyPhase(bench);
			const since = now();
			const address = await lab.router.changeAddress();
			const [reached, answered] = await Promise.all([
				secondsOf(bench, measure.relayReachesHome({ since })),
				secondsOf(bench, measure.answers(mailName, "A", address, { since })),
			]);
			reach.push(reached);
			record.push(answered);
			bench.say(
				`IPv4 change ${round} of ${rounds}: reached after ${shown(reached)}, DNS after ${shown(answered)}`,
			);
		}
	} finally {
		await measure.stop();
	}
	const note = `counted from before the provider's change, at any phase of the pulse; ${betweenChanges / 1_000} to ${betweenChanges / 1_000 + 1} s apart, which stays in every rate limit`;
	return [
		{
			name: "IPv4 changes: relay opens TCP to the home's port 25",
			unit: "s",
			samples: reach,
			goal: { value: 1.3, judged: "p95" },
			note,
		},
		{
			name: "IPv4 changes: authoritative DNS answers the new A",
			unit: "s",
			samples: record,
			goal: { value: 1.5, judged: "p95" },
		},
	];
}
