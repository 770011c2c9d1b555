import { type Endpoint, endpointText } from "../../shared/address.ts";
import { spanOf } from "../../shared/health.ts";
import type { StatusRow } from "../../shared/part.ts";
import type { CheckinAnswer } from "../../shared/protocol/checkin.ts";
import { waitingText } from "../../shared/status-text.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

/** What the status has of the relay. */
export interface RelayStatus {
	tunnel: { up: boolean; relay: string; endpoint: Endpoint | undefined; roundTrip: number | undefined };
	checkin:
		| {
				home: string;
				domains: string[];
				relayVersion: string;
				/** The mail that waited on the relay at the last check-in; undefined when none did. */
				waiting?: CheckinAnswer["waiting"];
				/** ISO 8601: when that was. */
				at?: string;
		  }
		| undefined;
}

/** What people read of it. */
export function relayRows(status: object): StatusRow[] {
	const { tunnel, checkin } = status as RelayStatus;
	const rows: StatusRow[] = [
		{ place: 10, name: "tunnel", text: tunnelText(tunnel) },
		{
			place: 40,
			name: "relay",
			text: checkin
				? `knows us as "${checkin.home}", routes to us: ${checkin.domains.join(", ") || "nothing"}`
				: "no check-in yet",
		},
	];
	if (checkin?.waiting) rows.push({ place: 60, name: "", text: waitingNow(checkin.waiting, checkin.at) });
	return rows;
}

/** An answer older than this says what was, not what is. */
const fresh = MINUTE;

/** Mail that has long been delivered must not go on ageing because nobody can tell us. */
function waitingNow(waiting: NonNullable<CheckinAnswer["waiting"]>, at: string | undefined): string {
	const age = at === undefined ? 0 : Date.now() - Date.parse(at);
	if (age < fresh) return waitingText(waiting);
	const ago = spanOf(Math.round(age / SECOND));
	return `${waitingText(waiting, new Date(at!))}; that was so ${ago} ago, at the last check-in, and is not known now`;
}

export function relaySummary(status: object) {
	const { tunnel } = status as RelayStatus;
	return [{ place: 10, text: tunnel.up ? "tunnel up" : "tunnel down" }];
}

function tunnelText({ up, relay, endpoint, roundTrip }: RelayStatus["tunnel"]): string {
	const where = endpoint ? `${relay} at ${endpointText(endpoint)}` : relay;
	return up ? `up to ${where}, ${(roundTrip ?? 0).toFixed(1)} ms` : `down, to ${where}`;
}
