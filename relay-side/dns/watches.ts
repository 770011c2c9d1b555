import type { untilVisible } from "../../shared/dns/visibility.ts";
import { isWithin } from "../../shared/dns/wanted/mail-domain.ts";
import { messageOf } from "../../shared/errors.ts";
import type { DnsAnswer, DnsWatch } from "../../shared/protocol/dns.ts";
import { MINUTE } from "../../shared/time.ts";
import type { Home } from "../facts.ts";

/** How long one look goes on. */
const lookTime = MINUTE;

/** Looks at the same time; whoever comes then asks again later. */
const mostLooks = 20;

export interface Watches {
	/** Begins the look that a home asks for, or says how it went; undefined while that is not known. */
	of(home: Pick<Home, "id" | "domains">, watch: DnsWatch): DnsAnswer["seen"];
	stop(): void;
}

/** Looks for what homes have written, at the zones' name servers as they are seen from the relay. */
export function createWatches(visible: typeof untilVisible): Watches {
	const looks = new Map<
		string,
		{ id: string; end: AbortController; seen?: NonNullable<DnsAnswer["seen"]> }
	>();

	return {
		of(home, { id, zone, wanted }) {
			const known = looks.get(home.id);
			if (known?.id === id) return known.seen;
			// A home has the relay ask for its own domains alone.
			const own = (name: string) => home.domains.some((domain) => isWithin(name, domain));
			const holds = home.domains.some((domain) => isWithin(domain, zone));
			if (!(holds || own(zone)) || !wanted.every(({ name }) => own(name))) return undefined;
			known?.end.abort();
			const underWay = [...looks.values()].filter((one) => !one.seen && !one.end.signal.aborted);
			if (underWay.length >= mostLooks) return undefined;
			const end = new AbortController();
			const look: NonNullable<ReturnType<typeof looks.get>> = { id, end };
			looks.set(home.id, look);
			visible(zone, wanted, end.signal, { giveUpAfter: lookTime }).then(
				() => {
					look.seen = { id, missing: "" };
				},
				(error) => {
					look.seen = { id, missing: messageOf(error).slice(0, 300) };
				},
			);
			return undefined;
		},
		stop() {
			for (const { end } of looks.values()) end.abort();
		},
	};
}
