import type { Server } from "../../shared/dns/name-servers.ts";
import type { untilVisible } from "../../shared/dns/visibility.ts";
import { isWithin } from "../../shared/dns/wanted/mail-domain.ts";
import { HeimwegError } from "../../shared/errors.ts";
import type { DnsAnswer, DnsWatch } from "../../shared/protocol/dns.ts";
import { keyedBucket } from "../../shared/rate.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import type { Home } from "../facts.ts";

/** How long one look goes on. */
const lookTime = MINUTE;

/** Looks at the same time; whoever comes then asks again later. */
const mostLooks = 20;

/** Questions that a home has the relay ask name servers: a full look of 40 RRsets at two of them for half a minute. */
const questions = { most: 2_500, every: 2 * SECOND };

/** How looks are done. */
export interface Looking {
	/** The servers to ask about a zone for a home with these domains; undefined: it is not for that home to ask about. */
	serversFor(zone: string, domains: readonly string[]): Promise<Server[] | undefined>;
	visible: typeof untilVisible;
}

export interface Watches {
	/** Begins the look that a home asks for, or says how it went; undefined while that is not known. */
	of(home: Pick<Home, "id" | "domains">, watch: DnsWatch): DnsAnswer["seen"];
	stop(): void;
}

interface Look {
	id: string;
	end: AbortController;
	over: boolean;
	seen: DnsAnswer["seen"];
}

/** Looks for what homes have written, at the zones' name servers as they are seen from the relay. */
export function createWatches({ serversFor, visible }: Looking): Watches {
	const looks = new Map<string, Look>();
	const takeQuestion = keyedBucket(questions);

	async function look(home: Pick<Home, "id" | "domains">, watch: DnsWatch, mine: Look): Promise<void> {
		const { id, zone, wanted } = watch;
		const { signal } = mine.end;
		try {
			const servers = await serversFor(zone, home.domains);
			if (!servers || signal.aborted) return;
			const mayAsk = () => takeQuestion(home.id);
			const options = { giveUpAfter: lookTime, servers: async () => servers, mayAsk, unhurried: true };
			try {
				await visible(zone, wanted, signal, options);
				mine.seen = { id, missing: "" };
			} catch (error) {
				// Anything else than the names of servers says nothing of what they answer.
				if (error instanceof HeimwegError) mine.seen = { id, missing: error.message.slice(0, 300) };
			}
		} catch {
			// Whom to ask is not known: then neither is what they would say.
		} finally {
			mine.over = true;
		}
	}

	return {
		of(home, watch) {
			const known = looks.get(home.id);
			if (known?.id === watch.id) return known.seen;
			// A home has the relay ask for its own domains alone.
			const own = (name: string) => home.domains.some((domain) => isWithin(name, domain));
			const holds = home.domains.some((domain) => isWithin(domain, watch.zone));
			if (!(holds || own(watch.zone)) || !watch.wanted.every(({ name }) => own(name))) return undefined;
			known?.end.abort();
			const underWay = [...looks.values()].filter(({ over, end }) => !over && !end.signal.aborted);
			if (underWay.length >= mostLooks) return undefined;
			const mine: Look = { id: watch.id, end: new AbortController(), over: false, seen: undefined };
			looks.set(home.id, mine);
			void look(home, watch, mine);
			return undefined;
		},
		stop() {
			for (const { end } of looks.values()) end.abort();
		},
	};
}
