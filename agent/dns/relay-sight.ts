import { randomBytes } from "node:crypto";
import type { PlannedChange } from "../../shared/dns/plan/plan.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { type DnsAnswer, type DnsWatch, dnsReportSchema, mostWatched } from "../../shared/protocol/dns.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { recordsNotVisible } from "./conditions.ts";

/** Between two check-ins that ask how the relay's look went, and how many of them there are: it takes a minute at most. */
const askEvery = 8 * SECOND;
const mostAsks = 12;

/** After a look in which the relay did not see them. */
const lookAgain = 5 * MINUTE;

const newId = () => randomBytes(8).toString("hex");

/** Signs of all that is asked for in a check-in. */
const mostSigns = 8_000;

export interface RelaySight {
	/** Something was written: the relay is asked to look for it, too. */
	wrote(zone: string, changes: readonly PlannedChange[]): void;
	/** For the check-in. */
	watch(): DnsWatch | undefined;
	/** Takes the relay's answer; milliseconds until it should be asked again, undefined: not because of this. */
	heard(seen: DnsAnswer["seen"]): number | undefined;
}

/** Has the relay look whether it sees what was written: the name servers are anycast, and answer it from elsewhere. */
export function createRelaySight({ health, log }: { health: Health; log: Logger }): RelaySight {
	let watch: DnsWatch | undefined;
	let asks = 0;

	return {
		wrote(zone, changes) {
			const wanted: DnsWatch["wanted"] = [];
			for (const { name, type, after } of changes) {
				const one = { name, type, records: [...after] };
				const rest = JSON.stringify([...wanted, one]);
				// What is too large to be asked for is left out: the home has seen it itself.
				const draft = { version: 1, watch: { id: "-", zone, wanted: [...wanted, one] } };
				if (
					rest.length <= mostSigns &&
					wanted.length < mostWatched &&
					dnsReportSchema.safeParse(draft).success
				)
					wanted.push(one as DnsWatch["wanted"][number]);
			}
			asks = 0;
			watch = wanted.length > 0 ? { id: newId(), zone, wanted } : undefined;
		},
		watch: () => watch,
		heard(seen) {
			if (!watch) return undefined;
			const { zone, wanted } = watch;
			const subject = `${zone}, seen from the relay`;
			if (seen?.id === watch.id) {
				const words = wanted.map(({ name, type }) => `${name} ${type}`).join(", ");
				const late = seen.missing === "" ? undefined : { servers: seen.missing, wanted: words };
				health.put(recordsNotVisible, subject, late);
				if (late) {
					// Until it sees them.
					watch = { ...watch, id: newId() };
					asks = 0;
					return lookAgain;
				}
				watch = undefined;
				log.info({ zone }, `the relay sees the new records of ${zone}, too`);
				return undefined;
			}
			asks++;
			if (asks < mostAsks) return askEvery;
			// An earlier version never says, and one that is busy has its reasons.
			watch = undefined;
			return undefined;
		},
	};
}
