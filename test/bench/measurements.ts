import type { Lab, LabOptions } from "../lab/lab.ts";
import { apt, createRepositories, offer } from "../lab/packages.ts";
import { debian12, debian13WithNginx } from "../lab/root-image.ts";
import { type Scene, setScene, until } from "../lab/scene.ts";
import { addressChanges } from "./address-change.ts";
import { homesAway } from "./away.ts";
import { bareDomain } from "./bare-domain.ts";
import type { Bench } from "./bench.ts";
import { doctors } from "./doctor.ts";
import type { Figure } from "./figure.ts";
import { foreignAnswersChanged } from "./foreign-answers.ts";
import { fuzzed } from "./fuzz.ts";
import { idle, idlePackaged } from "./idle.ts";
import { crowdOfClients, setMailPrograms, standstill, throughRelay } from "./mail-programs.ts";
import { todaysWays } from "./mail-programs-today.ts";
import { postfixAlone } from "./postfix-alone.ts";
import { prefixChanges } from "./prefix-change.ts";
import { recipientsChange } from "./recipients.ts";
import { relayReboots } from "./relay-reboot.ts";
import { routeAdded } from "./route.ts";
import { starts } from "./start.ts";
import { today } from "./today.ts";
import { outages, waitingMail } from "./waiting-mail.ts";

/** One thing to measure. */
export interface Measurement {
	name: string;
	/** Keeps the machine busy, or wants it quiet: never at the same time as another of these. */
	busy: boolean;
	measure(scene: Scene, bench: Bench): Promise<Figure[]>;
}

/** A lab, and what is measured in it. The labs work at the same time. */
export interface Place {
	name: string;
	/** What its hosts boot from, where it is not what the lab's do. */
	roots?: LabOptions["roots"];
	/** Makes the scene; without Heimweg, what people use today. */
	prepare(lab: Lab): Promise<Scene>;
	measurements: readonly Measurement[];
	/** All its measurements at once; else one after the other. */
	atOnce?: true;
}

const busy = (name: string, measure: Measurement["measure"]): Measurement => ({ name, busy: true, measure });
const calm = (name: string, measure: Measurement["measure"]): Measurement => ({ name, busy: false, measure });

/**
 * Everything. What waits for minutes goes on beside what is short and busy; what fills the relay with homes and
 * recipients comes last.
 */
export const places: readonly Place[] = [
	{
		name: "Heimweg",
		prepare: setHeimweg,
		measurements: [
			calm("idle", idle),
			busy("ipv4", addressChanges),
			busy("ipv6", prefixChanges),
			busy("reboot", relayReboots),
			busy("start", starts),
			busy("route", routeAdded),
			busy("recipients", recipientsChange),
			busy("away", homesAway),
			busy("fuzz", fuzzed),
			busy("domain", bareDomain),
			busy("doctor", doctors),
			busy("zones", foreignAnswersChanged),
		],
	},
	{
		name: "Heimweg, whose line is down",
		prepare: setHeimweg,
		measurements: [
			busy("outage45", (scene, bench) => waitingMail(scene, bench, outages.short, bench.quick ? 2 : 10)),
			calm("outage600", (scene, bench) => waitingMail(scene, bench, outages.long, bench.longOutages)),
		],
	},
	{
		name: "from the packages, on Debian 12",
		roots: { relay: debian12, home: debian12 },
		prepare: setPackages,
		measurements: [calm("packaged", idlePackaged)],
	},
	{
		name: "Heimweg, with mail programs",
		prepare: setMailPrograms,
		measurements: [
			busy("ports-way", throughRelay),
			busy("ports-change", standstill),
			busy("ports-crowd", crowdOfClients),
		],
	},
	{
		name: "without Heimweg, with mail programs",
		roots: { relay: debian13WithNginx },
		prepare: async (lab) => ({ lab }) as Scene,
		measurements: [calm("ports-today", ({ lab }, bench) => todaysWays(lab, bench))],
	},
	{
		name: "without Heimweg",
		prepare: async (lab) => ({ lab }) as Scene,
		measurements: [
			calm("today", ({ lab }, bench) => today(lab, bench)),
			calm("alone", ({ lab }, bench) => postfixAlone(lab, bench)),
		],
		atOnce: true,
	},
];

async function setHeimweg(lab: Lab): Promise<Scene> {
	const scene = await setScene(lab);
	await until("both records are in sync", async () => {
		const { records } = await scene.agentStatus();
		return Boolean(records?.inSync && records.records.length === 2);
	});
	return scene;
}

async function setPackages(lab: Lab): Promise<Scene> {
	const repositories = await createRepositories({ version: "0.1.0", revision: "1" });
	try {
		return await setScene(lab, {
			async install(host, side) {
				await offer(host, repositories.first);
				await apt(host, "install", side === "home" ? "heimweg" : "heimweg-relay", "heimweg-node");
			},
		});
	} finally {
		await repositories.remove();
	}
}
