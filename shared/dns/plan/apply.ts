import { HeimwegError } from "../../errors.ts";
import type { Provider } from "../provider.ts";
import { rrsetKey, sameRecords } from "../rrset.ts";
import { type Apply, type Done, rememberedApplies, type ZoneMemory } from "./applied.ts";
import { asRRsetChanges, type Plan, type PlannedChange, withChanges, type ZoneContent } from "./plan.ts";
import { safeChanges } from "./safe.ts";

/** What writing a zone needs. */
export interface ZoneWriter {
	provider: Pick<Provider, "content" | "change" | "mayHaveWorked" | "isRace">;
	/** Keeps what the zone was before it is changed; throws when it cannot, and then nothing is changed. */
	snapshot(content: ZoneContent): Promise<void>;
	memory: { read(): ZoneMemory; write(memory: ZoneMemory): Promise<void> };
	now(): Date;
}

export interface Applied {
	/** The plan for the zone as it is now. */
	plan: Plan;
	/** What was written, in the order in which it was. */
	done: readonly PlannedChange[];
	/** Records of ours that somebody's write took away meanwhile, and that were put back. */
	putBack: readonly PlannedChange[];
}

/** Times that it is read and written when others write at the same time. */
const rounds = 6;

/**
 * Writes what the plan says: reads the zone, keeps a snapshot, makes all changes at once, reads again, and puts back what
 * somebody else's write took away meanwhile. deSEC has no compare-and-set: RRsets that are only made are refused when
 * they are there by then, and one that is changed is read right before.
 *
 * @param plan made from the zone as it is when it is written
 * @param agreed the digest that somebody has said yes to; another plan by now is not carried out
 */
export async function applyPlan(
	zone: string,
	plan: (content: ZoneContent, memory: ZoneMemory) => Plan,
	writer: ZoneWriter,
	{ agreed, signal, undoes }: { agreed: string; signal: AbortSignal; undoes?: Apply },
): Promise<Applied> {
	const { provider, memory } = writer;
	const done: PlannedChange[] = [];
	const putBack: PlannedChange[] = [];
	const withdrawn = new Set<string>();
	let first: Plan | undefined;
	for (let round = 1; ; round++) {
		const content = { zone, ...(await provider.content(zone, signal)) };
		const known = memory.read();
		const now = plan(content, known);
		if (!first && now.digest !== agreed) throw outdated(zone);
		/** Later rounds only mend what this apply has made. */
		const { harmful, lost } = first ? mending(content, done, now) : { harmful: [], lost: now.changes };
		for (const change of harmful) withdrawn.add(rrsetKey(change.subname, change.type));
		// What had to be taken back once is not tried again: whoever makes it harmful may still be at it.
		const kept = lost.filter(({ subname, type }) => !withdrawn.has(rrsetKey(subname, type)));
		const due = harmful.length > 0 ? harmful : kept;
		if (due.length === 0) {
			await memory.write(undoes ? takenBack(known, now, undoes) : { ...known, owned: [...now.owned] });
			return { plan: now, done, putBack };
		}
		if (round > rounds) throw contested(zone, due);
		if (!first) {
			await writer.snapshot(content);
			// Before it is written: what is written and not remembered could not be taken back.
			if (!undoes) await memory.write(withApply(known, content, now, writer.now()));
		}
		try {
			const onlyNew = due.every(({ action }) => action === "create");
			await provider.change(zone, asRRsetChanges(due), { onlyNew, signal });
		} catch (error) {
			if (provider.isRace(error) && round < rounds) {
				if (!undoes) await memory.write(known);
				continue;
			}
			if (!provider.mayHaveWorked(error) || !(await isMade(provider, zone, due, signal))) {
				if (!first && !undoes && !provider.mayHaveWorked(error)) await memory.write(known);
				throw error;
			}
		}
		if (first) putBack.push(...due);
		else done.push(...due);
		first ??= now;
	}
}

/** Whether the zone has what these changes make. */
async function isMade(
	provider: ZoneWriter["provider"],
	zone: string,
	changes: readonly PlannedChange[],
	signal: AbortSignal,
): Promise<boolean> {
	const { rrsets } = await provider.content(zone, signal);
	const there = new Map(rrsets.map((rrset) => [rrsetKey(rrset.subname, rrset.type), rrset.records]));
	return changes.every(({ subname, type, after }) =>
		sameRecords(type, there.get(rrsetKey(subname, type)) ?? [], after),
	);
}

/**
 * What is left to do once this apply has written: what others took away of it meanwhile is put back, and what of it
 * changes an answer that others have made meanwhile is taken back.
 */
function mending(
	content: ZoneContent,
	done: readonly PlannedChange[],
	now: Plan,
): { harmful: PlannedChange[]; lost: readonly PlannedChange[] } {
	const stands = done.filter(({ subname, type, after }) => {
		const there = content.rrsets.find((one) => one.subname === subname && one.type === type);
		return sameRecords(type, there?.records ?? [], after);
	});
	const reversed = stands.map(reverse);
	const without = { ...content, rrsets: withChanges(content.rrsets, reversed) };
	const { changes: safe } = safeChanges(without, stands);
	const harmful = reversed.filter((_, at) => !safe.includes(stands[at]!));
	return { harmful, lost: now.changes.filter((change) => wasMade(done, change)) };
}

function reverse(change: PlannedChange): PlannedChange {
	const [before, after] = [change.after, change.before];
	const action = before.length === 0 ? "create" : after.length === 0 ? "delete" : "change";
	return { ...change, before, after, action };
}

const wasMade = (done: readonly PlannedChange[], { name, type }: PlannedChange) =>
	done.some((one) => one.name === name && one.type === type);

function withApply(memory: ZoneMemory, { rrsets }: ZoneContent, plan: Plan, now: Date): ZoneMemory {
	const was = new Map(rrsets.map((rrset) => [rrsetKey(rrset.subname, rrset.type), rrset]));
	const done = plan.changes.map(({ subname, type, after, ttl }): Done => {
		const before = was.get(rrsetKey(subname, type));
		return {
			...{ subname, type },
			before: before ? { ttl: before.ttl, records: before.records } : null,
			after: after.length > 0 ? { ttl, records: [...after] } : null,
		};
	});
	const apply: Apply = { at: now.toISOString(), done, owned: memory.owned };
	return { owned: [...plan.owned], applies: [...memory.applies, apply].slice(-rememberedApplies) };
}

function takenBack({ applies }: ZoneMemory, plan: Plan, undone: Apply): ZoneMemory {
	return { owned: [...plan.owned], applies: applies.filter(({ at }) => at !== undone.at) };
}

function outdated(zone: string): HeimwegError {
	return new HeimwegError(
		`the plan for ${zone} is another by now: the zone, or what is wanted, has changed`,
		{
			remedy: "nothing was changed; run it again, and look at the plan",
		},
	);
}

function contested(zone: string, due: readonly PlannedChange[]): HeimwegError {
	const places = due.map(({ name, type }) => `${name} ${type}`).join(", ");
	return new HeimwegError(`somebody else changes ${places} of ${zone} at the same time, again and again`, {
		remedy: "look for another program that writes them; a plan made anew shows how it is now",
	});
}
