import { type Address, type Cidr, type Family, familyOf } from "../../shared/address.ts";
import { type Health, spanOf } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { say } from "../../shared/words/say.ts";
import { notPublic, sourcesDisagree } from "./conditions.ts";
import { type AddressChange, decide, notePassing, type Observations, ownAddress } from "./decide.ts";
import type { Link } from "./read-link.ts";
import { lessTrusted, ownSources, type SourceKind } from "./sources.ts";

/** What the duties are told of one family. */
export interface FamilyState {
	/** The public address; undefined while it is not known. Unknown never deletes. */
	address: Address | undefined;
	/** Since when (milliseconds, steady clock) the family is known to be gone; undefined while it is not. */
	goneSince: number | undefined;
}

export interface AddressBook {
	state(family: Family): FamilyState;
	/** Somebody outside saw us under this address, so its family works. */
	seenBy(source: string, address: Address): void;
	/** A source that another part brings, with what it sees now; undefined when it sees nothing any more. */
	tell(source: string, kind: SourceKind, address: Address | undefined): void;
	/**
	 * Probes of this family fail while the other family reaches the same hosts. That never overrules a global address
	 * of our own on an interface with a default route: the probed hosts may be what is out of order.
	 */
	unreachable(family: Family): void;
	/** A look at our own interfaces. */
	seenLink(link: Link): void;
	/** Every published change, newest last; what a restart remembers. */
	history(): readonly HistoryEntry[];
	/** What the last run saw: only to say what changed, since no source has confirmed it. */
	restore(history: readonly HistoryEntry[]): void;
}

export interface HistoryEntry {
	/** ISO 8601. */
	at: string;
	family: Family;
	address: string;
	source: string;
}

/** Entries that are kept. */
const historyLength = 100;

/** Where the sources' observations become one public address per family, which changes as a delta. */
export function createAddressBook(options: {
	alsoPublic: readonly Cidr[];
	/** The families that have records; that another's address cannot be published is nothing to report. */
	published: ReadonlySet<Family>;
	health: Health;
	log: Logger;
	onChange(change: AddressChange): void;
	/** A family became known gone, or is back. */
	onGone(family: Family): void;
	now?: () => number;
	clock?: () => Date;
}): AddressBook {
	const { alsoPublic, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const clock = options.clock ?? (() => new Date());
	const sources: Record<string, SourceKind> = { ...ownSources };
	const seen: Record<Family, Observations> = { 4: {}, 6: {} };
	const states: Record<Family, FamilyState> = {
		4: { address: undefined, goneSince: undefined },
		6: { address: undefined, goneSince: undefined },
	};
	/** Why a family counts as gone: its link, or its probes. */
	const gone: Record<Family, Set<"link" | "probes">> = { 4: new Set(), 6: new Set() };
	const passing = new Set<Address>();
	let history: HistoryEntry[] = [];

	function observe(family: Family, source: string, address: Address | undefined): void {
		if (seen[family][source] === address) return;
		if (address) seen[family][source] = address;
		else delete seen[family][source];
		// What less trusted sources said before this change tells nothing about the time after it.
		for (const other of lessTrusted(family, source, sources)) delete seen[family][other];
		settle(family);
	}

	function settle(family: Family): void {
		const decision = decide(family, seen[family], alsoPublic, passing, sources);
		const name = `IPv${family}`;
		health.put(notPublic, name, options.published.has(family) ? decision.unusable : undefined);
		const { contradicted } = decision;
		health.put(
			sourcesDisagree,
			name,
			contradicted && {
				used: `${decision.address} (${decision.source})`,
				said: say`${contradicted.source} says ${contradicted.address}`,
			},
		);
		const { address, source } = decision;
		if (!address || !source || address === states[family].address) return;
		states[family].address = address;
		// Probes that failed before tell nothing about the new address; often it is the change that made them fail.
		setGone(family, "probes", false);
		const from = history.findLast((entry) => entry.family === family)?.address as Address | undefined;
		const at = clock().toISOString();
		if (from !== address) history = [...history, { at, family, address, source }].slice(-historyLength);
		const fields = { family: name, from: from ?? null, to: address, source };
		log.info(
			fields,
			from && from !== address
				? `${name} address changed from ${from} to ${address}`
				: `${name} address is ${address}`,
		);
		options.onChange({ family, from, to: address, source });
	}

	function setGone(family: Family, why: "link" | "probes", isGone: boolean): void {
		if (isGone) gone[family].add(why);
		else gone[family].delete(why);
		const state = states[family];
		if (gone[family].size > 0 === (state.goneSince !== undefined)) return;
		const before = state.goneSince;
		state.goneSince = gone[family].size > 0 ? now() : undefined;
		if (before !== undefined)
			health.recent.note(
				say`IPv${family} was gone from this line for ${spanOf(Math.round((now() - before) / 1000))}`,
			);
		log.info(
			{ family: `IPv${family}` },
			`IPv${family} is ${state.goneSince === undefined ? "back" : "gone from this line"}`,
		);
		options.onGone(family);
	}

	return {
		state: (family) => ({ ...states[family] }),
		history: () => history,
		restore(entries) {
			history = [...entries];
		},
		seenBy(source, address) {
			const family = familyOf(address);
			setGone(family, "probes", false);
			observe(family, source, address);
			if (sources[source]?.oneFamily) observe(family === 4 ? 6 : 4, source, undefined);
		},
		tell(source, kind, address) {
			sources[source] = kind;
			for (const family of [4, 6] as const)
				observe(family, source, address && familyOf(address) === family ? address : undefined);
		},
		unreachable(family) {
			observe(family, "check-ip", undefined);
			if (seen[family].interface === undefined) setGone(family, "probes", true);
		},
		seenLink(link) {
			notePassing(passing, link.addresses);
			for (const family of [4, 6] as const) {
				const present = seen[family].interface ?? states[family].address;
				const own = ownAddress(family, link.addresses, present, alsoPublic);
				// What is not in a look that could not be read whole may be there all the same.
				if (own === undefined && link.incomplete) continue;
				observe(family, "interface", own);
				if (own !== undefined) setGone(family, "probes", false);
				const other = family === 4 ? 6 : 4;
				// With no family left the line is down, and that says nothing about either.
				if (link.families.has(family)) setGone(family, "link", family === 6 && own === undefined);
				else if (link.families.has(other) && !link.incomplete) setGone(family, "link", true);
			}
		},
	};
}
