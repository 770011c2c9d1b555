import { autoconfig as wanted } from "../../../shared/dns/wanted/autoconfig.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const gravity = { prefix: "autoconfig", missing: "todo", differs: "todo", source: "RFC 6186" } as const;

/** Where mail programs find the file that sets them up; asked for only where a host that serves it is configured. */
export const autoconfig = check<DomainKnown, HomeEyes, SeenRecords>({
	name: "autoconfig",
	look: ({ mail }, { dns }) => seeRecords(wanted, mail, dns),
	judge: (seen, known) => judgeRecords(seen, known, gravity),
});
