import type { Address, Endpoint } from "../shared/address.ts";
import { endpointText } from "../shared/address.ts";
import type { ActiveCondition } from "../shared/health.ts";
import type { CheckinAnswer } from "../shared/protocol/checkin.ts";
import { conditionsText, statusRows, waitingText } from "../shared/status-text.ts";
import type { HistoryEntry } from "./address/book.ts";
import { shownSource } from "./address/sources.ts";
import type { RecordsState } from "./dns/records.ts";

/** What `heimweg status --json` prints. */
export interface AgentStatus {
	version: string;
	mailFlows: boolean;
	tunnel: { up: boolean; relay: string; endpoint: Endpoint | undefined; roundTrip: number | undefined };
	addresses: { ipv4: Address | undefined; ipv6: Address | undefined };
	records: RecordsState | undefined;
	checkin:
		| {
				home: string;
				domains: string[];
				relayVersion: string;
				/** The mail that waited on the relay at the last check-in; undefined when none did. */
				waiting?: CheckinAnswer["waiting"];
		  }
		| undefined;
	/** The valid recipients of the domains that the relay routes to us; undefined when none are looked up. */
	recipients?: { recipients: number; onRelay: boolean } | undefined;
	conditions: ActiveCondition[];
	history: HistoryEntry[];
}

/** One line for `systemctl status`. */
export function statusLine(status: AgentStatus): string {
	const parts = [status.tunnel.up ? "tunnel up" : "tunnel down"];
	const addresses = [status.addresses.ipv4, status.addresses.ipv6].filter(Boolean);
	parts.push(addresses.length > 0 ? addresses.join(" and ") : "public address not known");
	if (status.records) parts.push(status.records.inSync ? "records in sync" : "records not in sync");
	const errors = status.conditions.filter((c) => c.severity === "error").length;
	if (errors > 0) parts.push(errors === 1 ? "1 error" : `${errors} errors`);
	return parts.join(", ");
}

/** The status as people read it. */
export function statusText(status: AgentStatus): string {
	const { tunnel, addresses, records, checkin } = status;
	const lastChange = (family: 4 | 6) => {
		const entry = status.history.findLast((one) => one.family === family);
		return entry
			? `since ${entry.at.slice(0, 16).replace("T", " ")} UTC, seen by ${shownSource(entry.source)}`
			: "";
	};
	const rows: Array<readonly [string, string]> = [
		["tunnel", tunnelText(tunnel)],
		["IPv4", addresses.ipv4 ? `${addresses.ipv4}  ${lastChange(4)}` : "not known"],
		["IPv6", addresses.ipv6 ? `${addresses.ipv6}  ${lastChange(6)}` : "not known"],
	];
	if (records)
		rows.push(["DNS", records.inSync ? "in sync with deSEC" : "not known to be in sync with deSEC"]);
	for (const { name, type, records: values } of records?.records ?? [])
		rows.push(["", `${name} ${type} ${values.join(" ")}`]);
	rows.push([
		"relay",
		checkin
			? `knows us as "${checkin.home}", routes to us: ${checkin.domains.join(", ") || "nothing"}`
			: "no check-in yet",
	]);
	if (status.recipients) {
		const { recipients, onRelay } = status.recipients;
		const list = recipients === 1 ? "1 valid recipient" : `${recipients} valid recipients`;
		rows.push(["", onRelay ? `knows our ${list}` : `does not know our ${list} yet`]);
	}
	if (checkin?.waiting) rows.push(["", waitingText(checkin.waiting)]);
	const flows = status.mailFlows ? "mail can flow" : "mail cannot flow";
	return `heimweg ${status.version}: ${flows}\n${statusRows(rows)}\n\n${conditionsText(status.conditions)}\n`;
}

function tunnelText({ up, relay, endpoint, roundTrip }: AgentStatus["tunnel"]): string {
	const where = endpoint ? `${relay} at ${endpointText(endpoint)}` : relay;
	return up ? `up to ${where}, ${(roundTrip ?? 0).toFixed(1)} ms` : `down, to ${where}`;
}
