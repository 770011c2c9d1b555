import { type Address, endpointText } from "../shared/address.ts";
import { type Fact, type FactMap, fact, factMap } from "../shared/fact.ts";
import type { Delivery } from "../shared/postfix/delivery.ts";
import type { RecipientSet } from "../shared/recipient.ts";
import type { Home } from "./homes/home.ts";
import type { Registry } from "./homes/registry.ts";
import type { OurMaps } from "./postfix/our-maps.ts";
import type { Presence } from "./pulse/presence.ts";

export type { Home, Presence, Registry };

/** The homes that are served, and what is another than when this was told before. */
export interface Homes {
	registry: Registry;
	/** Whose a tunnel address is. */
	at: ReadonlyMap<Address, Home>;
	changedHomes: ReadonlySet<string>;
	changedDomains: ReadonlySet<string>;
}

/** What homes say of their valid recipients. */
export interface HomeLists {
	/** A home's list, and its recipient_delimiter; undefined for one that has told none. */
	of(home: string): { list: RecipientSet; delimiter: string } | undefined;
}

/** What the parts on the relay know of each other. The owner stands behind each. */
export interface RelayFacts {
	/** The homes that are served (homes). */
	homes: Fact<Homes>;
	/** Postfix's maps that we write (postfix). */
	maps: Fact<OurMaps>;
	/** How often somebody else has changed one of these maps, by its name (postfix). */
	mapChanges: FactMap<number>;
	/** The interface is up and has our addresses (peers). */
	tunnelUp: Fact<boolean>;
	/** Which home is here, and where; told when a home comes, goes or moves (pulse). */
	presence: FactMap<Presence>;
	/** The homes' lists of valid recipients, as they are now (recipients). */
	lists: Fact<HomeLists>;
	/** A valid recipient whose mail went back, by home, of each home that has one (bounces). */
	refused: Fact<ReadonlyMap<string, string>>;
	/** When Postfix was last asked whether a home would take mail, and whether it said yes, by home (verify). */
	verified: FactMap<{ at: Date; yes: boolean }>;
	/** What Postfix did with a mail, told for each line of its log (maillog). */
	delivery: Fact<Delivery>;
}

export function relayFacts(): RelayFacts {
	const place = ({ endpoint }: Presence) => endpoint && endpointText(endpoint);
	return {
		lists: fact("lists"),
		refused: fact("refused"),
		verified: factMap("verified"),
		delivery: fact("delivery", () => false),
		homes: fact("homes"),
		maps: fact("maps"),
		mapChanges: factMap("map changes"),
		tunnelUp: fact("tunnel up"),
		presence: factMap("presence", (a, b) => a.here === b.here && place(a) === place(b)),
	};
}

/** The homes that are served; none before the home files were read. */
export function registryOf({ homes }: Pick<RelayFacts, "homes">): Registry {
	return homes.value!.registry;
}
