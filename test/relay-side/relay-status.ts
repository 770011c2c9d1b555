import type { HomesStatus } from "../../relay-side/homes/status.ts";
import type { HomePortsStatus } from "../../relay-side/ports/status.ts";
import { relay } from "../../relay-side/relay.ts";
import {
	statusLine as lineOf,
	type ProgramStatus,
	statusText as textOf,
} from "../../shared/program-status.ts";
import type { Speak } from "../../shared/words/say.ts";

/** What `heimweg-relay status --json` prints. */
export type RelayStatus = ProgramStatus &
	Omit<HomesStatus, "homes"> & { homes: Array<HomesStatus["homes"][number] & HomePortsStatus> };

export function statusLine({ homes, conditions }: RelayStatus): string {
	const served = homes.length;
	const here = homes.filter((home) => home.here).length;
	const waiting = homes.filter((home) => home.waiting).length;
	const errors = conditions.filter(({ severity }) => severity === "error").length;
	return lineOf(relay, { figures: { served, here, waiting } }, errors);
}
export const statusText = (status: RelayStatus, speak?: Speak) => textOf(relay, status, speak);
