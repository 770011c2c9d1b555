import { HeimwegError } from "../../errors.ts";
import type { ZoneMemory } from "../plan/applied.ts";
import { type Applied, applyPlan, type ZoneWriter } from "../plan/apply.ts";
import { planOf } from "../plan/merge.ts";
import type { Plan, ZoneContent } from "../plan/plan.ts";
import { undoOf } from "../plan/undo.ts";
import type { Provider } from "../provider.ts";
import { together, type Wishes } from "../wanted/wish.ts";

/** Records whose present holders somebody lets Heimweg replace. */
export interface Place {
	name: string;
	type: string;
}

export interface ZonesOptions {
	/** Who keeps the records; throws while it is not known yet. */
	provider(): Promise<Provider>;
	/** The names whose records are planned, as they are known now; throws where there is none. */
	subjects(): readonly string[];
	/** What is wished for one of them in its zone. */
	wishes(subject: string, zone: string): Wishes;
	/** What a person runs: `heimweg dns`. */
	command: string;
	memory: { read(): Record<string, ZoneMemory>; write(all: Record<string, ZoneMemory>): Promise<void> };
	snapshot: ZoneWriter["snapshot"];
	now?: () => Date;
}

/** The zones of these names: what would be done there, doing it, and taking it back. */
export interface Zones {
	names(signal: AbortSignal): Promise<string[]>;
	content(zone: string, signal: AbortSignal): Promise<ZoneContent>;
	plan(zone: string, take: readonly Place[], signal: AbortSignal): Promise<Plan>;
	apply(zone: string, agreed: string, take: readonly Place[], signal: AbortSignal): Promise<Applied>;
	planUndo(zone: string, signal: AbortSignal): Promise<Plan>;
	undo(zone: string, agreed: string, signal: AbortSignal): Promise<Applied>;
	/** All that may ever be written in a zone, by full name and type. */
	wanted(zone: string): Place[];
	/** What is ours in a zone, and was applied. */
	memory(zone: string): ZoneMemory;
}

const noMemory: ZoneMemory = { owned: [], applies: [] };

export function createZones(options: ZonesOptions): Zones {
	const zoneOfSubject = new Map<string, string>();
	const memoryOf = (zone: string) => options.memory.read()[zone] ?? noMemory;

	/** The zone of each name. */
	async function names(signal: AbortSignal): Promise<string[]> {
		const subjects = options.subjects();
		const provider = await options.provider();
		for (const subject of subjects)
			if (!zoneOfSubject.has(subject)) zoneOfSubject.set(subject, await provider.zoneOf(subject, signal));
		await provider.remember();
		return [...new Set(subjects.map((subject) => zoneOfSubject.get(subject)!))];
	}

	function wishes(zone: string) {
		const here = options.subjects().filter((subject) => zoneOfSubject.get(subject) === zone);
		return together(here.map((subject) => options.wishes(subject, zone)));
	}

	async function content(zone: string, signal: AbortSignal): Promise<ZoneContent> {
		const provider = await options.provider();
		try {
			return { zone, ...(await provider.content(zone, signal)) };
		} finally {
			await provider.remember();
		}
	}

	function planWith(zone: string, take: readonly Place[]) {
		// The same wishes for all rounds of an apply.
		const wanted = wishes(zone);
		return (now: ZoneContent, { owned }: ZoneMemory) =>
			planOf(now, wanted, { owned, take, command: options.command });
	}

	function lastApply(zone: string) {
		const last = memoryOf(zone).applies.at(-1);
		if (last) return last;
		throw new HeimwegError(`nothing was applied to ${zone} that could be taken back`);
	}

	async function writer(zone: string): Promise<ZoneWriter> {
		return {
			provider: await options.provider(),
			snapshot: options.snapshot,
			memory: {
				read: () => memoryOf(zone),
				write: (memory) => options.memory.write({ ...options.memory.read(), [zone]: memory }),
			},
			now: options.now ?? (() => new Date()),
		};
	}

	return {
		names,
		content,
		memory: memoryOf,
		wanted: (zone) => wishes(zone).wanted.map(({ name, type }) => ({ name, type })),
		async plan(zone, take, signal) {
			return planWith(zone, take)(await content(zone, signal), memoryOf(zone));
		},
		async apply(zone, agreed, take, signal) {
			const ours = await writer(zone);
			try {
				return await applyPlan(zone, planWith(zone, take), ours, { agreed, signal });
			} finally {
				await (await options.provider()).remember();
			}
		},
		async planUndo(zone, signal) {
			const last = lastApply(zone);
			return undoOf(await content(zone, signal), memoryOf(zone), last);
		},
		async undo(zone, agreed, signal) {
			const undoes = lastApply(zone);
			const ours = await writer(zone);
			const plan = (now: ZoneContent, memory: ZoneMemory) => undoOf(now, memory, undoes);
			try {
				return await applyPlan(zone, plan, ours, { agreed, signal, undoes });
			} finally {
				await (await options.provider()).remember();
			}
		},
	};
}
