import type { HomesStatus } from "../../relay-side/homes/status.ts";
import { relay } from "../../relay-side/relay.ts";
import {
	statusLine as lineOf,
	type ProgramStatus,
	statusText as textOf,
} from "../../shared/program-status.ts";

/** What `heimweg-relay status --json` prints. */
export type RelayStatus = ProgramStatus & HomesStatus;

export const statusLine = (status: RelayStatus) => lineOf(relay, status);
export const statusText = (status: RelayStatus) => textOf(relay, status);
