import { rrsetKey, sameRecords } from "../rrset.ts";
import type { Omission } from "../wanted/wish.ts";
import type { Apply, Done, ZoneMemory } from "./applied.ts";
import { placeInWords, without } from "./merge.ts";
import { changeTo, digestOf, type Plan, type PlannedChange, whyLarge, type ZoneContent } from "./plan.ts";
import { safeChanges } from "./safe.ts";

/**
 * What takes the last apply back: its own records go, those that it replaced return, and what others added since stays.
 * Where its records are no longer what is there, nothing is taken back, since somebody has decided otherwise. Pure.
 */
export function undoOf(zone: ZoneContent, memory: ZoneMemory, last: Apply): Plan {
	const present = new Map(zone.rrsets.map((rrset) => [rrsetKey(rrset.subname, rrset.type), rrset]));
	const leftOut: Omission[] = [];
	const wanted: PlannedChange[] = [];
	for (const done of last.done) {
		const here = present.get(rrsetKey(done.subname, done.type))?.records ?? [];
		const after = takenBack(done, here);
		const place = placeInWords(zone.zone, done);
		const name = place.slice(0, place.lastIndexOf(" "));
		if (!after) {
			const why = `somebody has changed it since: ${here.join(" and ") || "it is gone"}`;
			const remedy = `if it should be as before, set it at the provider: ${done.before?.records.join(" and ") ?? "none"}`;
			leftOut.push({ kind: "undo", name, type: done.type, why, remedy });
		} else if (!sameRecords(done.type, after, here)) {
			const reason = { kind: "undo", why: "as it was before", word: `the apply of ${last.at}` };
			wanted.push(changeTo(zone, done, after, done.before?.ttl ?? zone.leastTtl, [reason]));
		}
	}
	const safe = safeChanges(zone, wanted);
	const stay = new Set([...leftOut, ...safe.leftOut].map(({ name, type }) => `${name} ${type}`));
	const stays = ({ name, type }: { name: string; type: string }) => stay.has(`${name} ${type}`);
	const asksAgain = whyLarge(zone, safe.changes);
	return {
		...{ zone: zone.zone, changes: safe.changes, right: [], faults: [], digest: digestOf(safe.changes) },
		leftOut: [...leftOut, ...safe.leftOut],
		owned: [...last.owned.filter((one) => !stays(one)), ...memory.owned.filter(stays)],
		...(asksAgain ? { asksAgain } : {}),
	};
}

/** The records at a place once an apply is taken back; undefined where somebody has decided otherwise since. */
function takenBack({ type, before, after }: Done, here: readonly string[]): readonly string[] | undefined {
	const [old, made] = [before?.records ?? [], after?.records ?? []];
	if (sameRecords(type, here, made)) return old;
	if (sameRecords(type, here, old)) return here;
	const added = without(type, made, old);
	const removed = without(type, old, made);
	const left = without(type, added, here);
	const isThere = left.length === 0;
	const isGone = left.length === added.length && without(type, removed, here).length === 0;
	if (isGone) return here;
	return isThere ? [...without(type, here, added), ...without(type, removed, here)] : undefined;
}
