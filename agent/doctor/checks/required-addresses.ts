import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import type { SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import { requiredNames } from "../../../shared/recipient.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

/** Domains of which it is asked; each question is a line in Postfix's log. */
const mostDomains = 10;

/** Where this home's Postfix listens. */
const here = "127.0.0.1";

const source = "RFC 2142, 4 and 5; RFC 5321, 4.5.1";

interface Seen {
	shown: SmtpSeen;
	/** `virtual_alias_maps`, as it is in force. */
	aliases: string;
}

/**
 * Mail for the addresses that every domain must have is taken at home, too: the relay takes it in any case, and what the
 * home then refuses goes back to whoever had something to report. Asks, and sends nothing.
 */
export const requiredAddresses = check<HomeKnown, HomeEyes, Seen | undefined>({
	name: "required_addresses",
	patience: "long",

	async look(known, { smtp, run }) {
		const recipients = asked(known);
		// Without a configuration this may be any machine, and its Postfix anybody's.
		if (recipients.length === 0 || known.relay.length === 0) return undefined;
		const [shown, aliases] = await Promise.all([
			smtp({ address: here, name: "localhost", helo: "localhost", recipients }),
			run("postconf", ["-xh", "virtual_alias_maps"]).catch(() => ""),
		]);
		return { shown, aliases };
	},

	judge(seen, known) {
		if (!seen) return [];
		const { shown, aliases } = seen;
		if (shown.is !== "greets") {
			const found = say`Postfix here could not be asked at port 25 of ${here}`;
			return [{ code: "required_address_not_known", severity: "not_known", subject: `${here}:25`, found }];
		}
		const replies = new Map(asked(known).map((recipient, at) => [recipient, shown.replies[at]]));
		const findings = [...replies].flatMap(([recipient, reply]) => {
			const domain = recipient.slice(recipient.lastIndexOf("@") + 1);
			// Who reads the one may read the other; else it is somebody of the domain.
			const postmaster = `postmaster@${domain}`;
			const reader = isTaken(replies.get(postmaster)) ? postmaster : known.told?.mailboxes[domain];
			return judgeReply(recipient, reply, { aliases, reader });
		});
		if (findings.length > 0) return findings;
		const found = asked(known).slice(0, 6).join(", ");
		return [{ code: "required_addresses_well", severity: "well", subject: "postfix", found }];
	},
});

/** How an alias can be made, and for whom. */
interface Aliasing {
	aliases: string;
	reader: string | undefined;
}

const isTaken = (reply: string | undefined) => reply?.startsWith("25") ?? false;

function judgeReply(recipient: string, reply: string | undefined, aliasing: Aliasing): Finding[] {
	if (isTaken(reply)) return [];
	const subject = recipient;
	// Only a no for good is one (RFC 5321, 4.2.1).
	if (!reply?.startsWith("5")) {
		const found = say`whether it is taken is not known: "${reply ?? ""}"`;
		return [{ code: "required_address_not_known", severity: "not_known", subject, found }];
	}
	return [
		{
			...{ code: "required_address_refused_here", severity: "todo", subject, turn: "home", source },
			found: say`Postfix here refuses mail for ${recipient}, which the relay takes: "${reply}"`,
			wanted: say`an alias of it, to somebody who reads it`,
			line: aliasLine(recipient, reply, aliasing),
		},
	];
}

/** The line that makes it an alias, by the table in which Postfix says that it looked. */
function aliasLine(recipient: string, reply: string, { aliases, reader }: Aliasing): string {
	const name = recipient.slice(0, recipient.indexOf("@"));
	if (reply.includes("local recipient table"))
		return `echo '${name}: ${reader ?? "root"}' >>/etc/aliases && newaliases`;
	const [, table, file] = /(?:^|[\s,])((?:hash|lmdb|btree|cdb):(\/[^\s,]+))/.exec(aliases) ?? [];
	if (!table) return "postconf virtual_alias_maps";
	return `echo '${recipient} ${reader ?? "root@localhost"}' >>${file} && postmap ${table}`;
}

function asked({ domains }: HomeKnown): string[] {
	return domains
		.slice(0, mostDomains)
		.flatMap(({ domain }) => requiredNames.map((name) => `${name}@${domain}`));
}
