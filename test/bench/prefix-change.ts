import { setTimeout as sleep } from "node:timers/promises";
import { startMeasure } from "../lab/measure.ts";
import { inPrefix } from "../lab/router.ts";
import { mailName, type Scene } from "../lab/scene.ts";
import { betweenChanges } from "./address-change.ts";
import { anyPhase, type Bench, secondsOf, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { watchLines } from "./lines.ts";

/** The provider gives another IPv6 prefix: until the DNS is true. */
export async function prefixChanges(scene: Scene, bench: Bench): Promise<Figure[]> {
	const { lab } = scene;
	const rounds = bench.quick ? 3 : 20;
	const samples: number[] = [];
	const measure = await startMeasure(lab);
	const kernel = watchLines(lab.home.namespace, ["ip", "-6", "monitor", "address"]);
	try {
		for (let round = 1; round <= rounds; round++) {
			await sleep(betweenChanges);
			await anyPhase(bench);
			const prefix = `2001:db8:aaaa:${(0x100 + round).toString(16)}::/64`;
			const address = inPrefix(prefix, 0x20);
			const seen = kernel.next((line) => line.includes(` ${address}/64 `));
			const [since] = await Promise.all([seen, lab.router.changePrefix(prefix)]);
			const answered = await secondsOf(bench, measure.answers(mailName, "AAAA", address, { since }));
			samples.push(answered);
			bench.say(`IPv6 change ${round} of ${rounds}: DNS after ${shown(answered)}`);
		}
	} finally {
		await Promise.all([measure.stop(), kernel.stop()]);
	}
	return [
		{
			name: "IPv6 prefix changes: authoritative DNS answers the new AAAA",
			unit: "s",
			samples,
			goal: { value: 0.5, judged: "p95" },
			note: "counted from the moment the kernel reports the new address on the home's interface",
		},
	];
}
