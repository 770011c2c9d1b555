import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../lab/host.ts";
import { between, type Moment, now } from "../lab/measure.ts";
import type { Scene } from "../lab/scene.ts";
import { anyPhase, type Bench, secondsOf, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { type Pulses, watchPulses } from "./pulses.ts";

/** Both programs are stopped and started: until the agent's first pulse leaves, until the companion hears pulses. */
export async function starts(scene: Scene, bench: Bench): Promise<Figure[]> {
	const { home, relay } = scene.lab;
	const rounds = bench.quick ? 3 : 20;
	const agent: number[] = [];
	const companion: number[] = [];
	const pulses = await watchPulses(home);
	try {
		for (let round = 1; round <= rounds; round++) {
			await anyPhase(bench);
			agent.push(await secondsOf(bench, startAgent(home, pulses)));
			await sleep(1_000);
			companion.push(await secondsOf(bench, startCompanion(relay)));
			await sleep(1_000);
			bench.say(
				`start ${round} of ${rounds}: agent ${shown(agent.at(-1)!)}, companion ${shown(companion.at(-1)!)}`,
			);
		}
	} finally {
		await pulses.stop();
	}
	const goal = { value: 0.6, judged: "p95" as const };
	return [
		{
			name: "agent: start to first pulse",
			unit: "s",
			samples: agent,
			goal,
			note: "from exec (the moment systemd hands over to the program) until the pulse leaves through the tunnel's interface, which was left standing",
		},
		{
			name: "relay's companion: start to hearing pulses",
			unit: "s",
			samples: companion,
			goal,
			note: "from exec until its pulse port is open",
		},
	];
}

async function startAgent(home: Host, pulses: Pulses): Promise<number> {
	await home.run(["systemctl", "stop", "heimweg"]);
	const sent = pulses.nextSent();
	sent.catch(() => {});
	await home.run(["systemctl", "start", "heimweg"]);
	return between(await execOf(home, "heimweg"), await sent);
}

async function startCompanion(relay: Host): Promise<number> {
	const sockets = `/proc/${await relay.leader()}/net/udp`;
	await relay.run(["systemctl", "stop", "heimweg-relay"]);
	const open = portOpen(sockets);
	open.catch(() => {});
	await relay.run(["systemctl", "start", "heimweg-relay"]);
	return between(await execOf(relay, "heimweg-relay"), await open);
}

/** When systemd's executor became the unit's program (systemd 256 or newer tells; before that, when it was forked). */
async function execOf(host: Host, unit: string): Promise<Moment> {
	const properties = ["ExecMainHandoffTimestampMonotonic", "ExecMainStartTimestampMonotonic"];
	const text = await host.run(["systemctl", "show", `--property=${properties.join(",")}`, unit]);
	const moment = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, "m").exec(text)?.[1] ?? 0);
	const microseconds = moment(properties[0]!) || moment(properties[1]!);
	if (!microseconds) throw new Error(`${host.role}: systemd does not tell when ${unit} was started`);
	return BigInt(microseconds) * 1_000n;
}

/** Looks every 2 ms whether a UDP socket of the pulse port is in the table (proc_net_udp); throws after 30 s. */
async function portOpen(sockets: string): Promise<Moment> {
	const end = Date.now() + 30_000;
	while (Date.now() < end) {
		if (/:21EE 0{8}:/.test(await readFile(sockets, "utf8"))) return now();
		await sleep(2);
	}
	throw new Error("the pulse port was not open after 30 s");
}
