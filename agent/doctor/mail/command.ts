import type { Address } from "../../../shared/address.ts";
import type { RunCommand } from "../../../shared/command.ts";
import { verifyDkim } from "../../../shared/doctor/dkim.ts";
import type { Dns } from "../../../shared/doctor/dns/dns.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { HeimwegError } from "../../../shared/errors.ts";
import { parseRecipient } from "../../../shared/recipient.ts";
import { sendMail } from "../../../shared/smtp.ts";
import { say } from "../../../shared/words/say.ts";
import { seeStrangersMail } from "./as-stranger.ts";
import { judgeMail } from "./judge.ts";
import { judgeStrangersMail } from "./judge-stranger.ts";
import { type SendDeps, sendAndSee } from "./send.ts";

/** What a mail needs to be sent on its way. */
export interface MailWish {
	/** As somebody typed it. */
	to: string;
	domains: readonly string[];
	/** The relay's address in the tunnel, and its name; undefined: it has not said it. */
	relay: Address;
	relayName: string | undefined;
}

/** Sends a mail on its whole way, and says of each step how it went. Throws a HeimwegError when it cannot be sent. */
export async function seeMail(
	wish: MailWish,
	deps: {
		run: RunCommand;
		dns: Dns;
		/** Has the relay send a mail to this mailbox as a stranger's, and resolves to its Message-ID; undefined: none is sent. */
		askStranger?: ((to: string) => Promise<string>) | undefined;
	} & Partial<SendDeps>,
): Promise<Finding[]> {
	const to = mailboxOf(wish);
	const relay = wish.relayName ?? wish.relay;
	const { askStranger: ask } = deps;
	const [seen, strangers] = await Promise.all([
		sendAndSee({ to, relay: wish.relay }, { sendMail, ...deps }),
		ask && seeStrangersMail(to, { ...deps, ask }),
	]);
	const look = async (text: string | undefined) =>
		text === undefined ? [] : verifyDkim(text, (name, type) => deps.dns.published(name, type));
	const [own, returned] = await Promise.all([look(seen.own), look(seen.returned)]);
	return [
		...judgeMail({ to, relay, seen, signatures: { own, returned } }),
		...(strangers ? judgeStrangersMail(strangers, { to, relay, logRead: seen.journeys.length > 0 }) : []),
	];
}

function mailboxOf({ to, domains }: MailWish): string {
	const address = parseRecipient(to);
	if (address && !address.startsWith("@") && domains.includes(address.slice(address.lastIndexOf("@") + 1)))
		return address;
	throw new HeimwegError(say`--mail: expected an address of ${domains.join(", ")}, got "${to}"`);
}
