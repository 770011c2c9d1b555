import { type Address, endpointText } from "../shared/address.ts";
import { type Fact, type FactMap, fact, factMap } from "../shared/fact.ts";
import type { Delivery as Logged } from "../shared/postfix/delivery.ts";
import { type Delivery, sameDelivery } from "../shared/postfix/verdict.ts";
import type { RecipientSet } from "../shared/recipient.ts";
import type { Home } from "./homes/home.ts";
import type { JoinedKey } from "./homes/invited.ts";
import type { HomeLookup } from "./homes/lookup.ts";
import type { Registry } from "./homes/registry.ts";
import type { OurMaps } from "./postfix/our-maps.ts";
import type { Presence } from "./pulse/presence.ts";

export type { Home, HomeLookup, JoinedKey, Presence, Registry };

/**
 * The homes that are served, and what is another than when this was told before. Whose an address or a domain is always
 * follows the registry as it is now.
 */
export interface Homes extends HomeLookup {
	registry: Registry;
	changedHomes: ReadonlySet<string>;
	changedDomains: ReadonlySet<string>;
}

/** What has become of the invitations that home files name. */
export interface Invitations {
	/** `open` while no key has redeemed it; undefined when there is none of this id for this home. */
	of(invitation: string, home: string): JoinedKey | "open" | undefined;
}

/** The peer through which a home may ask to join, before it has a key of its own here. */
export interface EnrolmentPeer extends JoinedKey {
	address: Address;
}

/** WireGuard's peers, as a look left them. */
export interface Peers {
	has(publicKey: string): boolean;
	/** Who might ask to join when that look began. */
	enrolments: readonly EnrolmentPeer[] | undefined;
}

/** What homes say of their valid recipients. */
export interface HomeLists {
	/** A home's list, and its recipient_delimiter; undefined for one that has told none. */
	of(home: string): { list: RecipientSet; delimiter: string } | undefined;
}

/** What the parts on the relay know of each other. The owner stands behind each. */
export interface RelayFacts {
	/** The keys that came by invitation (invite). */
	invitations: Fact<Invitations>;
	/** Who may ask to join now; told when the guard stands that lets them reach nothing else (invite). */
	enrolments: Fact<readonly EnrolmentPeer[]>;
	/** The homes that are served (homes). */
	homes: Fact<Homes>;
	/** Postfix's maps that we write (postfix). */
	maps: Fact<OurMaps>;
	/** How often somebody else has changed one of these maps, by its name (postfix). */
	mapChanges: FactMap<number>;
	/** How often Postfix's own configuration was seen to change: main.cf, master.cf or a table that they name (delivery). */
	settingsChanges: Fact<number>;
	/** Essential settings that Postfix lacks, as short sentences (postfix). */
	lackingSettings: Fact<readonly string[]>;
	/** What Postfix's configuration says of mail for the homes, and from them (delivery). */
	delivery: Fact<Delivery>;
	/** The interface is up and has our addresses (peers). */
	tunnelUp: Fact<boolean>;
	/** Which keys are WireGuard's peers, told after each look (peers). */
	peers: Fact<Peers>;
	/** Which home is here, and where; told when a home comes, goes or moves (pulse). */
	presence: FactMap<Presence>;
	/** The homes for which mail waits, also those that have not joined; told from the first look at the queue on (queue). */
	waiting: Fact<ReadonlySet<string>>;
	/** The homes' lists of valid recipients, as they are now (recipients). */
	lists: Fact<HomeLists>;
	/** A valid recipient whose mail went back, by home, of each home that has one (bounces). */
	refused: Fact<ReadonlyMap<string, string>>;
	/** When Postfix was last asked whether a home would take mail, and whether it said yes, by home (verify). */
	verified: FactMap<{ at: Date; yes: boolean }>;
	/** What Postfix did with a mail, told for each line of its log (maillog). */
	logged: Fact<Logged>;
	/**
	 * HAProxy's stats socket, that of its master process, and the process that serves; told anew when another does, undefined
	 * while none does (ports).
	 */
	haproxy: Fact<{ socket: string; master: string; pid: number | undefined }>;
}

export function relayFacts(): RelayFacts {
	const place = ({ endpoint }: Presence) => endpoint && endpointText(endpoint);
	return {
		lists: fact("lists"),
		refused: fact("refused"),
		verified: factMap("verified"),
		logged: fact("logged", () => false),
		haproxy: fact("haproxy", (a, b) => a.pid === b.pid),
		homes: fact("homes"),
		maps: fact("maps"),
		mapChanges: factMap("map changes"),
		settingsChanges: fact("settings changes"),
		lackingSettings: fact("lacking settings", (a, b) => a.join() === b.join()),
		delivery: fact("delivery", sameDelivery),
		invitations: fact("invitations", () => false),
		enrolments: fact("enrolments", (a, b) => JSON.stringify(a) === JSON.stringify(b)),
		peers: fact("peers", () => false),
		tunnelUp: fact("tunnel up"),
		waiting: fact("waiting"),
		presence: factMap("presence", (a, b) => a.here === b.here && place(a) === place(b)),
	};
}

/** The homes that are served; none before the home files were read. */
export function registryOf({ homes }: Pick<RelayFacts, "homes">): Registry {
	return homes.value!.registry;
}

/** Calls back when the tunnel's interface is up. */
export function interfaceUp({ tunnelUp }: Pick<RelayFacts, "tunnelUp">): (up: () => void) => () => void {
	return (up) => tunnelUp.subscribe(up);
}
