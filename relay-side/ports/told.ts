import { z } from "zod";
import { type PortsReport, portsReportSchema } from "../../shared/protocol/ports.ts";
import type { SavedState } from "../../shared/saved-state.ts";

/** What homes told of their client names and ports, as it is remembered: a relay that restarts serves at once. */
export const toldSchema = z.record(z.string().max(40), portsReportSchema);

export interface Told {
	readonly all: ReadonlyMap<string, PortsReport>;
	/** Takes what a home says, which may be anything; true when it is something new. */
	take(home: string, said: unknown): boolean;
	/** Forgets the homes that are no more. */
	keep(homes: ReadonlyMap<string, unknown>): void;
	read(): Promise<void>;
	stop(): void;
}

export function createTold(memory: SavedState<z.output<typeof toldSchema>>): Told {
	const all = new Map<string, PortsReport>();
	const remember = () => void memory.write(Object.fromEntries(all));
	return {
		all,
		take(home, said) {
			// A home that says nothing, as while it does not know yet, takes nothing back.
			if (said === undefined) return false;
			const read = portsReportSchema.safeParse(said);
			if (!read.success || JSON.stringify(read.data) === JSON.stringify(all.get(home))) return false;
			all.set(home, read.data);
			remember();
			return true;
		},
		keep(homes) {
			const gone = [...all.keys()].filter((id) => !homes.has(id));
			for (const id of gone) all.delete(id);
			if (gone.length > 0) remember();
		},
		async read() {
			for (const [home, said] of Object.entries((await memory.read()) ?? {})) all.set(home, said);
		},
		stop: () => memory.stop(),
	};
}
