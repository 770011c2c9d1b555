import { randomBytes } from "node:crypto";
import type { Address } from "../../../shared/address.ts";
import { messageOf } from "../../../shared/errors.ts";
import { mailText } from "../../../shared/mail-text.ts";
import type { Mail } from "../../../shared/smtp.ts";
import type { Journey } from "./journey.ts";
import { type WatchDeps, watchMail } from "./log.ts";
import { asSigned } from "./message.ts";

const mail = {
	subject: "Heimweg: a mail to see its way",
	text: "It comes twice: once as this home delivered it, and once from here to the relay and back.",
};

/** A mail that is sent to see its way. */
export interface Errand {
	/** The mailbox, which is one of this home's. */
	to: string;
	/** The relay's address in the tunnel. */
	relay: Address;
}

/** What became of it. */
export interface Seen {
	id: string;
	/** As it lay in the mailbox when this home's Postfix had delivered it itself; and when it had gone through the relay. */
	own: string | undefined;
	returned: string | undefined;
	/** Both copies, as Postfix here logged them. */
	journeys: Journey[];
	/** Milliseconds from the relay's yes to the mailbox. */
	took?: number;
	/** Where it stopped, and why in the words of who stopped it. */
	stopped?: { at: "handing_in" | "own_delivery" | "mailbox" | "relay" | "return"; why: string };
}

export interface SendDeps extends WatchDeps {
	sendMail(mail: Mail): Promise<string>;
}

/**
 * Sends a mail to a mailbox here, as a program of this home would: Postfix signs and delivers it. Then hands the signed mail
 * to the relay, as mail that leaves, and waits until the relay has brought it back, as anybody's. Never throws.
 */
export async function sendAndSee({ to, relay }: Errand, deps: SendDeps): Promise<Seen> {
	const { run, now = () => performance.now() } = deps;
	const id = `${randomBytes(12).toString("hex")}@heimweg.invalid`;
	const domain = to.slice(to.lastIndexOf("@") + 1);
	const from = `postmaster@${domain}`;
	const since = new Date();
	const watch = watchMail(id, deps, since);
	const seen: Omit<Seen, "journeys"> = { id, own: undefined, returned: undefined };
	const stop = (at: NonNullable<Seen["stopped"]>["at"], why: string): Seen => ({
		...{ ...seen, journeys: watch.journeys },
		stopped: { at, why },
	});

	try {
		await run("sendmail", ["-f", from, "--", to], { input: mailText({ ...mail, from, to, id, at: since }) });
	} catch (error) {
		return stop("handing_in", messageOf(error));
	}
	const why = await watch.delivered(1);
	if (why !== undefined) return stop("own_delivery", why);
	try {
		seen.own = (await watch.copies(to))[0];
	} catch (error) {
		return stop("mailbox", messageOf(error));
	}
	if (seen.own === undefined) return stop("mailbox", "");
	try {
		await deps.sendMail({ server: relay, helo: "localhost", from, to, text: asSigned(seen.own) });
	} catch (error) {
		return stop("relay", messageOf(error));
	}
	const taken = now();
	const whyNot = await watch.delivered(2);
	if (whyNot !== undefined) return stop("return", whyNot);
	seen.took = now() - taken;
	const copies = await watch.copies(to).catch(() => []);
	seen.returned = copies.find((copy) => copy !== seen.own);
	return seen.returned === undefined ? stop("mailbox", "") : { ...seen, journeys: watch.journeys };
}
