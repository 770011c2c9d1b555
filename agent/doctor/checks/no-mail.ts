import { noMail as wanted } from "../../../shared/dns/wanted/null.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const gravity = {
	prefix: "no_mail",
	missing: "todo",
	differs: "todo",
	source: "RFC 7208, 10.1.2; RFC 7505",
} as const;

/** Names that send no mail say so: those that mail programs use, and those of `dns.mail.no_mail`. */
export const noMail = check<DomainKnown, HomeEyes, SeenRecords>({
	name: "no_mail",
	look: ({ mail }, { dns }) => seeRecords(wanted, mail, dns),
	judge: (seen, known) => judgeRecords(seen, known, gravity),
});
