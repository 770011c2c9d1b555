import { expect, test } from "vitest";
import { agent } from "../../agent/agent.ts";
import { tunnelDown } from "../../agent/relay/conditions.ts";
import { parseAddress, parseEndpoint } from "../../shared/address.ts";
import { Health } from "../../shared/health.ts";
import {
	statusLine as lineOf,
	type ProgramStatus,
	statusText as textOf,
} from "../../shared/program-status.ts";
import { german } from "../../shared/words/german.ts";
import { logLines } from "./log-lines.ts";

const statusLine = (status: object) => lineOf(agent, status, status === ill ? 1 : 0);
const statusText = (status: object) => textOf(agent, status as ProgramStatus);

const well = {
	version: "1.2.3",
	mailFlows: true,
	tunnel: {
		up: true,
		relay: "relay.example.org",
		endpoint: parseEndpoint("198.51.100.1:51820"),
		roundTrip: 12.34,
	},
	addresses: { ipv4: parseAddress("198.51.100.7"), ipv6: parseAddress("2001:db8::7") },
	records: {
		inSync: true,
		records: [{ name: "mail.example.org", type: "A", records: ["198.51.100.7"] }],
	},
	checkin: {
		home: "muller",
		domains: ["example.org", "example.net"],
		relayVersion: "1.2.2",
		waiting: undefined,
	},
	conditions: [],
	history: [
		{ at: "2026-01-01T03:04:05.000Z", family: 4, address: "198.51.100.6", source: "check-ip" },
		{ at: "2026-01-02T03:04:05.000Z", family: 4, address: "198.51.100.7", source: "relay" },
		{ at: "2026-01-02T03:04:06.000Z", family: 6, address: "2001:db8::7", source: "interface" },
	],
};

const health = new Health(logLines().log);
health.set(tunnelDown, "", { relay: "relay.example.org", lastAnswer: "none since heimweg started" });
const ill = {
	version: "1.2.3",
	mailFlows: false,
	tunnel: { up: false, relay: "relay.example.org", endpoint: undefined, roundTrip: undefined },
	addresses: { ipv4: undefined, ipv6: undefined },
	records: { inSync: false, records: [] },
	checkin: undefined,
	conditions: health.list(),
	history: [],
};

test("the line for systemctl says tunnel, addresses, records, and how much is wrong", () => {
	expect(statusLine(well)).toBe("tunnel up, 198.51.100.7 and 2001:db8::7, records in sync");
	expect(statusLine(ill)).toBe("tunnel down, public address not known, records not in sync, 1 error");
	expect(statusLine({ ...well, records: undefined })).toBe("tunnel up, 198.51.100.7 and 2001:db8::7");
});

test("people read where each address came from and since when, and what the relay does for them", () => {
	expect(statusText(well).split("\n")).toEqual([
		"heimweg 1.2.3: mail can flow",
		"tunnel  up to relay.example.org at 198.51.100.1:51820, 12.3 ms",
		"IPv4    198.51.100.7  since 2026-01-02 03:04 UTC, seen by the relay",
		"IPv6    2001:db8::7  since 2026-01-02 03:04 UTC, seen by the kernel",
		"DNS     in sync with deSEC",
		"        mail.example.org A 198.51.100.7",
		'relay   knows us as "muller", routes to us: example.org, example.net',
		"",
		"Nothing is wrong.",
		"",
	]);
});

test("who reads German reads all of it in German, with names and numbers as they are", () => {
	const proofs = ["pulse answered 0.4 s ago", "the relay routes example.org here"];
	const headline = { incoming: { verdict: "yes", because: proofs } };
	const past = { text: "the tunnel cannot be set up", at: "2026-01-01T00:00:00Z", lasted: 7, times: 2 };
	expect(textOf(agent, { ...well, headline } as unknown as ProgramStatus, german).split("\n")).toEqual([
		"heimweg 1.2.3: Mail kommt durch",
		"herein  ja (Puls vor 0.4 s beantwortet; das Relay leitet example.org hierher)",
		"Tunnel  steht zu relay.example.org unter 198.51.100.1:51820, 12.3 ms",
		"IPv4    198.51.100.7  seit 2026-01-02 03:04 UTC, gesehen vom Relay",
		"IPv6    2001:db8::7  seit 2026-01-02 03:04 UTC, gesehen vom Kernel",
		"DNS     stimmen mit deSEC überein",
		"        mail.example.org A 198.51.100.7",
		'Relay   kennt uns als "muller", leitet zu uns: example.org, example.net',
		"",
		"Es ist nichts gestört.",
		"",
	]);
	const text = textOf(agent, { ...ill, recent: [past] } as unknown as ProgramStatus, german);
	expect(text).toContain("heimweg 1.2.3: Mail kommt nicht durch");
	expect(text).toMatch(
		/FEHLER seit \d+ s: keine Antwort vom Relay relay\.example\.org durch den Tunnel .*\[relay\.tunnel_down\]/,
	);
	expect(text).toContain("  was zu tun ist: heimweg versucht es weiter; wenn es anhält, auf dem Relay");
	expect(text).toMatch(/ {2}2-mal, zuletzt vor \d+ d.*, nach 7 s: der Tunnel lässt sich nicht einrichten/);
});

test("when something is wrong, people read what, and what to do", () => {
	const text = statusText(ill);
	expect(text).toContain("mail cannot flow");
	expect(text).toContain("tunnel  down, to relay.example.org");
	expect(text).toContain("IPv4    not known");
	expect(text).toContain("relay   no check-in yet");
	expect(text).toMatch(/ERROR for \d+ s: no answer from the relay relay\.example\.org through the tunnel/);
	expect(text).toContain("what to do: heimweg keeps trying");
});

test("people read how much mail waits on the relay, since when, and how old it is", () => {
	const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
	const waiting = { mails: 3, since: ago(40), oldest: ago(600) };
	const text = statusText({
		...well,
		checkin: { home: "muller", domains: [], relayVersion: "1.2.2", waiting },
	});
	expect(text).toMatch(
		/3 mails wait on the relay: mail has been held up for 4\d s, the oldest came 10 min ago/,
	);
	expect(statusText(well)).not.toContain("wait");
	const checkin = { home: "muller", domains: ["example.org"], relayVersion: "1.2.2", at: ago(600), waiting };
	const old = statusText({ ...well, checkin, tunnel: { ...well.tunnel, up: false } });
	expect(old, "what the relay said then grows no older").toMatch(
		/at .*UTC: 3 mails wait on the relay: mail has been held up for 0 s, the oldest came 0 s ago/,
	);
	expect(old).toMatch(/relay +at .*UTC: knows us as "muller"/);
});

test("people read how much mail waits in the home's own queue", () => {
	const oldest = new Date(Date.now() - 600_000).toISOString();
	expect(statusText({ ...well, waiting: { mails: 1, oldest } })).toMatch(
		/^queue +1 mail waits here, the oldest came 10 min ago$/m,
	);
});

test("a lost family, a record that leads elsewhere, and both sides' keys and addresses stand in the status", () => {
	const text = statusText({
		...well,
		gone: { ipv4: undefined, ipv6: "2026-01-02T03:04:00.000Z" },
		records: { ...well.records, comparedAt: "2026-01-02T03:05:00.000Z", leadElsewhere: ["198.51.100.7"] },
		keys: { own: "own-key", relay: "relay-key" },
		tunnelAddresses: { own: ["10.86.0.2"], relay: ["10.86.0.1"] },
	});
	expect(text).toContain("gone from this line since 2026-01-02 03:04 UTC, was 2001:db8::7");
	expect(text).toContain("in sync with deSEC, compared at 2026-01-02 03:05 UTC");
	expect(text).toContain("mail.example.org A 198.51.100.7, published, but does not lead here");
	expect(text).toMatch(/^keys +ours own-key, the relay's relay-key$/m);
	expect(text).toMatch(/^inside +ours 10\.86\.0\.2, the relay's 10\.86\.0\.1$/m);
});

test("mail that waited on the relay at an old check-in does not go on ageing, and is told with its time", () => {
	const waiting = { mails: 1, since: "2026-01-01T00:00:00.000Z", oldest: "2026-01-01T00:00:00.000Z" };
	const at = "2026-01-01T00:10:00.000Z";
	const text = statusText({ ...well, checkin: { ...well.checkin, waiting, at } });
	expect(text).toContain("held up for 10 min");
	expect(text).toContain("at 2026-01-01 00:10 UTC: 1 mail waits on the relay");
	const now = new Date().toISOString();
	const fresh = statusText({
		...well,
		checkin: { ...well.checkin, waiting: { ...waiting, since: now }, at: now },
	});
	expect(fresh).not.toContain("UTC: 1 mail waits");
});
