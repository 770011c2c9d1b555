import { setTimeout as sleep } from "node:timers/promises";
import { addresses } from "../lab/network.ts";
import { domain } from "../lab/scene.ts";
import type { PlannedMail, Way } from "./plan.ts";
import type { PostOffice } from "./post-office.ts";
import type { Letter } from "./smtp.ts";

/** A mail, and what the server that it was handed to said. */
export interface PostedMail extends PlannedMail {
	/** Milliseconds since 1970 when it was accepted: 250 after DATA. */
	accepted?: number;
	/** Tries at handing it over, and those of them after which nobody knows whether it was taken. */
	tries: number;
	doubtful: number;
	/** A refusal for good, which ends the tries: this mail should have been taken. */
	refusal?: string;
	/** What the last try that failed came to. */
	reason?: string;
}

/** Milliseconds until a sender tries again. */
const again = 2_000;

const stranger = "someone@sender.test";

/** Hands every mail over at its time, and again until it is taken, as mail servers do; `giveUp` ends the tries. */
export function postAll(
	mails: readonly PlannedMail[],
	offices: Record<Way, PostOffice>,
	elapsed: () => number,
	giveUp: AbortSignal,
): Promise<PostedMail[]> {
	return Promise.all(
		mails.map(async (mail) => {
			await sleep(Math.max(0, mail.at - elapsed()));
			return post(mail, offices[mail.way], giveUp);
		}),
	);
}

async function post(mail: PlannedMail, office: PostOffice, giveUp: AbortSignal): Promise<PostedMail> {
	const posted: PostedMail = { ...mail, tries: 0, doubtful: 0 };
	while (!giveUp.aborted) {
		posted.tries += 1;
		const outcome = await office.handOver(letterFor(mail, posted.tries));
		if (outcome.is === "accepted") return { ...posted, accepted: outcome.at };
		if (outcome.is === "refused") return { ...posted, refusal: outcome.reply };
		posted.reason = outcome.reason;
		if (outcome.doubtful) posted.doubtful += 1;
		await sleep(again, undefined, { signal: giveUp }).catch(() => {});
	}
	return posted;
}

function letterFor({ id, way, mailbox, bytes }: PlannedMail, attempt: number): Letter {
	const own = `${mailbox}@${domain}`;
	const { services, relay } = addresses;
	if (way === "out") {
		const here = "127.0.0.1";
		return { id, attempt, bytes, from: own, to: stranger, server: here, client: here, helo: "localhost" };
	}
	// The one address of the lab's internet that has a name: looking up another takes the relay's Postfix a second.
	const ends = { server: relay.ipv4, client: services.ipv4, helo: "sender.test" };
	return { id, attempt, bytes, from: stranger, to: own, ...ends };
}
