import { setTimeout as sleep } from "node:timers/promises";
import { publicKeyOf } from "../../../shared/protocol/keys.ts";
import { until } from "../../lab/scene.ts";
import { cpuTime, mainProcess } from "../process.ts";
import type { Ground } from "./ground.ts";
import { crowdFile, crowdHome, domainsEach } from "./home.ts";
import type { LoopSeen, PageSeen } from "./look.ts";
import type { PulsesSeen, PulsesSetting, Return } from "./pulses.ts";
import { giveHomes, homesDirectory, inMaps, map, notInMaps, secondsUntil } from "./relay.ts";
import { startWorker, type Worker } from "./worker.ts";

/** What was seen with so many homes; times in seconds, sizes in MB. */
export interface CrowdSeen {
	homes: number;
	/** Which tunnels are real, in words. */
	tunnels: string;
	start: { ready: number; inMaps: number; domains: number; resident: number };
	/** All homes' first pulses; the same after the companion was restarted. */
	firstSeen: Return;
	/** CPU in percent of a core: the companion itself, and what it starts. */
	cpu: { own: number; children: number; seconds: number };
	pulses: PulsesSeen;
	memory: { resident: number; most: number };
	pages: { healthz: PageSeen; metrics: PageSeen };
	status: { seconds: number; bytes: number; lines: number };
	files: { added: number; changed: number; removedFromMap: number; removedFromPeers: number };
	silence: { awayAfter: number; back: Return; allHere: number; loop: LoopSeen };
	restart: { ready: number; back: Return };
}

export interface CrowdOptions {
	homes: number;
	/** How long pulses are counted, in seconds. */
	seconds: number;
	say(line: string): void;
}

/** Seconds that anything may take; after that it counts as never. */
const patience = 60;

/** Measures one size of crowd, from the companion's start on. */
export async function crowd(ground: Ground, options: CrowdOptions): Promise<CrowdSeen> {
	const { relay, key } = ground;
	const { homes, say } = options;
	await giveHomes(relay, homes);
	const look = await startWorker(relay.namespace, "look.ts", {});
	let pulses: Worker | undefined;
	try {
		const start = await startCompanion(ground, look, homes);
		say(
			`${homes} homes: ready after ${start.ready.toFixed(1)} s, in the maps after ${start.inMaps.toFixed(1)} s`,
		);
		const setting: PulsesSetting = { homes, publicKey: key.publicKey, port: 8686 };
		pulses = await startWorker(ground.homes, "pulses.ts", setting);
		await pulses.ask("begin");
		const firstSeen = await pulses.ask<Return>("allAnswered", { timeout: patience * 1_000 });
		say(`${homes} homes: all were answered after ${shown(firstSeen)}`);
		// What follows their coming is over.
		await sleep(10_000);
		const counted = await measurePulses(ground, pulses, options);
		say(
			`${homes} homes: companion ${counted.cpu.own.toFixed(1)} %, children ${counted.cpu.children.toFixed(1)} %; ${counted.pulses.sent - counted.pulses.answered} of ${counted.pulses.sent} pulses lost, p99 ${counted.pulses.p99.toFixed(1)} ms`,
		);
		const pages = await lookAtPages(look);
		const status = await readStatus(ground);
		say(
			`${homes} homes: /healthz ${pages.healthz.milliseconds.toFixed(0)} ms, status ${status.seconds.toFixed(1)} s, ${status.lines} lines`,
		);
		const files = await changeFiles(ground, homes);
		say(
			`${homes} homes: one added ${files.added.toFixed(2)} s, changed ${files.changed.toFixed(2)} s, removed from the peers ${files.removedFromPeers.toFixed(1)} s`,
		);
		const silence = await fallSilent(look, pulses, homes);
		say(`${homes} homes: silent and back: all answered after ${shown(silence.back)}`);
		const restart = await restartCompanion(ground, look, pulses);
		say(`${homes} homes: restarted: all answered after ${shown(restart.back)}`);
		return {
			homes,
			tunnels: ground.tunnels(homes),
			start,
			firstSeen,
			...counted,
			pages,
			status,
			files,
			silence,
			restart,
		};
	} finally {
		await Promise.all([look.stop(), pulses?.stop()]);
		await relay.run(["systemctl", "stop", "heimweg-relay"]);
	}
}

function shown({ took, missing }: Return): string {
	return missing > 0 ? `${patience} s: all but ${missing}` : `${(took / 1_000).toFixed(1)} s`;
}

async function startCompanion({ relay }: Ground, look: Worker, homes: number): Promise<CrowdSeen["start"]> {
	const began = performance.now();
	const last = crowdHome(homes - 1).domains[domainsEach - 1]!;
	const [ready, seconds] = await Promise.all([
		look
			.ask<boolean>("ready", patience * 1_000)
			.then((is) => (is ? (performance.now() - began) / 1_000 : Number.POSITIVE_INFINITY)),
		secondsUntil(relay, "systemctl start --no-block heimweg-relay", inMaps(last), patience * 1_000),
	]);
	const listed = await relay.run(["sh", "-c", `postmap -s ${map("transport")} | wc -l`]);
	return { ready, inMaps: seconds, domains: Number(listed), resident: (await memoryOf(relay)).resident };
}

async function memoryOf(relay: Ground["relay"]): Promise<CrowdSeen["memory"]> {
	const text = await relay.run(["cat", `/proc/${await mainProcess(relay, "heimweg-relay")}/status`]);
	const megabytes = (name: string) =>
		Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) / 1024;
	return { resident: megabytes("VmRSS"), most: megabytes("VmHWM") };
}

async function measurePulses({ relay }: Ground, pulses: Worker, { seconds }: CrowdOptions) {
	const pid = await mainProcess(relay, "heimweg-relay");
	const times = async () => ({ ...(await cpuTime(relay, pid, "heimweg-relay")), at: performance.now() });
	const from = await times();
	const measuring = pulses.ask<PulsesSeen>("measure", { seconds });
	await sleep(seconds * 1_000);
	const to = await times();
	const memory = await memoryOf(relay);
	const percent = (spent: number) => (spent * 1e5) / (to.at - from.at);
	const own = percent(to.own - from.own);
	const cpu = { own, children: percent(to.unit - from.unit) - own, seconds };
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

/** A home more, whose domains then are others, and which then goes. */
async function changeFiles({ relay }: Ground, homes: number): Promise<CrowdSeen["files"]> {
	const home = crowdHome(homes);
	const key = publicKeyOf(home.privateKey);
	const file = `${homesDirectory}/${home.id}.toml`;
	await relay.write("/root/crowd/added", crowdFile(home));
	await relay.write(
		"/root/crowd/changed",
		crowdFile({ ...home, domains: [...home.domains.slice(1), "new.test"] }),
	);
	const put = (which: string) => `cp /root/crowd/${which} ${file}~ && mv ${file}~ ${file}`;
	const until_ = (act: string, check: string) => secondsUntil(relay, act, check, patience * 1_000);
	const added = await until_(put("added"), inMaps(home.domains[0]!));
	await relay.run(
		[
			"sh",
			"-c",
			`for i in $(seq 600); do wg show hw0 peers | grep -qF ${key} && exit 0; sleep 0.1; done; exit 1`,
		],
		{ timeout: 90_000 },
	);
	const changed = await until_(put("changed"), inMaps("new.test"));
	const [removedFromMap, removedFromPeers] = await Promise.all([
		until_(`rm ${file}`, notInMaps("new.test")),
		until_("true", `! wg show hw0 peers | grep -qF ${key}`),
	]);
	return { added, changed, removedFromMap, removedFromPeers };
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

async function restartCompanion(
	{ relay }: Ground,
	look: Worker,
	pulses: Worker,
): Promise<CrowdSeen["restart"]> {
	await relay.run(["systemctl", "stop", "heimweg-relay"], { timeout: 60_000 });
	const began = performance.now();
	await pulses.ask("newRound");
	await relay.run(["systemctl", "start", "--no-block", "heimweg-relay"]);
	const ready = (await look.ask<boolean>("ready", patience * 1_000))
		? (performance.now() - began) / 1_000
		: Number.POSITIVE_INFINITY;
	return { ready, back: await pulses.ask<Return>("allAnswered", { timeout: patience * 1_000 }) };
}
