import type { Address, Cidr, Endpoint, Family } from "../shared/address.ts";
import type { DkimKey, RelayTruth } from "../shared/dns/wanted/mail-domain.ts";
import { type Fact, type FactMap, fact, factMap } from "../shared/fact.ts";
import type { Delivery as Logged } from "../shared/postfix/delivery.ts";
import { type Delivery, sameDelivery } from "../shared/postfix/verdict.ts";
import type { FamilyState } from "./address/book.ts";
import type { Link } from "./address/read-link.ts";
import type { SourceKind } from "./address/sources.ts";
import type { RelayPort } from "./relay/client.ts";

export { changedFamilies, sourcesOf } from "./address/read-link.ts";
export type { FamilyState, Link };

/** What is known of one relay. */
export interface RelayState {
	/** Pulses are answered. */
	up: boolean;
	/** The outer endpoint that the tunnel's packets go to. */
	outer: Endpoint | undefined;
	/** Under which endpoint the relay sees us; undefined while it does not tell. */
	seenAs: Endpoint | undefined;
	/** Its addresses outside the tunnel, as far as they are known. */
	addresses: readonly Address[];
	/** Whether anything comes back from one of them. */
	reaches(address: Address): Promise<boolean>;
	/** Where it takes check-ins, for those who have something to tell it. */
	port: RelayPort;
}

/** What has records, as the configuration says. */
export interface Published {
	/** The names that have them. */
	names: readonly string[];
	/** Those of them that get the relay's addresses instead of this line's. */
	relayed?: readonly string[];
	families: ReadonlySet<Family>;
	/** Networks that may be published although they are not public. */
	alsoPublic: readonly Cidr[];
}

/** What the parts at home know of each other. The owner stands behind each. */
export interface AgentFacts {
	/** What the kernel knows of our line (address). */
	link: Fact<Link>;
	/** The public address of each family (address). */
	addresses: Fact<Record<Family, FamilyState>>;
	/** What has records (dns). */
	published: Fact<Published>;
	/** Where the relay takes our clients; "gone": it has no such address; undefined: not known (ports). */
	way: Fact<Record<Family, Address | "gone" | undefined>>;
	/** The address of each family that is proven not to lead to us from outside; undefined: no proof (reach). */
	reach: Fact<Record<Family, Address | undefined>>;
	/** The address of each family at which the relay has got to us from outside, proven by our own key (reach). */
	reached: Fact<Record<Family, Address | undefined>>;
	/** The client ports that something here listens on, or that the configuration names (reach). */
	servedPorts: Fact<readonly number[]>;
	/** What the relay says of its name and addresses; undefined: it has not said yet (dns). */
	relayTruth: Fact<RelayTruth | undefined>;
	/** The public keys that sign this home's mail; undefined: not known (dkim). */
	signingKeys: Fact<readonly DkimKey[] | undefined>;
	/** Others who see a public address, by name, such as a router: how far each is believed, and what it sees (its part). */
	sources: FactMap<{ kind: SourceKind; address: Address | undefined }>;
	/** Some valid recipients of each domain, as the sources name them (recipients). */
	recipients: Fact<ReadonlyMap<string, readonly string[]>>;
	/** How often Postfix's own configuration was seen to change: main.cf, master.cf or a table that they name (delivery). */
	settingsChanges: Fact<number>;
	/** What Postfix's set-up lacks, as short sentences (mail). */
	lackingSettings: Fact<readonly string[]>;
	/** What Postfix's configuration says of mail for this home, and from it (delivery). */
	delivery: Fact<Delivery>;
	/** The relays by the host of their endpoint, told with each answer of theirs (relay). */
	relays: FactMap<RelayState>;
	/** Who is valid here, by our own list (recipients). */
	valid: Fact<{ has(address: string): boolean }>;
	/** What Postfix did with a mail, told for each line of its log (maillog). */
	logged: Fact<Logged>;
}

export function agentFacts(): AgentFacts {
	const same = (a: FamilyState, b: FamilyState) => a.address === b.address && a.goneSince === b.goneSince;
	return {
		valid: fact("valid"),
		logged: fact("logged", () => false),
		link: fact("link"),
		addresses: fact("addresses", (a, b) => same(a[4], b[4]) && same(a[6], b[6])),
		published: fact("published"),
		way: fact("way", (a, b) => a[4] === b[4] && a[6] === b[6]),
		reach: fact("reach", (a, b) => a[4] === b[4] && a[6] === b[6]),
		reached: fact("reached", (a, b) => a[4] === b[4] && a[6] === b[6]),
		servedPorts: fact("served ports", (a, b) => a.join() === b.join()),
		relayTruth: fact("relay truth", (a, b) => JSON.stringify(a) === JSON.stringify(b)),
		signingKeys: fact("signing keys", (a, b) => JSON.stringify(a) === JSON.stringify(b)),
		sources: factMap("sources"),
		recipients: fact("recipients", (a, b) => JSON.stringify([...a]) === JSON.stringify([...b])),
		settingsChanges: fact("settings changes"),
		lackingSettings: fact("lacking settings", (a, b) => a.join() === b.join()),
		delivery: fact("delivery", sameDelivery),
		relays: factMap("relays"),
	};
}

/** Calls back whenever a relay answers. */
export function relayAnswers({ relays }: Pick<AgentFacts, "relays">): (answers: () => void) => () => void {
	return (answers) => relays.subscribe((_, relay) => relay?.up && answers());
}
