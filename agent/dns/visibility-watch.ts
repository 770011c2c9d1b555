import { untilVisible } from "../../shared/dns/visibility.ts";
import type { WantedRRset } from "../../shared/dns/wanted/address.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { recordsNotVisible } from "./conditions.ts";

export interface VisibilityWatch {
	/** Asks the zone's servers for what was just written, in place of what was asked for before. */
	watch(zone: string, wanted: readonly WantedRRset[], began: number): void;
	stop(): void;
}

/** Reports when the world can see what deSEC took. Runs beside the duty, which is done when deSEC has it. */
export function watchVisibility(options: {
	health: Health;
	log: Logger;
	now: () => number;
	onVisible?: (milliseconds: number) => void;
	visible?: typeof untilVisible;
}): VisibilityWatch {
	const { health, log, now, visible = untilVisible } = options;
	const watching = new Map<string, AbortController>();

	async function look(zone: string, wanted: readonly WantedRRset[], began: number, signal: AbortSignal) {
		try {
			await visible(zone, wanted, signal);
			if (signal.aborted) return;
			const took = Math.round(now() - began);
			health.clear(recordsNotVisible, zone);
			log.info(
				{ zone, took },
				`the name servers of ${zone} answer the new records after ${(took / 1000).toFixed(1)} s`,
			);
			options.onVisible?.(took);
		} catch (error) {
			if (signal.aborted) return;
			const values = wanted.map(({ name, type }) => `${name} ${type}`).join(", ");
			health.set(recordsNotVisible, zone, { servers: messageOf(error), wanted: values });
		}
	}

	return {
		watch(zone, wanted, began) {
			watching.get(zone)?.abort();
			const mine = new AbortController();
			watching.set(zone, mine);
			void look(zone, wanted, began, mine.signal);
		},
		stop() {
			for (const one of watching.values()) one.abort();
		},
	};
}
