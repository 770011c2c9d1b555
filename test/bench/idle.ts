import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../lab/host.ts";
import { between, now } from "../lab/measure.ts";
import { type Scene, until } from "../lab/scene.ts";
import type { Bench } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { cpuTime, mainProcess, residentMegabytes } from "./process.ts";

/** Megabytes that each may have. */
interface Room {
	agent: number;
	companion: number;
}

/** On Debian 13's own Node, as `systemd/install` has it. */
export const idle = (scene: Scene, bench: Bench) => leftAlone(scene, bench, { agent: 75, companion: 75 });

/** On Debian 12, installed from the packages with the Node that comes with them. */
export async function idlePackaged(scene: Scene, bench: Bench): Promise<Figure[]> {
	const figures = await leftAlone(scene, bench, { agent: 76, companion: 80 });
	return figures.map((figure) => ({ ...figure, name: `from the packages, ${figure.name}` }));
}

/** Both programs do what they do when nothing happens: memory after ten minutes, CPU over the last eight of them. */
async function leftAlone(scene: Scene, bench: Bench, room: Room): Promise<Figure[]> {
	const { home, relay } = scene.lab;
	const minutes = bench.quick ? 1 : 10;
	const settling = bench.quick ? 20_000 : 120_000;
	const began = now();
	await Promise.all([
		relay.run(["systemctl", "restart", "heimweg-relay"]),
		home.run(["systemctl", "restart", "heimweg"]),
	]);
	await until("the tunnel is up", async () => (await scene.agentStatus()).tunnel.up, 60_000);
	bench.say(`both programs were started anew and are left alone for ${minutes} min`);
	const watched = await Promise.all([
		watch({ host: home, unit: "heimweg", began, minutes, settling }),
		watch({ host: relay, unit: "heimweg-relay", began, minutes, settling }),
	]);
	return watched.flatMap(({ unit, memory, own, all, wireguard }) => {
		const name = unit === "heimweg" ? "agent" : "relay's companion";
		return [
			{
				name: `${name}: resident memory after ${minutes} min`,
				unit: "MB" as const,
				samples: [memory.at(-1)!],
				goal: { value: unit === "heimweg" ? room.agent : room.companion, judged: "max" as const },
				details: { everyMinute: memory },
			},
			{
				name: `${name}: CPU when idle, helper processes apart`,
				unit: "%" as const,
				samples: [own],
				goal: { value: unit === "heimweg" ? 0.2 : 0.3, judged: "max" as const },
				note: `percent of one core; with everything that it starts (ip, wg, nft, systemd-notify) ${all.toFixed(2)} %; wireguard-go, where the kernel has no WireGuard, ${wireguard.toFixed(2)} % beside it`,
			},
		];
	});
}

interface Watched {
	host: Host;
	unit: string;
	/** When the program was started. */
	began: bigint;
	minutes: number;
	/** Milliseconds from the start that do not count for the CPU. */
	settling: number;
}

async function watch({ host, unit, began, minutes, settling }: Watched) {
	const pid = await mainProcess(host, unit);
	const tunnel = "heimweg-wireguard-go@hw0";
	const tunnelPid = await mainProcess(host, tunnel);
	const times = async () => ({
		program: await cpuTime(host, pid, unit),
		wireguard: (await cpuTime(host, tunnelPid, `system-heimweg\\x2dwireguard\\x2dgo.slice/${tunnel}`)).own,
		at: now(),
	});
	const passes = async (milliseconds: number) => {
		await sleep(Math.max(0, milliseconds - between(began, now())));
	};
	await passes(settling);
	const from = await times();
	const memory: number[] = [];
	for (let minute = 1; minute <= minutes; minute++) {
		await passes(minute * 60_000);
		memory.push(await residentMegabytes(host, pid));
	}
	const to = await times();
	const percent = (seconds: number) => (seconds * 1e5) / between(from.at, to.at);
	return {
		unit,
		memory,
		own: percent(to.program.own - from.program.own),
		all: percent(to.program.unit - from.program.unit),
		wireguard: percent(to.wireguard - from.wireguard),
	};
}
