import { domainOf } from "../../../relay-side/postfix/queue.ts";
import type { Address } from "../../../shared/address.ts";
import type { AskBanner } from "../../../shared/banner.ts";
import type { Flush } from "../../../shared/postfix/flush.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";

/** A home as Postfix meets it. */
export interface ModelHome {
	address: Address;
	/** Packets go through. */
	line: boolean;
	/** Its mail server runs; with the line up and no server, a connect is refused. */
	server: boolean;
	/** It answers every recipient with this, a temporary refusal. */
	refusal: string | undefined;
}

interface Mail extends QueuedMessage {
	queue_name: "active" | "incoming" | "deferred" | "hold";
	domain: string;
}

/** Milliseconds: a delivery, a connect that nobody answers, between two SYNs, and a mark of a dead destination. */
const deliveryTime = 40;
const connectTimeout = 5_000;
const synEvery = 2_000;
const deadFor = 300_000;

/** Failures in a row that make a destination a dead one. */
const failuresToDie = 4;

/**
 * Postfix's queue manager as far as waiting mail is concerned, on the test's clock: it leaves a deferred mail alone for
 * minutes, does not touch a mail whose connect is in progress, defers new mail for a dead destination unseen, and a
 * flush of one mail lifts the mark of its destination.
 */
export class PostfixModel {
	readonly homes = new Map<string, ModelHome>();
	readonly mails = new Map<string, Mail>();
	/** The ids that were delivered, in their order. */
	readonly delivered: string[] = [];
	/** Each id that Postfix was told to deliver, as often as it was. */
	readonly flushed: string[] = [];
	/** How often the queue was listed. */
	listings = 0;
	/** Makes every command fail. */
	broken = false;
	/** The next flushed mails are left in `incoming`. */
	parkNext = 0;
	/** Changes with the folder `active`. */
	#mark = 1;
	#last = 0;
	readonly #failures = new Map<string, number>();
	readonly #dead = new Map<string, number>();

	addHome(domain: string, address: string): ModelHome {
		const home = { address: address as Address, line: true, server: true, refusal: undefined };
		this.homes.set(domain, home);
		return home;
	}

	/** A mail comes in, and is tried. */
	arrive(...recipients: string[]): string {
		this.#last += 1;
		const id = `A${String(this.#last).padStart(5, "0")}`;
		const mail: Mail = {
			queue_id: id,
			queue_name: "incoming",
			arrival_time: Math.floor(Date.now() / 1000),
			recipients: recipients.map((address) => ({ address })),
			domain: domainOf(recipients[0]!),
		};
		this.mails.set(id, mail);
		this.#activate(mail);
		return id;
	}

	/** A mail that was deferred before the story begins. */
	deferred(recipient: string): string {
		const id = this.arrive(recipient);
		this.#defer(this.mails.get(id)!, "connect: timed out");
		return id;
	}

	flush: Flush = async (ids) => {
		if (this.broken) throw new Error("mail system is down");
		for (const id of ids) {
			this.flushed.push(id);
			const mail = this.mails.get(id);
			if (!mail || mail.queue_name === "active" || mail.queue_name === "hold") continue;
			this.#dead.delete(mail.domain);
			this.#failures.delete(mail.domain);
			if (this.parkNext > 0) {
				this.parkNext -= 1;
				mail.queue_name = "incoming";
			} else this.#activate(mail);
		}
	};

	list = async function* (this: PostfixModel): AsyncGenerator<QueuedMessage> {
		if (this.broken) throw new Error("mail system is down");
		this.listings += 1;
		for (const mail of [...this.mails.values()]) yield { ...mail };
	}.bind(this);

	mark = async (): Promise<number> => this.#mark;

	/** The banner as a connect from the relay would find it. */
	ask: AskBanner = async ({ address }) => {
		const home = [...this.homes.values()].find((one) => one.address === address)!;
		await new Promise((resolve) => setTimeout(resolve, home.line ? 20 : 1_500));
		if (!home.line) return "no connection in time";
		return home.server ? undefined : "nothing listens on this port";
	};

	#activate(mail: Mail): void {
		mail.queue_name = "active";
		this.#mark += 1;
		if ((this.#dead.get(mail.domain) ?? 0) > Date.now()) {
			this.#defer(mail, "delivery temporarily suspended");
			return;
		}
		void this.#deliver(mail);
	}

	async #deliver(mail: Mail): Promise<void> {
		const home = this.homes.get(mail.domain)!;
		const began = Date.now();
		let through = home.line;
		while (!through && Date.now() - began < connectTimeout) {
			const next = Math.min(synEvery, began + connectTimeout - Date.now());
			await new Promise((resolve) => setTimeout(resolve, next));
			through = home.line && Date.now() - began < connectTimeout;
		}
		if (!through) return this.#fail(mail, "connect: timed out");
		if (!home.server) return this.#fail(mail, "connect: refused");
		await new Promise((resolve) => setTimeout(resolve, deliveryTime));
		this.#failures.delete(mail.domain);
		if (home.refusal)
			return this.#defer(
				mail,
				`host 10.86.0.2[10.86.0.2] said: ${home.refusal} (in reply to RCPT TO command)`,
			);
		this.mails.delete(mail.queue_id);
		this.#mark += 1;
		this.delivered.push(mail.queue_id);
	}

	#fail(mail: Mail, reason: string): void {
		const failures = (this.#failures.get(mail.domain) ?? 0) + 1;
		this.#failures.set(mail.domain, failures);
		if (failures >= failuresToDie) this.#dead.set(mail.domain, Date.now() + deadFor);
		this.#defer(mail, reason);
	}

	#defer(mail: Mail, reason: string): void {
		mail.queue_name = "deferred";
		mail.recipients = mail.recipients.map(({ address }) => ({ address, delay_reason: reason }));
		this.#mark += 1;
	}
}
