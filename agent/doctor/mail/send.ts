import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../../shared/address.ts";
import type { RunCommand } from "../../../shared/command.ts";
import { messageOf } from "../../../shared/errors.ts";
import { mailText } from "../../../shared/mail-text.ts";
import type { Mail } from "../../../shared/smtp.ts";
import { SECOND } from "../../../shared/time.ts";
import { type Journey, journeysOf } from "./journey.ts";
import { asSigned } from "./message.ts";

/** For each of the two copies to lie in the mailbox; and between two looks. */
const patience = 40 * SECOND;
const pause = SECOND / 2;

/** For a program that is asked for the mail. */
const programPatience = 20 * SECOND;

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

export interface SendDeps {
	run: RunCommand;
	sendMail(mail: Mail): Promise<string>;
	now?: () => number;
	pause?: number;
	patience?: number;
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
	const seen: Seen = { id, own: undefined, returned: undefined, journeys: [] };
	const stop = (at: NonNullable<Seen["stopped"]>["at"], why: string): Seen => ({
		...seen,
		stopped: { at, why },
	});

	/** Waits for the copy of this number to be delivered; what kept it from that, else undefined. */
	async function delivered(count: number): Promise<string | undefined> {
		const end = now() + (deps.patience ?? patience);
		for (;;) {
			const log = await run("journalctl", [
				...["--no-pager", "--output=cat", "--facility=mail"],
				`--since=@${Math.floor(since.getTime() / 1000)}`,
			]).catch(() => "");
			seen.journeys = journeysOf(log, id);
			const journey = seen.journeys[count - 1];
			if (journey?.status === "sent") return undefined;
			if (journey?.status !== undefined || now() > end) return journey?.text ?? "";
			await sleep(deps.pause ?? pause);
		}
	}

	try {
		await run("sendmail", ["-f", from, "--", to], { input: mailText({ ...mail, from, to, id, at: since }) });
	} catch (error) {
		return stop("handing_in", messageOf(error));
	}
	const why = await delivered(1);
	if (why !== undefined) return stop("own_delivery", why);
	try {
		seen.own = (await copiesIn(run, to, id))[0];
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
	const whyNot = await delivered(2);
	if (whyNot !== undefined) return stop("return", whyNot);
	seen.took = now() - taken;
	const copies = await copiesIn(run, to, id).catch(() => []);
	seen.returned = copies.find((copy) => copy !== seen.own);
	return seen.returned === undefined ? stop("mailbox", "") : seen;
}

/** The mail as it lies in the mailbox, each copy of it. Throws when Dovecot cannot be asked. */
async function copiesIn(run: RunCommand, to: string, id: string): Promise<string[]> {
	// The two copies are told apart by what each delivery has written before them.
	const said = await run("doveadm", ["fetch", "-u", to, "text", "mailbox", "*", "header", "message-id", id], {
		timeout: programPatience,
	});
	return said
		.split(/^text:\n/m)
		.slice(1)
		.map((copy) => copy.replace(/\f?\n?$/, "\n"));
}
