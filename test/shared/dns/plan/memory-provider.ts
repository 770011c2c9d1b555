import type { ZoneMemory } from "../../../../shared/dns/plan/applied.ts";
import type { ZoneWriter } from "../../../../shared/dns/plan/apply.ts";
import type { ZoneContent } from "../../../../shared/dns/plan/plan.ts";
import type { RRset, RRsetChange } from "../../../../shared/dns/rrset.ts";

class Race extends Error {}
class Lost extends Error {}

/** A provider that keeps a zone in memory, and what a test sees and does there. */
export interface MemoryZone {
	writer: ZoneWriter;
	rrsets(): RRset[];
	/** Somebody else writes. */
	put(...edits: Array<Omit<RRset, "ttl">>): void;
	/** Called before and after each write of ours. */
	before: (changes: readonly RRsetChange[]) => void;
	after: (changes: readonly RRsetChange[], was: readonly RRset[]) => void;
	/** The next write is committed, and its answer lost. */
	loseAnswer: boolean;
	/** "read" and "write", as they came. */
	requests: string[];
	snapshots: ZoneContent[];
	memory: ZoneMemory;
}

export function memoryZone(initial: readonly RRset[]): MemoryZone {
	const kept = new Map(initial.map((rrset) => [`${rrset.subname} ${rrset.type}`, rrset]));
	const all = () => structuredClone([...kept.values()]);
	const set = ({ subname, type, ttl, records }: RRsetChange) => {
		const key = `${subname} ${type}`;
		const there = kept.get(key);
		if (records?.length === 0) kept.delete(key);
		else
			kept.set(key, {
				...{ subname, type, ttl: ttl ?? there!.ttl, records: [...(records ?? there!.records)] },
			});
	};
	const made: MemoryZone = {
		rrsets: all,
		put: (...edits) => {
			for (const edit of edits) set({ ttl: 3600, ...edit });
		},
		before: () => {},
		after: () => {},
		loseAnswer: false,
		requests: [],
		snapshots: [],
		memory: { owned: [], applies: [] },
		writer: {
			provider: {
				content: async () => {
					made.requests.push("read");
					return { leastTtl: 3600, rrsets: all() };
				},
				change: async (_, changes, { onlyNew }) => {
					made.before(changes);
					made.requests.push("write");
					const there = (one: RRsetChange) => kept.has(`${one.subname} ${one.type}`);
					if (onlyNew && changes.some(there)) throw new Race("it is there already");
					for (const one of changes)
						if (!there(one) && one.records?.length !== 0 && one.ttl === undefined)
							throw new Race("it is not there any more");
					const was = all();
					for (const change of changes) set(change);
					// As deSEC has it: an alias stands alone.
					for (const { subname, type } of kept.values())
						if (type === "CNAME" && [...kept.values()].filter((one) => one.subname === subname).length > 1)
							throw new Error(`beside the CNAME at ${subname} there is something else`);
					made.after(changes, was);
					if (made.loseAnswer) {
						made.loseAnswer = false;
						throw new Lost("no answer in time");
					}
				},
				isRace: (error) => error instanceof Race,
				mayHaveWorked: (error) => error instanceof Lost,
			},
			snapshot: async (content) => void made.snapshots.push(content),
			memory: {
				read: () => made.memory,
				write: async (memory) => {
					made.memory = structuredClone(memory);
				},
			},
			now: () => new Date(1_700_000_000_000 + made.requests.length),
		},
	};
	return made;
}

/** RRsets as `subname TYPE records`, sorted. */
export function shown(rrsets: readonly RRset[]): string[] {
	return rrsets
		.map(({ subname, type, records }) => `${subname || "@"} ${type} ${records.join(" | ")}`)
		.sort();
}
