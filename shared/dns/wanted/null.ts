import type { MailDomain } from "./mail-domain.ts";
import { isSpf, sendsNothing, spfFaults } from "./spf.ts";
import { type Wish, type Wishes, wholeSet } from "./wish.ts";

/** Names that send no mail say so, so that nobody can send in their name; some take none either (RFC 7505). Pure. */
export function noMail({ clientNames, domain, policy }: MailDomain): Wishes {
	const silent = (name: string, word: string): Wish => ({
		...{ kind: "no mail", name, type: "TXT", records: [sendsNothing], word, claims: isSpf },
		why: "mail that claims to come from this name is none of ours",
		accepts: (present) => present.length === 1 && spfFaults(present).length === 0,
		faults: (present) => spfFaults(present),
		yields: true,
	});
	const clients = clientNames.filter((name) => name !== domain && !policy.noMail.includes(name));
	return {
		wanted: [
			...clients.map((name) => silent(name, "dns.names: mail programs use it, and no mail comes from it")),
			...policy.noMail.flatMap((name): Wish[] => [
				silent(name, "dns.mail.no_mail"),
				{
					...{
						kind: "no mail",
						name,
						type: "MX",
						records: ["0 ."],
						word: "dns.mail.no_mail",
						claims: wholeSet,
					},
					why: "mail to this name is refused at once",
				},
			]),
		],
		leftOut: [],
	};
}
