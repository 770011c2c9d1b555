import type { ZoneMemory } from "../../shared/dns/plan/applied.ts";
import { type Applied, applyPlan, type ZoneWriter } from "../../shared/dns/plan/apply.ts";
import { planOf } from "../../shared/dns/plan/merge.ts";
import type { Plan, ZoneContent } from "../../shared/dns/plan/plan.ts";
import { undoOf } from "../../shared/dns/plan/undo.ts";
import type { Provider } from "../../shared/dns/provider.ts";
import { wishesOf } from "../../shared/dns/wanted/all.ts";
import type { MailDomain } from "../../shared/dns/wanted/mail-domain.ts";
import { together } from "../../shared/dns/wanted/wish.ts";
import { HeimwegError } from "../../shared/errors.ts";

/** Records whose present holders somebody lets Heimweg replace. */
export interface Place {
	name: string;
	type: string;
}

export interface ZonesOptions {
	/** Who keeps the records; throws while it is not known yet. */
	provider(): Promise<Provider>;
	/** The mail domains by name, as they are known now. */
	domains: readonly string[];
	mail(domain: string, zone: string): MailDomain;
	memory: { read(): Record<string, ZoneMemory>; write(all: Record<string, ZoneMemory>): Promise<void> };
	snapshot: ZoneWriter["snapshot"];
	now?: () => Date;
}

/** The zones of the mail domains: what would be done there, doing it, and taking it back. */
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
	const zoneOfDomain = new Map<string, string>();
	const memoryOf = (zone: string) => options.memory.read()[zone] ?? noMemory;

	/** The zone of each domain; what fails for one is told once all others are known. */
	async function names(signal: AbortSignal): Promise<string[]> {
		if (options.domains.length === 0)
			throw new HeimwegError("the configuration names no mail domain", {
				remedy: 'add domains = ["example.org"] to [mail] in heimweg.toml',
			});
		const provider = await options.provider();
		for (const domain of options.domains)
			if (!zoneOfDomain.has(domain)) zoneOfDomain.set(domain, await provider.zoneOf(domain, signal));
		await provider.remember();
		return [...new Set(zoneOfDomain.values())];
	}

	function wishes(zone: string) {
		const here = [...zoneOfDomain].filter(([, one]) => one === zone);
		return together(here.map(([domain]) => wishesOf(options.mail(domain, zone))));
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
		return (now: ZoneContent, { owned }: ZoneMemory) => planOf(now, wanted, { owned, take });
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
