import { shown } from "../bench.ts";
import type { Figure } from "../figure.ts";
import type { CrowdSeen } from "./crowd.ts";

/** What one relay is to reach with 10,000 homes, and so with fewer. */
const goals = {
	cpu: 50,
	lost: 0,
	p99: 20,
	resident: 250,
	added: 0.15,
	changed: 0.15,
	removed: 11,
	ready: 5,
	back: 15,
	pause: 50,
};

/** What a companion with one home is to reach. */
const alone = { ...goals, cpu: 0.3, resident: 75 };

/** What was seen with a crowd, as figures beside their goals. */
export function crowdFigures(seen: CrowdSeen): Figure[] {
	const { homes, cpu, pulses, memory, start, files, pages, status, silence, restart, checkins } = seen;
	const goal = homes === 1 ? alone : goals;
	const figure = (
		what: string,
		unit: Figure["unit"],
		sample: number,
		most?: number,
		note?: string,
	): Figure => ({
		...{ name: `${count(homes)}: ${what}`, unit, samples: [sample] },
		...(most === undefined ? {} : { goal: { value: most, judged: "max" as const } }),
		...(note === undefined ? {} : { note }),
	});
	const back = (one: { took: number; missing: number }) =>
		one.missing > 0 ? Number.POSITIVE_INFINITY : one.took / 1_000;
	return [
		{
			...figure("companion's CPU, a pulse a second each", "%", cpu.own, goal.cpu),
			note: `of one core, over ${cpu.seconds} s; what it starts ${cpu.children.toFixed(1)} %, wireguard-go ${cpu.wireguard.toFixed(1)} % beside it; ${seen.tunnels}`,
			details: seen,
		},
		{ ...figure("pulses lost", "", pulses.sent - pulses.answered, goal.lost), n: pulses.sent },
		{
			...figure("pulse answered, p99", "ms", pulses.p99, goal.p99),
			n: pulses.answered,
			note: `p50 ${pulses.p50.toFixed(1)} ms, max ${pulses.max.toFixed(1)} ms; the homes' own process was late by ${pulses.ownLateness.p99.toFixed(1)} ms (p99), which is in it`,
		},
		figure("resident", "MB", memory.resident, goal.resident, `most so far ${memory.most.toFixed(0)} MB`),
		figure("start until ready", "s", start.ready, goal.ready),
		figure("start until all are in the maps", "s", start.inMaps),
		figure("file added until the maps answer", "s", files.added, goal.added),
		figure("file changed until the maps answer", "s", files.changed, goal.changed),
		figure("file removed until not relayed for", "s", files.removedFromMap),
		figure("file removed until no peer", "s", files.removedFromPeers, goal.removed),
		figure("/healthz", "ms", pages.healthz.milliseconds, undefined, `${size(pages.healthz.bytes)}`),
		figure("/metrics", "ms", pages.metrics.milliseconds, undefined, `${size(pages.metrics.bytes)}`),
		figure("status", "s", status.seconds, undefined, `${status.lines} lines, ${size(status.bytes)}`),
		...(checkins === undefined
			? []
			: [
					figure(
						"pulses lost while all check in within 10 s",
						"",
						checkins.pulses.sent - checkins.pulses.answered,
						goal.lost,
						`${checkins.seen.answered} check-ins answered within ${shown(checkins.seen.took / 1_000)}, ${checkins.seen.failed} not; pulses p99 ${checkins.pulses.p99.toFixed(1)} ms`,
					),
				]),
		figure(
			"all silent for 12 s, until all are answered again",
			"s",
			back(silence.back),
			undefined,
			`away after ${shown(silence.awayAfter)}, all here by its own figures after ${shown(silence.allHere)}`,
		),
		figure(
			"all silent: longest wait for /livez",
			"ms",
			silence.loop.max,
			goal.pause,
			`asked every 20 ms, ${silence.loop.samples} times; p99 ${silence.loop.p99.toFixed(1)} ms`,
		),
		figure("companion started anew, until all are answered", "s", back(restart.back), goal.back),
	];
}

function count(homes: number): string {
	return homes === 1 ? "1 home" : `${homes.toLocaleString("en")} homes`;
}

function size(bytes: number): string {
	return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
