import type { StatusRow } from "../../shared/part.ts";
import type { Traffic } from "./traffic.ts";
import { bytesText } from "./traffic.ts";

/** What the status has of all clients together. */
export interface PortsStatus {
	clients?: {
		/** Homes that have client ports, and their names. */
		homes: number;
		names: number;
		/** HAProxy serves. */
		running: boolean;
		connections: number;
		/** Connections that were refused today, by why. */
		refused: Record<string, number>;
	};
	homes?: ReadonlyArray<{ id: string } & HomePortsStatus>;
}

/** What the status of one home has. */
export interface HomePortsStatus {
	ports?: {
		names: readonly string[];
		ports: readonly number[];
		publicAddresses: readonly string[];
		traffic: Traffic | undefined;
	};
}

const reasons: Record<string, string> = {
	unknown: "of an unknown name",
	banned: "banned",
	home_full: "over a home's limit",
	client_full: "over a client's limit",
	no_greeting: "without a greeting of TLS",
};

/** What people read of it. */
export function portsRows(status: object): StatusRow[] {
	const { clients, homes = [] } = status as PortsStatus;
	if (!clients || clients.homes === 0) return [];
	const refused = Object.entries(clients.refused).flatMap(([why, count]) =>
		count > 0 ? [`${count} ${reasons[why] ?? why}`] : [],
	);
	const state = clients.running ? `${clients.connections} connections now` : "HAProxy does not run";
	return [
		{
			place: 25,
			name: "clients",
			text: `${state}, ${clients.names} names of ${clients.homes} homes${refused.length > 0 ? `; refused today: ${refused.join(", ")}` : ""}`,
		},
		...homes.flatMap(({ id, ports }) => (ports ? [{ place: 25, name: "", text: homeText(id, ports) }] : [])),
	];
}

function homeText(id: string, { names, ports, traffic }: NonNullable<HomePortsStatus["ports"]>): string {
	const what = `${id}: ${names.join(", ") || "by address"}, port ${ports.join(", ")}`;
	if (!traffic) return `${what}; nobody yet`;
	const { now, today, received, sent } = traffic;
	return `${what}; ${now} now, ${today} today, ${bytesText(received)} in, ${bytesText(sent)} out`;
}
