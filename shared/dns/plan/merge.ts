import { canonicalRecord, nameOf, type RRset, rrsetKey, subnameOf } from "../rrset.ts";
import type { Omission, Wish, Wishes } from "../wanted/wish.ts";
import type { AppliedRecord } from "./applied.ts";
import {
	changeTo,
	digestOf,
	type Plan,
	type PlannedChange,
	type Reason,
	whyLarge,
	type ZoneContent,
} from "./plan.ts";
import { safeChanges } from "./safe.ts";

/** Seconds; a provider may want more. Mail records seldom change, and an hour is deSEC's own least. */
const usualTtl = 3600;

/** Never ours, whatever anybody wishes. */
const neverOurs = ["NS", "DS", "SOA", "DNSKEY", "CDS", "CDNSKEY"];

export interface MergeOptions {
	/** What was ours when it was last looked at. */
	owned: readonly AppliedRecord[];
	/** Places whose present records may be replaced although they are not ours. */
	take?: ReadonlyArray<{ name: string; type: string }>;
	/** What a person runs to have it done; `heimweg dns` at home. */
	command?: string;
}

/** What has to be done at one place. */
interface Verdict {
	remove: readonly string[];
	add: readonly string[];
	owned?: AppliedRecord;
	right?: true;
	conflict?: Omission;
}

/**
 * The three-way merge of what is wanted, what is ours and what is there. What is equal is taken over; what differs and
 * was not ours waits for a person; what is ours and not wanted any more goes, unless what is wanted is not known. Pure.
 */
export function planOf(zone: ZoneContent, wishes: Wishes, options: MergeOptions): Plan {
	const { owned, take = [], command = "heimweg dns" } = options;
	const leftOut: Omission[] = [...wishes.leftOut];
	const right: Array<Plan["right"][number]> = [];
	const nowOwned: AppliedRecord[] = [];
	const faults: string[] = [];
	const places = new Map<string, { name: string; type: string; wishes: Wish[]; gone: AppliedRecord[] }>();
	const placeOf = (name: string, type: string) => {
		const key = `${name} ${type}`;
		const place = places.get(key) ?? { name, type, wishes: [], gone: [] };
		places.set(key, place);
		return place;
	};
	const inZone = (name: string) => name === zone.zone || name.endsWith(`.${zone.zone}`);
	for (const wish of wishes.wanted)
		if (inZone(wish.name) && !neverOurs.includes(wish.type)) placeOf(wish.name, wish.type).wishes.push(wish);
	for (const record of owned) {
		if (wishes.wanted.some((wish) => samePlace(wish, record) && wish.kind === record.kind)) continue;
		if (isUnknown(wishes.leftOut, record)) nowOwned.push(record);
		else placeOf(record.name, record.type).gone.push(record);
	}
	const present = new Map(zone.rrsets.map((rrset) => [rrsetKey(rrset.subname, rrset.type), rrset]));
	const wanted: PlannedChange[] = [];
	const promised = new Map<PlannedChange, AppliedRecord[]>();
	for (const place of places.values()) {
		const subname = subnameOf(place.name, zone.zone);
		const there = present.get(rrsetKey(subname, place.type));
		const taken = take.some((one) => one.name === place.name && one.type === place.type);
		const before = there?.records ?? [];
		let after = [...before];
		const reasons: Reason[] = [];
		const ours: AppliedRecord[] = [];
		for (const wish of place.wishes) {
			const mine = owned.find((record) => samePlace(wish, record) && record.kind === wish.kind);
			const verdict = verdictOn(wish, before, mine, taken, command);
			faults.push(
				...(wish.faults?.(before.filter(wish.claims)) ?? []).map(
					({ so }) => `${wish.name} ${wish.kind}: ${so}`,
				),
			);
			if (verdict.conflict) leftOut.push(verdict.conflict);
			const { kind, why, word } = wish;
			if (verdict.right)
				right.push({
					kind,
					why,
					word,
					name: wish.name,
					type: wish.type,
					records: before.filter(wish.claims),
				});
			if (verdict.remove.length + verdict.add.length > 0) reasons.push({ kind, why, word });
			after = [...after.filter((one) => !verdict.remove.includes(one)), ...verdict.add];
			if (verdict.owned) ours.push(verdict.owned);
		}
		for (const record of place.gone) {
			const left = without(place.type, after, record.records);
			// What is not there any more, or became another's, is no longer ours and nothing to delete.
			if (
				left.length === after.length - record.records.length &&
				record.records.length > 0 &&
				!record.shared
			) {
				after = left;
				reasons.push({
					kind: record.kind,
					why: "it is not wanted any more",
					word: "it was applied by Heimweg",
				});
			}
		}
		if (reasons.length === 0) {
			nowOwned.push(...ours);
			continue;
		}
		const change = changeTo(zone, { subname, type: place.type }, after, usualTtl, reasons);
		wanted.push(change);
		promised.set(change, ours);
	}
	const safe = safeChanges(zone, wanted);
	for (const [change, ours] of promised) {
		if (safe.changes.includes(change)) nowOwned.push(...ours);
		else nowOwned.push(...owned.filter((record) => samePlace(change, record)));
	}
	const asksAgain = whyLarge(zone, safe.changes);
	return {
		...{ zone: zone.zone, changes: safe.changes, right, leftOut: [...leftOut, ...safe.leftOut], faults },
		...{ owned: nowOwned, digest: digestOf(safe.changes) },
		...(asksAgain ? { asksAgain } : {}),
	};
}

const samePlace = (a: { name: string; type: string }, b: { name: string; type: string }) =>
	a.name === b.name && a.type === b.type;

function isUnknown(leftOut: readonly Omission[], record: AppliedRecord): boolean {
	return leftOut.some(
		({ kind, name, unknown }) =>
			unknown && kind === record.kind && (name === undefined || name === record.name),
	);
}

/** What is to be done for a wish, given all records at its place, and what was ours of them. */
function verdictOn(
	wish: Wish,
	before: readonly string[],
	mine: AppliedRecord | undefined,
	taken: boolean,
	command: string,
): Verdict {
	const { kind, name, type } = wish;
	const here = before.filter(wish.claims);
	const same = (a: readonly string[], b: readonly string[]) =>
		a.length === b.length && without(type, a, b).length === 0;
	const own = (records: readonly string[], shared = false): AppliedRecord => ({
		...{ kind, name, type, records: [...records] },
		...(shared ? { shared: true as const } : {}),
	});
	const quiet = { remove: [], add: [] };
	if (same(here, wish.records)) return { ...quiet, right: true, owned: own(wish.records) };
	if (here.length === 0) return { remove: [], add: wish.records, owned: own(wish.records) };
	const isMine = mine !== undefined && same(here, mine.records);
	const madeByUs = isMine && !mine.shared;
	if (!madeByUs && wish.accepts?.(here)) return { ...quiet, right: true, owned: own(here, true) };
	if (madeByUs) return { remove: here, add: wish.records, owned: own(wish.records) };
	const merged = wish.merged?.(here);
	if (taken) {
		if (merged) return { remove: here, add: merged, owned: own(merged, true) };
		return { remove: here, add: wish.records, owned: own(wish.records) };
	}
	const whose = mine
		? "it was Heimweg's, and somebody has changed it since"
		: "it is somebody else's, and not what is wanted";
	const conflict: Omission = {
		...{ kind, name, type, unknown: true },
		why: `${whose}: ${here.map(shortened).join(" and ")}; wanted: ${(merged ?? wish.records).map(shortened).join(" and ")}`,
		remedy: `if it may be replaced: ${command} apply --take ${name} ${type}`,
	};
	return mine ? { ...quiet, conflict, owned: mine } : { ...quiet, conflict };
}

/** The records that are not among the others, in whatever spelling. */
export function without(type: string, records: readonly string[], others: readonly string[]): string[] {
	const gone = new Set(others.map((one) => canonicalRecord(type, one)));
	return records.filter((one) => !gone.has(canonicalRecord(type, one)));
}

function shortened(record: string): string {
	return record.length > 120 ? `${record.slice(0, 120)}...` : record;
}

/** The full name and type of an RRset, as a person writes it. */
export function placeInWords(zone: string, { subname, type }: Pick<RRset, "subname" | "type">): string {
	return `${nameOf(subname, zone)} ${type}`;
}
