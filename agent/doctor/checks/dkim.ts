import { dkim as wanted } from "../../../shared/dns/wanted/dkim.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const gravity = { prefix: "dkim", missing: "risk", differs: "risk", source: "RFC 6376, 3.6.1" } as const;

/** The published half of each key that signs: there, and of the key that is in use. */
export const dkim = check<DomainKnown, HomeEyes, SeenRecords>({
	name: "dkim",
	look: ({ mail }, { dns }) => seeRecords(wanted, mail, dns),
	judge: (seen, known) => judgeRecords(seen, known, gravity),
});
