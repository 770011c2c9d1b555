import { type Endpoint, endpointText } from "../../shared/address.ts";
import type { StatusRow } from "../../shared/part.ts";
import type { CheckinAnswer } from "../../shared/protocol/checkin.ts";
import { waitingText } from "../../shared/status-text.ts";

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
	if (checkin?.waiting) rows.push({ place: 60, name: "", text: waitingText(checkin.waiting) });
	return rows;
}

export function relaySummary(status: object) {
	const { tunnel } = status as RelayStatus;
	return [{ place: 10, text: tunnel.up ? "tunnel up" : "tunnel down" }];
}

function tunnelText({ up, relay, endpoint, roundTrip }: RelayStatus["tunnel"]): string {
	const where = endpoint ? `${relay} at ${endpointText(endpoint)}` : relay;
	return up ? `up to ${where}, ${(roundTrip ?? 0).toFixed(1)} ms` : `down, to ${where}`;
}
