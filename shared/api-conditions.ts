import type { Failure } from "./conditions.ts";
import { condition } from "./health.ts";
import { holderCommand, type Taken } from "./port-holder.ts";
import { SECOND } from "./time.ts";

export const httpFailing = condition<Failure>({
	code: "http.failing",
	severity: "warning",
	title: "health and metrics cannot be asked for over HTTP",
	visibleAfter: 10 * SECOND,
	text: ({ error }) => `http.listen cannot be served: ${error}`,
	remedy: ({ remedy }) => remedy ?? "correct http.listen; it is tried again every second",
});

export const httpPortTaken = condition<Taken>({
	code: "http.port_taken",
	severity: "error",
	title: "another program holds the port for health and metrics",
	visibleAfter: 10 * SECOND,
	text: ({ address, port, holder }) =>
		`TCP port ${port} on ${address} is held by another program ${holder}`.trim() +
		"; who asks there for health or metrics hears that program, and not us",
	remedy: (where) =>
		`run "${holderCommand(where)}" as root to see which program it is, and end it, or choose another port for http.listen; a free one is taken within a second`,
});
