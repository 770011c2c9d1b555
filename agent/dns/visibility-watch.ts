import { untilVisible } from "../../shared/dns/visibility.ts";
import type { WantedRRset } from "../../shared/dns/wanted/address.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { pause } from "../../shared/signal.ts";
import { MINUTE } from "../../shared/time.ts";
import { recordsNotVisible } from "./conditions.ts";

/** Milliseconds between two looks, of a minute each, at servers that stay behind. */
const usualPatience = MINUTE;

export interface VisibilityWatch {
	/** Asks the zone's servers for what was written, besides what they were asked for and did not answer yet. */
	watch(zone: string, wanted: readonly WantedRRset[], began: number): void;
	/** What the servers did not answer in time, as name and type. */
	unseen(): string[];
	/** When a zone's servers were last seen to answer all that was written. */
	seenAt(): Date | undefined;
	stop(): void;
}

/**
 * Reports when the world can see what the provider took, and looks until it does: a provider may keep a change and fail
 * to publish it. Runs beside the duty, which is done when the provider has it.
 */
export function watchVisibility(options: {
	health: Health;
	log: Logger;
	now: () => number;
	onVisible?: (milliseconds: number) => void;
	/** The zone's servers stayed behind for a minute. */
	onBehind(zone: string, unseen: readonly WantedRRset[]): void;
	visible?: typeof untilVisible;
	patience?: number;
}): VisibilityWatch {
	const { health, log, now, visible = untilVisible, patience = usualPatience } = options;
	const watching = new Map<string, { wanted: readonly WantedRRset[]; late: boolean; end: AbortController }>();
	let seenAt: Date | undefined;

	async function look(zone: string, began: number): Promise<void> {
		const mine = watching.get(zone)!;
		const { signal } = mine.end;
		while (!signal.aborted) {
			try {
				await visible(zone, mine.wanted, signal);
				if (signal.aborted) return;
				const took = Math.round(now() - began);
				watching.delete(zone);
				seenAt = new Date();
				health.clear(recordsNotVisible, zone);
				log.info(
					{ zone, took },
					`the name servers of ${zone} answer the new records after ${(took / 1000).toFixed(1)} s`,
				);
				options.onVisible?.(took);
				return;
			} catch (error) {
				if (signal.aborted) return;
				mine.late = true;
				const values = mine.wanted.map(inWords).join(", ");
				health.set(recordsNotVisible, zone, { servers: messageOf(error), wanted: values });
				options.onBehind(zone, mine.wanted);
			}
			await pause(patience, signal);
		}
	}

	return {
		watch(zone, wanted, began) {
			const before = watching.get(zone);
			before?.end.abort();
			const isNew = (one: WantedRRset) =>
				wanted.some(({ name, type }) => name === one.name && type === one.type);
			const still = (before?.wanted ?? []).filter((one) => !isNew(one));
			watching.set(zone, {
				wanted: [...still, ...wanted],
				late: before?.late ?? false,
				end: new AbortController(),
			});
			void look(zone, began);
		},
		seenAt: () => seenAt,
		unseen: () => [...watching.values()].flatMap(({ late, wanted }) => (late ? wanted.map(inWords) : [])),
		stop() {
			for (const { end } of watching.values()) end.abort();
		},
	};
}

const inWords = ({ name, type }: WantedRRset) => `${name} ${type}`;
