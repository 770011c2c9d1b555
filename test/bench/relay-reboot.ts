import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../lab/host.ts";
import { between, now } from "../lab/measure.ts";
import type { Namespace } from "../lab/namespace.ts";
import { type Scene, until } from "../lab/scene.ts";
import { anyPhase, type Bench, secondsOf, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { watchLines } from "./lines.ts";
import { watchPulses } from "./pulses.ts";

/** The relay loses its power and boots: until the home's pulses are answered again. */
export async function relayReboots(scene: Scene, bench: Bench): Promise<Figure[]> {
	const { lab } = scene;
	const rounds = bench.quick ? 2 : 5;
	const samples: number[] = [];
	const outages: number[] = [];
	const pulses = await watchPulses(lab.home);
	try {
		for (let round = 1; round <= rounds; round++) {
			await until("the tunnel is up", async () => (await scene.agentStatus()).tunnel.up, 60_000);
			await sleep(2_000);
			await anyPhase(bench);
			const cut = now();
			await lab.relay.powerCut();
			const answered = pulses.nextAnswered(90_000);
			answered.catch(() => {});
			const booting = lab.relay.boot();
			const watch = watchLines(await namespaceOf(lab.relay), ["ip", "monitor", "link"]);
			try {
				const up = await watch.next((line) => /\bhw0: <.*\bUP\b/.test(line), 60_000);
				const back = answered.then((at) => between(up, at));
				samples.push(await secondsOf(bench, back));
				outages.push(
					await secondsOf(
						bench,
						answered.then((at) => between(cut, at)),
					),
				);
			} finally {
				await watch.stop();
				await booting;
			}
			bench.say(
				`relay reboot ${round} of ${rounds}: pulses ${shown(samples.at(-1)!)} after its interface was up, ${shown(outages.at(-1)!)} after the power cut`,
			);
		}
	} finally {
		await pulses.stop();
	}
	return [
		{
			name: "relay reboots: pulses are answered, from its interface being up",
			unit: "s",
			samples,
			goal: { value: 6, judged: "p95" },
			note: "power cut and boot; seen on the home's tunnel interface",
		},
		{ name: "relay reboots: pulses are answered, from the power cut", unit: "s", samples: outages },
	];
}

/** The network that the host gets while it boots; throws after 10 s. */
async function namespaceOf(host: Host): Promise<Namespace> {
	for (let tries = 0; tries < 1_000; tries++) {
		try {
			return host.namespace;
		} catch {
			await sleep(10);
		}
	}
	throw new Error(`${host.role} has no network after 10 s`);
}
