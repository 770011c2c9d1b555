import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../lab/scene.ts";
import { shown } from "../bench.ts";
import type { CheckinsSeen, CheckinsSetting } from "./checkins.ts";
import { companionOf } from "./companion.ts";
import { changeFiles, type FilesSeen } from "./files.ts";
import type { Ground } from "./ground.ts";
import { crowdHome, domainsEach } from "./home.ts";
import { inspectorPort } from "./inspector.ts";
import type { LoopSeen, PageSeen } from "./look.ts";
import { goFirstMeanwhile } from "./priority.ts";
import type { PulsesSeen, PulsesSetting, Return } from "./pulses.ts";
import { giveHomes, inMaps, map, secondsUntil } from "./relay.ts";
import { startWorker, type Worker } from "./worker.ts";

/** What was seen with so many homes; times in seconds, sizes in MB. */
export interface CrowdSeen {
	homes: number;
	/** Which tunnels are real, in words. */
	tunnels: string;
	start: { ready: number; inMaps: number; domains: number; resident: number };
	/** All homes' first pulses; the same after the companion was restarted. */
	firstSeen: Return;
	/** CPU in percent of a core: the companion itself, what it starts, and wireguard-go. */
	cpu: { own: number; children: number; wireguard: number; seconds: number };
	pulses: PulsesSeen;
	memory: { resident: number; most: number };
	pages: { healthz: PageSeen; metrics: PageSeen };
	status: { seconds: number; bytes: number; lines: number };
	files: FilesSeen;
	/** All check in, as when a relay was started anew, and their pulses meanwhile. */
	checkins: { seen: CheckinsSeen; pulses: PulsesSeen } | undefined;
	silence: { awayAfter: number; back: Return; allHere: number; loop: LoopSeen };
	restart: { ready: number; back: Return };
}

export interface CrowdOptions {
	homes: number;
	/** How long pulses are counted, in seconds. */
	seconds: number;
	say(line: string): void;
	/** A folder for profiles of the companion, of each thing that is measured; the times are longer then. */
	profile?: string | undefined;
}

/** Seconds that anything may take; after that it counts as never. */
const patience = 60;

/** Measures one size of crowd, from the companion's start on. */
export async function crowd(ground: Ground, options: CrowdOptions): Promise<CrowdSeen> {
	const { relay, key } = ground;
	const { homes } = options;
	// What asks on the relay is of this session.
	const asBefore = goFirstMeanwhile();
	await giveHomes(relay, homes);
	if (ground.real) await relay.run(["systemctl", "restart", "heimweg-wireguard-go@hw0"]);
	await inspect(relay, options.profile !== undefined);
	const look = await startWorker(relay.namespace, "look.ts", {});
	const setting: PulsesSetting = { homes, publicKey: key.publicKey, port: 8686, real: ground.real };
	const pulses = await startWorker(ground.homes, "pulses.ts", setting);
	const step = await steps(ground, options);
	try {
		const start = await startCompanion(ground, look, homes);
		options.say(
			`${homes} homes: ready after ${shown(start.ready)}, in the maps after ${shown(start.inMaps)}`,
		);
		const firstSeen = await step("coming", async () => {
			await pulses.ask("open");
			await pulses.ask("begin");
			const all = await pulses.ask<Return>("allAnswered", { timeout: patience * 1_000 });
			// What follows their coming is over.
			await sleep(10_000);
			return all;
		});
		const counted = await step("here", () => measurePulses(ground, pulses, options));
		const pages = await step("pages", () => lookAtPages(look));
		const status = await step("status", () => readStatus(ground));
		const files = await step("files", () => changeFiles(ground, homes, patience));
		const checkins = ground.real
			? undefined
			: await step("check-ins", () => checkIn(ground, setting, pulses));
		const silence = await step("silence", () => fallSilent(look, pulses, homes));
		const restart = await restartCompanion(ground, look, pulses);
		return {
			...{ homes, tunnels: ground.tunnels(homes), start, firstSeen, ...counted },
			...{ pages, status, files, checkins, silence, restart },
		};
	} finally {
		await Promise.all([look.stop(), pulses.stop(), step.stop()]);
		await relay.run(["systemctl", "stop", "heimweg-relay"]);
		asBefore();
	}
}

/** Does one thing after the other and tells what it took, with a profile of the companion meanwhile, if asked for. */
async function steps({ relay }: Ground, { homes, say, profile }: CrowdOptions) {
	const profiler = profile === undefined ? undefined : await startWorker(relay.namespace, "profile.ts", {});
	const step = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
		const began = performance.now();
		await profiler?.ask("start");
		const seen = await act();
		await profiler?.ask("stop", join(profile!, `${homes}-${name}.cpuprofile`));
		say(
			`${homes} homes, ${name}, ${shown((performance.now() - began) / 1_000)}: ${JSON.stringify(seen, rounded)}`,
		);
		return seen;
	};
	return Object.assign(step, { stop: () => profiler?.stop() });
}

function rounded(_: string, value: unknown): unknown {
	if (typeof value !== "number") return value;
	return Number.isFinite(value) ? Number(value.toFixed(2)) : "never";
}

/** Has the companion's next start listen for an inspector, or not. */
async function inspect(relay: Ground["relay"], on: boolean): Promise<void> {
	const program = "/usr/local/lib/heimweg/heimweg-relay.js run --config /etc/heimweg-relay/relay.toml";
	const start = `ExecStart=\nExecStart=/usr/bin/node --inspect=127.0.0.1:${inspectorPort} ${program}\n`;
	await relay.write(
		"/etc/systemd/system/heimweg-relay.service.d/inspect.conf",
		`[Service]\n${on ? start : ""}`,
	);
	await relay.run(["systemctl", "daemon-reload"]);
}

async function startCompanion(ground: Ground, look: Worker, homes: number): Promise<CrowdSeen["start"]> {
	const { relay } = ground;
	const began = performance.now();
	const last = crowdHome(homes - 1).domains[domainsEach - 1]!;
	const [companion, ready, seconds] = await Promise.all([
		companionOf(ground),
		look
			.ask<boolean>("ready", patience * 1_000)
			.then((is) => (is ? (performance.now() - began) / 1_000 : Number.POSITIVE_INFINITY)),
		secondsUntil(relay, "systemctl start --no-block heimweg-relay", inMaps(last), patience * 1_000),
	]);
	const listed = await relay.run(["sh", "-c", `postmap -s ${map("transport")} | wc -l`]);
	return { ready, inMaps: seconds, domains: Number(listed), resident: (await companion.memory()).resident };
}

async function measurePulses(ground: Ground, pulses: Worker, { seconds }: CrowdOptions) {
	const companion = await companionOf(ground);
	const times = async () => ({ ...(await companion.cpu()), at: performance.now() });
	const from = await times();
	const measuring = pulses.ask<PulsesSeen>("measure", { seconds });
	await sleep(seconds * 1_000);
	const to = await times();
	const memory = await companion.memory();
	const percent = (spent: number) => (spent * 1e5) / (to.at - from.at);
	const own = percent(to.own - from.own);
	const cpu = {
		own,
		children: percent(to.all - from.all) - own,
		wireguard: percent(to.wireguard - from.wireguard),
		seconds,
	};
	return { cpu, memory, pulses: await measuring };
}

async function lookAtPages(look: Worker): Promise<CrowdSeen["pages"]> {
	return { healthz: await look.ask("page", "/healthz"), metrics: await look.ask("page", "/metrics") };
}

async function readStatus({ relay }: Ground): Promise<CrowdSeen["status"]> {
	const began = performance.now();
	const { stdout } = await relay.exec(["heimweg-relay", "status"], { timeout: 300_000 });
	const seconds = (performance.now() - began) / 1_000;
	return { seconds, bytes: stdout.length, lines: stdout.split("\n").length };
}

/** Milliseconds within which all agents come when a relay was started anew. */
const checkinSpread = 10_000;

/** Seconds that pulses are counted while all check in. */
const checkinSeconds = 20;

async function checkIn(ground: Ground, { homes, publicKey }: PulsesSetting, pulses: Worker) {
	const setting: CheckinsSetting = { homes, publicKey, port: 8687 };
	const checkins = await startWorker(ground.homes, "checkins.ts", setting);
	try {
		const [seen, beside] = await Promise.all([
			checkins.ask<CheckinsSeen>("all", { within: checkinSpread }),
			pulses.ask<PulsesSeen>("measure", { seconds: checkinSeconds }),
		]);
		return { seen, pulses: beside };
	} finally {
		await checkins.stop();
	}
}

/** All are silent for 12 s and come back; how late the loop was all the while. */
async function fallSilent(look: Worker, pulses: Worker, homes: number): Promise<CrowdSeen["silence"]> {
	await look.ask("watchLoop");
	const began = performance.now();
	await pulses.ask("silence");
	const gone = until("all are away", async () => (await look.ask("here")) === 0, 60_000).catch(
		() => Number.POSITIVE_INFINITY,
	);
	await sleep(Math.max(0, began + 12_000 - performance.now()));
	await pulses.ask("begin");
	const returned = performance.now();
	const back = await pulses.ask<Return>("allAnswered", { timeout: patience * 1_000 });
	const here = async () => (await look.ask("here")) === homes;
	const allHere = await until("all are here", here, 30_000).then(
		() => (performance.now() - returned) / 1_000,
		() => Number.POSITIVE_INFINITY,
	);
	return { awayAfter: (await gone) / 1_000, back, allHere, loop: await look.ask("loopSeen") };
}

async function restartCompanion(ground: Ground, look: Worker, pulses: Worker): Promise<CrowdSeen["restart"]> {
	const { relay } = ground;
	await relay.run(["systemctl", "stop", "heimweg-relay"], { timeout: 60_000 });
	const began = performance.now();
	await pulses.ask("newRound");
	await relay.run(["systemctl", "start", "--no-block", "heimweg-relay"]);
	await companionOf(ground);
	const ready = (await look.ask<boolean>("ready", patience * 1_000))
		? (performance.now() - began) / 1_000
		: Number.POSITIVE_INFINITY;
	return { ready, back: await pulses.ask<Return>("allAnswered", { timeout: patience * 1_000 }) };
}
