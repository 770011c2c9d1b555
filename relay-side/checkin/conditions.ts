import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { holderCommand, type Taken } from "../../shared/port-holder.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

export const checkinServing = condition<Failure>({
	code: "checkin.failing",
	severity: "warning",
	title: "check-ins cannot be received",
	visibleAfter: 10 * SECOND,
	text: ({ error }) => `the check-in port cannot be served: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg-relay tries again every second",
});

export const checkinPortTaken = condition<Taken>({
	code: "checkin.port_taken",
	severity: "error",
	title: "another program holds the check-in port",
	audience: "homes",
	visibleAfter: 0,
	text: ({ address, port, holder }) =>
		`TCP port ${port} on ${address} is held by another program ${holder}`.trim() +
		"; no home can check in or tell its recipients",
	remedy: (where) =>
		`run "${holderCommand(where)}" as root to see which program it is, and end it; heimweg-relay takes the port within a second`,
});

export const addressDiffers = condition<{ seen: string; told: string }>({
	code: "checkin.address_differs",
	formerly: "home.address_differs",
	severity: "warning",
	title: "a home and the relay see different addresses",
	visibleAfter: 5 * MINUTE,
	text: ({ seen, told }, home) =>
		`the home ${home} believes its address to be ${told}, and comes here from ${seen}`,
	remedy: () => "this is normal for a home with two lines; otherwise its records point to the wrong address",
});
