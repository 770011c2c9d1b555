import { type Address, type Endpoint, endpointText } from "../../shared/address.ts";
import type { StatusRow } from "../../shared/part.ts";
import { momentText } from "../../shared/proof.ts";
import type { CheckinAnswer } from "../../shared/protocol/checkin.ts";
import { waitingText } from "../../shared/status-text.ts";
import { MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";

/** What the status has of the relay. */
export interface RelayStatus {
	tunnel: {
		up: boolean;
		relay: string;
		endpoint: Endpoint | undefined;
		roundTrip: number | undefined;
		/** While it is down: what that shows of its cause. */
		evidence?: readonly string[];
	};
	checkin:
		| {
				home: string;
				domains: string[];
				relayVersion: string;
				/** The mail that waited on the relay at the last check-in; undefined when none did. */
				waiting?: CheckinAnswer["waiting"];
				/** When it was answered, ISO 8601. */
				at?: string;
		  }
		| undefined;
	/** The public keys of both sides, as they are configured here. */
	keys?: Sides<string>;
	/** Their addresses in the tunnel. */
	tunnelAddresses?: Sides<readonly Address[]>;
}

/** Two lists of addresses, or two keys, to be compared with what the other side shows. */
export interface Sides<T> {
	own: T;
	relay: T;
}

/** What people read of it. */
export function relayRows(status: object): StatusRow[] {
	const { tunnel, checkin, keys, tunnelAddresses: inside } = status as RelayStatus;
	// What the relay said is as old as its last answer: while it says nothing, it may be another way by now.
	const old = (after: number) => checkin?.at !== undefined && (!tunnel.up || ageOf(checkin.at) > after);
	const said = (after: number, text: string) =>
		old(after) ? say`at ${momentText(new Date(checkin!.at!))}: ${text}` : text;
	const rows: StatusRow[] = [
		{ place: 10, name: "tunnel", text: tunnelText(tunnel) },
		{
			place: 40,
			name: "relay",
			text: checkin
				? said(
						fresh,
						say`knows us as "${checkin.home}", routes to us: ${checkin.domains.join(", ") || "nothing"}`,
					)
				: "no check-in yet",
		},
	];
	if (checkin?.waiting) {
		const asOf = old(freshWaiting) ? new Date(checkin.at!) : new Date();
		rows.push({ place: 60, name: "", text: said(freshWaiting, waitingText(checkin.waiting, asOf)) });
	}
	if (keys) rows.push({ place: 70, name: "keys", text: `ours ${keys.own}, the relay's ${keys.relay}` });
	if (inside) {
		const text = `ours ${inside.own.join(", ")}, the relay's ${inside.relay.join(", ")}`;
		rows.push({ place: 70, name: "inside", text });
	}
	return rows;
}

export function relaySummary(status: object) {
	const { tunnel } = status as RelayStatus;
	return [{ place: 10, text: tunnel.up ? "tunnel up" : "tunnel down" }];
}

function tunnelText({ up, relay, endpoint, roundTrip, evidence = [] }: RelayStatus["tunnel"]): string {
	const where = endpoint ? `${relay} at ${endpointText(endpoint)}` : relay;
	return up
		? say`up to ${where}, ${(roundTrip ?? 0).toFixed(1)} ms`
		: [say`down, to ${where}`, ...evidence].join("; ");
}

/** After so long what the relay said is told with its time: it is asked regularly, and oftener while mail waits there. */
const fresh = 45 * MINUTE;
const freshWaiting = 1 * MINUTE;

function ageOf(stamp: string): number {
	return Date.now() - Date.parse(stamp);
}
