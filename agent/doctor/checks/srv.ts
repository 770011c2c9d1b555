import { srv as wanted } from "../../../shared/dns/wanted/srv.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const gravity = {
	prefix: "srv",
	missing: "todo",
	differs: "todo",
	source: "RFC 6186, 3; RFC 8314, 5.1",
} as const;

/** Where mail programs find the services, and "." for what is not offered. */
export const srv = check<DomainKnown, HomeEyes, SeenRecords>({
	name: "srv",
	look: ({ mail }, { dns }) => seeRecords(wanted, mail, dns),
	judge(seen, known) {
		const judged = judgeRecords(seen, known, gravity);
		// What is not offered need not be said where nobody said what is.
		return known.mail.services?.all === false
			? judged.filter(({ severity }) => severity !== "not_known")
			: judged;
	},
});
