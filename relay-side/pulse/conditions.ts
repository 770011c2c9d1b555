import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { holderCommand, type Taken } from "../../shared/port-holder.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

export const pulseFailing = condition<Failure>({
	code: "pulse.failing",
	severity: "error",
	title: "pulses cannot be received",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 10 * SECOND,
	text: ({ error }) => `the pulse port cannot be served: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg-relay tries again every second",
});

export const pulsePortTaken = condition<Taken>({
	code: "pulse.port_taken",
	severity: "error",
	title: "another program holds the pulse port",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 0,
	text: ({ address, port, holder }) =>
		`UDP port ${port} on ${address} is held by another program ${holder}`.trim() +
		"; no home's pulses are answered, and each counts as away",
	remedy: (where) =>
		`run "${holderCommand(where)}" as root to see which program it is, and end it; heimweg-relay takes the port within a second`,
});

export const homeAway = condition<{
	seen: string | undefined;
	/** Our start, for a home that was there by then. */
	started?: string | undefined;
	changed?: string | undefined;
}>({
	code: "pulse.home_away",
	formerly: "home.away",
	severity: "warning",
	title: "the home is away",
	visibleAfter: 5 * MINUTE,
	// A line that reconnects bothers nobody.
	mail: 15 * MINUTE,
	text: ({ seen, started, changed }, home) =>
		`${
			seen
				? `no pulse from the home ${home} since ${seen}`
				: `the home ${home} has not come ${started ? `since heimweg-relay started at ${started}` : "yet"}`
		}${changed ? ` (${changed})` : ""}; its mail waits here`,
	remedy: ({ changed }, home) =>
		`${changed ? "look at that change first; else " : ""}look at home at "heimweg status" and the internet line; compare the keys with homes.d/${home}.toml`,
});

export const homeNoisy = condition<{ dropped: number }>({
	code: "pulse.too_many",
	formerly: "home.too_many_pulses",
	severity: "warning",
	title: "a home sends too many pulses",
	visibleAfter: 1 * MINUTE,
	text: (_, home) => `the home ${home} sends more than 5 pulses a second; the rest is dropped`,
	remedy: () => "look at that machine for a second agent or a program gone wild",
});

export const homeOutdated = condition({
	code: "pulse.old_version",
	severity: "error",
	title: "a home speaks an old version that is no longer believed",
	visibleAfter: 1 * MINUTE,
	text: (_, home) =>
		`the home ${home} has spoken version 2 of the protocol before, and now sends pulses of version 1, which any program could send`,
	remedy: (_, home) =>
		`install the newer heimweg at the home ${home} again; if the old one is wanted, stop heimweg-relay, remove the home's public key from identity.json in its state_dir, and start it`,
});

export const fallsBehind = condition<{ seconds: number }>({
	code: "pulse.behind",
	severity: "warning",
	title: "heimweg-relay falls behind",
	// One pause, such as a backup of the whole machine makes, bothers nobody.
	visibleAfter: 2 * MINUTE,
	text: ({ seconds }) =>
		`heimweg-relay stood still for about ${seconds} s of the last minute, and could hear no pulses; no home counts as away because of it, but each is noticed late`,
	remedy: () =>
		'look with "top" on the relay at what keeps it busy; "heimweg-relay check-config" says whether the system gives enough room for pulses that wait',
});
