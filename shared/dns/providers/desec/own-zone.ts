import type { Address } from "../../../address.ts";
import { HeimwegError } from "../../../errors.ts";
import { nameOf, type RRset, type RRsetChange, subnameOf } from "../../rrset.ts";
import type { WantedRRset } from "../../wanted/address.ts";
import type { DesecApi } from "./api.ts";
import { adoptionGroups, difference } from "./difference.ts";
import type { DynDnsFamily } from "./dyndns.ts";
import { DesecError } from "./error.ts";

export interface OwnZoneOptions {
	/** The zone's name. */
	zone: string;
	api: DesecApi;
	/** One dynDNS request for names of this zone. */
	update(change: {
		names: readonly string[];
		ipv4: DynDnsFamily;
		ipv6: DynDnsFamily;
		signal: AbortSignal;
	}): Promise<void>;
	/** deSEC took these changes, in words. */
	onWritten(changed: readonly string[], wanted: readonly WantedRRset[], began: number): void;
	now: () => number;
}

/** The RRsets of ours in one zone, and what deSEC is known to have of them. */
export interface OwnZone {
	/**
	 * Makes deSEC have what `wanted` says for these names. Reads only what is not known, so that a change is one
	 * request. Throws DesecError, or a HeimwegError when a name of ours cannot have an address.
	 */
	sync(names: readonly string[], wanted: () => readonly WantedRRset[], signal: AbortSignal): Promise<void>;
	/** What deSEC has is not known any more. */
	forget(): void;
	/** The A and AAAA that deSEC is known to have. */
	addresses(): RRset[];
}

/** Rounds of read, compare and write in one run: the second is for what somebody changed in between. */
const rounds = 3;

export function ownZone({ zone, api, update, onWritten, now }: OwnZoneOptions): OwnZone {
	/** Undefined: must be read. */
	let present: RRset[] | undefined;

	async function read(names: readonly string[], signal: AbortSignal): Promise<RRset[]> {
		const subnames = new Set(names.map((name) => subnameOf(name, zone)));
		const found = await api.rrsets(zone, {}, signal);
		return found.filter((rrset) => subnames.has(rrset.subname) && ownTypes.has(rrset.type));
	}

	/** One round; true when something was written, so that one more look is due. */
	async function round(
		names: readonly string[],
		wanted: readonly WantedRRset[],
		signal: AbortSignal,
	): Promise<boolean> {
		present ??= await read(names, signal);
		const aliases = aliasesIn(present);
		const possible = wanted.filter(({ name }) => !aliases.has(name));
		const { changes, adopt } = difference(zone, possible, present);
		if (changes.length === 0 && adopt.length === 0) return false;
		const began = now();
		if (changes.length > 0) {
			remember(changes, await api.patch(zone, changes, signal));
			const changed = possible.filter(({ name, type }) =>
				changes.some((c) => nameOf(c.subname, zone) === name && c.type === type),
			);
			onWritten(changed.map(inWords), changed, began);
		}
		for (const { names: together, types } of adoptionGroups(adopt)) {
			const made = possible.filter(({ name, type }) => together.includes(name) && types.includes(type));
			const value = (type: string) => (types.includes(type) ? addressIn(made, type) : "preserve");
			// dynDNS only says "good": what it made is read in the next round.
			present = undefined;
			await update({ names: together, ipv4: value("A"), ipv6: value("AAAA"), signal });
			onWritten(made.map(inWords), possible, began);
		}
		return true;
	}

	/** The answer to a PATCH says what deSEC now has; what it deleted is not in it. */
	function remember(changes: readonly RRsetChange[], written: readonly RRset[]): void {
		const touched = (rrset: RRset) =>
			changes.some((c) => c.subname === rrset.subname && c.type === rrset.type);
		present = [...(present ?? []).filter((rrset) => !touched(rrset)), ...written.filter(touched)];
	}

	/** Names that are a CNAME, which excludes an address there (RFC 1034, 3.6.2). */
	function aliasesIn(rrsets: readonly RRset[]): Set<string> {
		const found = rrsets.filter((rrset) => rrset.type === "CNAME");
		return new Set(found.map((rrset) => nameOf(rrset.subname, zone)));
	}

	async function settle(
		names: readonly string[],
		wanted: () => readonly WantedRRset[],
		signal: AbortSignal,
	): Promise<void> {
		for (let count = 1; count <= rounds; count++) {
			try {
				if (!(await round(names, wanted(), signal))) return;
			} catch (error) {
				present = undefined;
				if (count === rounds || !isStale(error)) throw error;
			}
		}
		throw new HeimwegError(`the records of ${zone} at deSEC are not what was written, again and again`, {
			remedy: "look for another program that writes them: an old cron job, ddclient, or the router",
		});
	}

	return {
		async sync(names, wanted, signal) {
			await settle(names, wanted, signal);
			const aliases = [...aliasesIn(present ?? [])];
			if (aliases.length === 0) return;
			// Whether it is still there can only be read.
			present = undefined;
			throw new HeimwegError(
				`${aliases.join(" and ")} cannot have an address, because at deSEC there is a CNAME at that name`,
				{ remedy: "delete the CNAME at desec.io, or take the name out of dns.names" },
			);
		},
		forget() {
			present = undefined;
		},
		addresses: () => (present ?? []).filter((rrset) => rrset.type !== "CNAME"),
	};
}

function inWords({ name, type, records }: WantedRRset): string {
	return `${name} ${type} ${records.join(" ") || "removed"}`;
}

/** What is looked at in the names of ours. */
const ownTypes: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME"]);

/** The address that all wanted RRsets of this type share. */
function addressIn(wanted: readonly WantedRRset[], type: string): Address {
	return wanted.find((rrset) => rrset.type === type && rrset.records.length > 0)!.records[0] as Address;
}

/** True when a write failed because deSEC has something else than we thought: read it and go on. */
function isStale(error: unknown): boolean {
	if (!(error instanceof DesecError)) return false;
	return error.kind === "conflict" || (error.kind === "rejected" && error.items.some((item) => item.absent));
}
