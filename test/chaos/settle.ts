import { setTimeout as sleep } from "node:timers/promises";
import type { QueuedMessage } from "../../shared/postfix/queue.ts";
import type { Host } from "../lab/host.ts";
import { type Scene, tunnel } from "../lab/scene.ts";

/** How it went after everything was undone. */
export interface Settled {
	/** Queue ids of the mails that were still in the queues when the patience ended. */
	queueIds: { relay: string[]; home: string[] };
	/** Mails at home that waited for something else than the relay, and had to be set moving. */
	flushed: number;
	/** Conditions that still held, in their words. */
	conditions: string[];
	/** Milliseconds. */
	took: number;
}

/**
 * Milliseconds: between two looks; until the home's own Postfix is told to deliver (again); and that conditions have,
 * once no mail waits any more.
 */
const pause = 1_000;
const flushAfter = 20_000;
const conditionsEnd = 60_000;

/**
 * Waits until no mail is in either Postfix's queue and both programs are content, at most for the patience. The
 * relay's queue is left alone, and at home what waits for the relay: that is Heimweg's. What waits at home for something
 * else, such as Dovecot, is flushed, as its owner would: it goes by Postfix's own schedule, which grows to an hour.
 */
export async function settle(scene: Scene, patience: number, say: (line: string) => void): Promise<Settled> {
	const { relay, home } = scene.lab;
	const began = performance.now();
	const took = () => performance.now() - began;
	let flushed = 0;
	let nextFlush = flushAfter;
	let emptySince: number | undefined;
	for (;;) {
		const [onRelay, atHome] = [await queueOf(relay), await queueOf(home)];
		const conditions = await conditionsOf(scene);
		if (onRelay?.length === 0 && atHome?.length === 0) emptySince ??= took();
		else emptySince = undefined;
		const empty = emptySince === undefined ? 0 : took() - emptySince;
		// Not at the first look: between two queues of Postfix's a mail may be in neither.
		const calm = empty >= pause && (conditions.length === 0 || empty > conditionsEnd);
		if (calm || took() > patience) {
			if (!onRelay || !atHome) throw new Error("Postfix does not list its queue");
			return {
				queueIds: { relay: onRelay.map(idOf), home: atHome.map(idOf) },
				flushed,
				conditions,
				took: took(),
			};
		}
		const waiting = atHome?.filter(waitsForOthers) ?? [];
		if (waiting.length > 0 && took() > nextFlush) {
			say(`${waiting.length} mails wait at home for Postfix's next try: postqueue -i`);
			if (flushed === 0) flushed = waiting.length;
			for (const mail of waiting) await home.run(["postqueue", "-i", idOf(mail)]);
			nextFlush = took() + flushAfter;
		}
		await sleep(pause);
	}
}

const idOf = ({ queue_id }: QueuedMessage) => queue_id;

function waitsForOthers({ queue_name, recipients }: QueuedMessage): boolean {
	const ofRelay = (reason: string) => tunnel.relay.some((address) => reason.includes(`[${address}]`));
	const reasons = recipients.flatMap(({ delay_reason: why }) => why ?? []);
	return queue_name === "deferred" && reasons.length > 0 && !reasons.some(ofRelay);
}

/** All that is in Postfix's queue; undefined when it cannot be listed. */
async function queueOf(host: Host): Promise<QueuedMessage[] | undefined> {
	const { stdout, exitCode } = await host.exec(["postqueue", "-j"]);
	if (exitCode !== 0) return undefined;
	return stdout
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line) as QueuedMessage);
}

/** What is wrong as the two programs see it; that one does not answer is wrong too. */
async function conditionsOf(scene: Scene): Promise<string[]> {
	const both = await Promise.all(
		[scene.agentStatus, scene.relayStatus].map((status) =>
			status().then(
				({ conditions }) => conditions.map(({ code, text }) => `${code}: ${text}`),
				(error: Error) => [error.message],
			),
		),
	);
	return both.flat();
}
