import { setMaxListeners } from "node:events";
import { openInbox } from "../lab/inbox.ts";
import { domain, mailboxes, type Scene, until } from "../lab/scene.ts";
import { arrived } from "./copies.ts";
import { type Count, count } from "./count.ts";
import { desecFaults } from "./desec-faults.ts";
import { bouncesIn, type Journals, mailsInQueues, readJournals } from "./evidence.ts";
import { homeFaults } from "./home-faults.ts";
import { lineFaults } from "./line-faults.ts";
import { makePlan, type Plan } from "./plan.ts";
import { postAll } from "./post.ts";
import { openPostOffice } from "./post-office.ts";
import { relayFaults } from "./relay-faults.ts";
import { type Settled, settle } from "./settle.ts";
import { type Struck, strike } from "./strike.ts";

export const allFaults = [...homeFaults, ...lineFaults, ...relayFaults, ...desecFaults];

export interface ChaosOptions {
	mails: number;
	faults: number;
	seed: number;
	/** Seconds; faults that may last longer are left out. */
	longest?: number;
	/** Only faults whose names contain one of these; all if not given. */
	only?: readonly string[];
	/** Hears what happens, a line at a time. */
	say(line: string): void;
}

export interface ChaosResult {
	plan: Plan;
	struck: Struck[];
	settled: Settled;
	/** From the internet to the home, and the other way. */
	counts: readonly [Count, Count];
	/** Lines of the journals that tell of mail that Postfix gave up. */
	bounces: string[];
	journals: Journals;
}

/** Milliseconds after the last fault: for senders to get rid of their mail, and for everything to calm down. */
const patience = { senders: 120_000, calm: 300_000 };

/** Lets mail flow both ways while things go wrong, and counts what became of it. */
export async function chaos(scene: Scene, options: ChaosOptions): Promise<ChaosResult> {
	const { lab } = scene;
	const boxes = [...mailboxes, ...(await addMailboxes(scene))];
	await until("mail can flow", async () => (await scene.agentStatus()).mailFlows, 60_000);
	await openInbox(lab.internet);
	const kinds = allFaults.filter(({ name }) => options.only?.some((part) => name.includes(part)) ?? true);
	const plan = makePlan({ ...options, kinds, mailboxes: boxes });
	options.say(
		`${plan.mails.length} mails and ${plan.faults.length} faults in ${Math.round(plan.length / 1000)} s, seed ${plan.seed}`,
	);
	const offices = {
		in: openPostOffice(() => lab.internet.namespace),
		out: openPostOffice(() => (lab.home.isOn ? lab.home.namespace : undefined)),
	};
	const giveUp = new AbortController();
	setMaxListeners(0, giveUp.signal);
	let timer: NodeJS.Timeout | undefined;
	try {
		const began = performance.now();
		const elapsed = () => performance.now() - began;
		const posting = postAll(plan.mails, offices, elapsed, giveUp.signal);
		const struck = await strike(plan.faults, scene, elapsed, options.say);
		timer = setTimeout(() => giveUp.abort(), Math.max(0, plan.length - elapsed()) + patience.senders);
		const posted = await posting;
		options.say("all is undone, all mails are handed over");
		const settled = await settle(scene, patience.calm, options.say);
		const copies = await arrived(scene, boxes);
		const journals = await readJournals(scene);
		const waiting = mailsInQueues(journals, settled.queueIds);
		const counts = [count("in", posted, copies, waiting), count("out", posted, copies, waiting)] as const;
		return { plan, struck, settled, counts, bounces: bouncesIn(journals), journals };
	} finally {
		clearTimeout(timer);
		giveUp.abort();
		for (const office of Object.values(offices)) office.stop();
	}
}

/** Two more users, whom the relay has to know before their mail comes. */
async function addMailboxes({ lab }: Scene): Promise<string[]> {
	const more = ["carl", "dora"];
	for (const name of more) await lab.home.run(["useradd", "--create-home", name]);
	await lab.home.run(["systemctl", "start", "heimweg-recipients"]);
	const map = "lmdb:/var/lib/heimweg-relay/maps/relay_recipients";
	const known = async (name: string) =>
		(await lab.relay.exec(["postmap", "-q", `${name}@${domain}`, map])).exitCode === 0;
	await until(
		"the relay knows them",
		async () => (await Promise.all(more.map(known))).every(Boolean),
		90_000,
	);
	return more;
}
