import type { Address } from "../../../address.ts";
import { HeimwegError } from "../../../errors.ts";
import type { ProvidedZone } from "../../provider.ts";
import { nameOf, type RRset, type RRsetChange, subnameOf } from "../../rrset.ts";
import type { WantedRRset } from "../../wanted/address.ts";
import type { DesecApi } from "./api.ts";
import { type Budget, exhausted, PATIENCE } from "./budget.ts";
import { adoptionGroups, difference, ownTtl } from "./difference.ts";
import type { DynDnsFamily } from "./dyndns.ts";
import { DesecError } from "./error.ts";
import { createForbidden, type Place } from "./forbidden.ts";
import { isForbidden, isStale, isSureNotToHaveWorked, isUncertain } from "./outcome.ts";
import { readOwn } from "./read-own.ts";
import { ttlChange } from "./republish.ts";
import { roads } from "./roads.ts";

export interface OwnZoneOptions {
	/** The zone's name. */
	zone: string;
	api: DesecApi;
	budget: Pick<Budget, "delay">;
	/** One dynDNS request for names of this zone. */
	update(change: {
		names: readonly string[];
		ipv4: DynDnsFamily;
		ipv6: DynDnsFamily;
		signal: AbortSignal;
	}): Promise<void>;
	/** deSEC took these changes, in words. */
	onWritten(changed: readonly string[], wanted: readonly WantedRRset[], began: number): void;
	/** deSEC may have taken these, and may not have published them. */
	onUncertain(wanted: readonly WantedRRset[], began: number): void;
	now: () => number;
}

/** The RRsets of ours in one zone at deSEC. */
export interface OwnZone extends ProvidedZone {
	/** deSEC says that it has not published the zone since its last change. */
	doubt(): void;
}

/**
 * Rounds of read, compare and write in one run: the second is for what somebody changed in between. The file is long
 * because all that a round decides is about one list, `present`, and stays right only when it is seen at once.
 */
const rounds = 3;

export function ownZone({ zone, api, budget, update, onWritten, onUncertain, now }: OwnZoneOptions): OwnZone {
	const forbidden = createForbidden(zone, now);
	/** Undefined: must be read. */
	let present: RRset[] | undefined;
	/** What the world does not see although deSEC has it. */
	let unseen: readonly WantedRRset[] = [];
	let doubtful = false;

	/** One round; true when something was written, so that one more look is due. */
	async function round(
		names: readonly string[],
		wanted: readonly WantedRRset[],
		signal: AbortSignal,
	): Promise<boolean> {
		present ??= await readOwn(api, zone, names, signal);
		const had = present;
		const aliases = aliasesIn(had);
		const possible = wanted.filter((one) => !aliases.has(one.name) && forbidden.mayAsk(placeOf(one)));
		const began = now();
		if (doubtful) onUncertain(possible, began);
		doubtful = false;
		const left = difference(zone, await askedAlone(possible, had, signal), had);
		const { patch, adopt, waiting } = roads(zone, left, possible, had, {
			write: waitFor("write"),
			dyndns: waitFor("dyndns"),
		});
		const republish =
			patch.length + adopt.length === 0 ? await changeToPublish(had, possible, signal) : undefined;
		if (republish) patch.push(republish);
		if (patch.length + adopt.length === 0) {
			if (waiting.length > 0) throw exhausted(waiting[0]!, zone, waitFor(waiting[0]!));
			return false;
		}
		try {
			await write(patch, adopt, possible, began, signal);
		} catch (error) {
			const touched = possible.filter((one) =>
				isAmong([...patch.filter((c) => c.records), ...places(adopt)], one),
			);
			if (isUncertain(error) && touched.length > 0) onUncertain(touched, began);
			if (!isForbidden(error)) throw error;
			const asked: Place[] = [...patch, ...places(adopt)];
			if (asked.length === 1) forbidden.refuse(asked[0]!);
			else if (!(await findForbidden(asked, had, possible, signal))) throw error;
			present = had;
		}
		return true;
	}

	const waitFor = (kind: "write" | "dyndns") => {
		const wait = budget.delay(kind, zone);
		// A request may wait so long for its turn.
		return wait > PATIENCE ? wait : 0;
	};

	async function write(
		patch: readonly RRsetChange[],
		adopt: ReadonlyArray<{ name: string; types: string[] }>,
		possible: readonly WantedRRset[],
		began: number,
		signal: AbortSignal,
	): Promise<void> {
		if (patch.length > 0) {
			remember(patch, await api.patch(zone, patch, signal));
			const changed = possible.filter((one) =>
				isAmong(
					patch.filter((c) => c.records),
					one,
				),
			);
			if (changed.length > 0) onWritten(changed.map(inWords), changed, began);
		}
		for (const { names: together, types } of adoptionGroups([...adopt])) {
			const made = possible.filter(({ name, type }) => together.includes(name) && types.includes(type));
			const value = (type: string) => (types.includes(type) ? addressIn(made, type) : "preserve");
			await update({ names: together, ipv4: value("A"), ipv6: value("AAAA"), signal });
			// dynDNS only says "good": what it made is read in the next round.
			present = undefined;
			onWritten(made.map(inWords), possible, began);
		}
	}

	/** A change that has the zone published anew, where deSEC itself says that it is not. */
	async function changeToPublish(
		had: readonly RRset[],
		possible: readonly WantedRRset[],
		signal: AbortSignal,
	): Promise<RRsetChange | undefined> {
		if (unseen.length === 0 || waitFor("write") > 0) return undefined;
		const { inForce, minimumTtl } = await api.zone(zone, signal);
		// deSEC has published it: then its servers or those on the way are late, and no write helps.
		const change = inForce ? undefined : ttlChange(zone, had, possible, unseen, minimumTtl);
		unseen = [];
		return change;
	}

	/** What was refused before is tried by itself, so that a bulk never fails for it again; returns what may go on. */
	async function askedAlone(
		possible: readonly WantedRRset[],
		had: readonly RRset[],
		signal: AbortSignal,
	): Promise<WantedRRset[]> {
		const again = possible.filter((one) => forbidden.was(placeOf(one)));
		if (again.length === 0) return [...possible];
		const { changes, adopt } = difference(zone, again, had);
		const asked = [...changes, ...places(adopt)];
		// What is as it should be needs no permission.
		for (const one of again) if (!isAmong(asked, one)) forbidden.permit(placeOf(one));
		await findForbidden(asked, had, possible, signal);
		return possible.filter((one) => forbidden.mayAsk(placeOf(one)));
	}

	/**
	 * Finds what the token may not write, since a bulk's 403 does not say: by writing what is there already, which publishes
	 * nothing and is refused all the same, or by making what is missing, whose TTL comes later. True when all is told apart.
	 */
	async function findForbidden(
		which: readonly Place[],
		had: readonly RRset[],
		possible: readonly WantedRRset[],
		signal: AbortSignal,
	): Promise<boolean> {
		let found = false;
		for (const { subname, type } of which) {
			const is = (rrset: Place) => rrset.subname === subname && rrset.type === type;
			const records = possible.find((one) => is(placeOf(one)))?.records ?? [];
			const change = had.some(is)
				? { subname, type, records: had.find(is)!.records }
				: { subname, type, records, ttl: (await api.zone(zone, signal)).minimumTtl };
			try {
				await api.patch(zone, [change], signal);
				forbidden.permit({ subname, type });
			} catch (error) {
				if (!isForbidden(error)) throw error;
				forbidden.refuse({ subname, type });
				found = true;
			}
		}
		if (which.some(({ subname, type }) => !had.some((one) => one.subname === subname && one.type === type)))
			present = undefined;
		return found;
	}

	function places(adopt: ReadonlyArray<{ name: string; types: string[] }>): Place[] {
		return adopt.flatMap(({ name, types }) =>
			types.map((type) => ({ subname: subnameOf(name, zone), type })),
		);
	}

	const isAmong = (these: readonly Place[], { name, type }: WantedRRset) =>
		these.some((one) => nameOf(one.subname, zone) === name && one.type === type);

	const placeOf = ({ name, type }: WantedRRset): Place => ({ subname: subnameOf(name, zone), type });

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
				if (!isSureNotToHaveWorked(error)) present = undefined;
				// Another road may be open.
				const other = error instanceof DesecError && error.kind === "throttled" && error.reached;
				if (count === rounds || !(other || isStale(error))) throw error;
			}
		}
		throw new HeimwegError(`the records of ${zone} at deSEC are not what was written, again and again`, {
			remedy: "look for another program that writes them: an old cron job, ddclient, or the router",
		});
	}

	return {
		async sync(names, wanted, signal) {
			await settle(names, wanted, signal);
			const refused = forbidden.error();
			const aliases = [...aliasesIn(present ?? [])];
			if (aliases.length === 0) {
				if (refused) throw refused;
				return;
			}
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
		behind(these) {
			unseen = these;
		},
		doubt() {
			doubtful = true;
		},
		addresses: () => (present ?? []).filter((rrset) => rrset.type !== "CNAME" && rrset.ttl === ownTtl),
	};
}

function inWords({ name, type, records }: WantedRRset): string {
	return `${name} ${type} ${records.join(" ") || "removed"}`;
}

/** The address that all wanted RRsets of this type share; empty deletes. */
function addressIn(wanted: readonly WantedRRset[], type: string): Address | "" {
	return (wanted.find((rrset) => rrset.type === type)?.records[0] ?? "") as Address | "";
}
