import { openPostOffice } from "../chaos/post-office.ts";
import type { Host } from "../lab/host.ts";
import type { Lab } from "../lab/lab.ts";
import { addresses } from "../lab/network.ts";
import { domain, until } from "../lab/scene.ts";

/** The mailbox that the measured mails go to. */
export const mailbox = `anna@${domain}`;

const folder = "/home/anna/Maildir/new";

/** A mail that the relay has taken. */
export interface Sent {
	id: number;
	/** When the handing over began, in ms since 1970. */
	began: number;
}

/** Hands mails over to the relay from somewhere in the internet, one process for all of them. */
export interface Incoming {
	/** Hands one over; resolves when the relay has taken it. Throws when it does not. */
	send(to?: string): Promise<Sent>;
	stop(): void;
}

export function openIncoming({ internet }: Lab): Incoming {
	const office = openPostOffice(() => internet.namespace);
	let last = 0;
	return {
		async send(to = mailbox) {
			const id = ++last;
			const began = Date.now();
			const outcome = await office.handOver({
				...{ id, attempt: 1, to, bytes: 1_000, from: "someone@sender.test", helo: "sender.test" },
				...{ server: addresses.relay.ipv4, client: addresses.services.ipv4 },
			});
			if (outcome.is === "accepted") return { id, began };
			throw new Error(
				`the relay did not take a mail to ${to}: ${outcome.is === "refused" ? outcome.reply : outcome.reason}`,
			);
		},
		stop: office.stop,
	};
}

/** Takes all mail out of the mailbox. */
export async function emptyMailbox(home: Host): Promise<void> {
	await home.run(["sh", "-c", `rm -f ${folder}/*`]);
}

/** When each mail in the mailbox was put there, in ms since 1970, in order, as soon as there are so many or time is over. */
export async function arrivals(home: Host, count: number, timeout: number): Promise<number[]> {
	const list = async () => {
		const text = await home.run(["sh", "-c", `find ${folder} -type f -printf '%T@\\n'`]);
		return text.split("\n").filter(Boolean);
	};
	await until("all have arrived", async () => (await list()).length >= count, timeout).catch(() => {});
	return timesFrom(await list());
}

/** Seconds since 1970, as find prints them, in order and as milliseconds. */
export function timesFrom(seconds: readonly string[]): number[] {
	return seconds.map((text) => Number(text) * 1_000).sort((a, b) => a - b);
}
