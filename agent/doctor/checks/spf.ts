import { spf as wanted } from "../../../shared/dns/wanted/spf.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const gravity = { prefix: "spf", missing: "risk", differs: "risk", source: "RFC 7208, 4" } as const;

/** Who may send for the domain: one record, which lists the relay and never the home. */
export const spf = check<DomainKnown, HomeEyes, SeenRecords>({
	name: "spf",
	look: ({ mail }, { dns }) => seeRecords(wanted, mail, dns),
	judge: (seen, known) => judgeRecords(seen, known, gravity),
});
