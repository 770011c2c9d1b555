import type { SavedState } from "../../shared/saved-state.ts";
import { MINUTE } from "../../shared/time.ts";
import type { Haproxy } from "./haproxy.ts";
import { refusals } from "./haproxy-config.ts";
import { afterLook, type CountedDay, dayOf, type Traffic, tableRows } from "./traffic.ts";

export interface Counting {
	/** What is known of a home's clients; undefined while it had none. */
	of(home: string): Traffic | undefined;
	/** Connections now, of all homes. */
	now(): number;
	/** Connections that were refused today, by why. */
	refused(): Record<string, number>;
	look(): Promise<void>;
	read(): Promise<void>;
	stop(): void;
}

/** How often what is counted is saved: a restart of ours loses no more. */
const saveEvery = 5 * MINUTE;

/** Follows HAProxy's own counters, which begin anew with each process. */
export function createCounting(haproxy: Pick<Haproxy, "ask">, memory: SavedState<CountedDay>): Counting {
	let homes: CountedDay = { day: dayOf(new Date()), homes: {} };
	let refused: CountedDay = homes;
	let open = new Map<string, number>();
	let savedAt = performance.now();

	return {
		of(home) {
			const counted = Object.hasOwn(homes.homes, home) ? homes.homes[home]!.today : undefined;
			const now = open.get(home) ?? 0;
			if (!counted) return undefined;
			return { now, today: counted.connections, received: counted.received, sent: counted.sent };
		},
		now: () => [...open.values()].reduce((sum, one) => sum + one, 0),
		refused: () =>
			Object.fromEntries(refusals.map((why) => [why, refused.homes[why]?.today.connections ?? 0])),
		async look() {
			const day = dayOf(new Date());
			let rows: ReturnType<typeof tableRows>;
			try {
				rows = tableRows(await haproxy.ask("show table homes"));
				refused = afterLook(refused, tableRows(await haproxy.ask("show table refused")), day);
			} catch {
				// That it does not answer is told elsewhere.
				open = new Map();
				return;
			}
			homes = afterLook(homes, rows, day);
			open = new Map(rows.map(({ key, now }) => [key, now]));
			if (performance.now() - savedAt < saveEvery) return;
			savedAt = performance.now();
			void memory.write(homes);
		},
		async read() {
			homes = (await memory.read()) ?? homes;
		},
		stop() {
			void memory.write(homes);
			memory.stop();
		},
	};
}
