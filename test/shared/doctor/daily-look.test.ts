import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDaily, type Daily, type DailyState } from "../../../shared/doctor/daily-look.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { HeimwegError } from "../../../shared/errors.ts";
import { Health } from "../../../shared/health.ts";
import { DAY, MINUTE } from "../../../shared/time.ts";
import { logLines } from "../../agent/log-lines.ts";

const risk: Finding = {
	...{ code: "mx_missing", severity: "risk", subject: "example.org MX", found: "there is no MX record" },
	...{ turn: "home", line: "heimweg dns apply" },
};
const todo: Finding = {
	...{
		code: "tlsa_of_authority",
		severity: "todo",
		subject: "_25._tcp.relay.example.net TLSA",
		found: "it is",
	},
	...{ turn: "relay", line: "_25._tcp.relay.example.net. IN TLSA 3 1 1 00" },
};
const well: Finding = { code: "spf_passes", severity: "well", subject: "example.org", found: "it passes" };

let saved: DailyState | undefined;
let found: Finding[] | HeimwegError;
let health: Health;
let looks: number;
let now: number;
let daily: Daily;

function make(): Daily {
	health = new Health(logLines().log);
	return createDaily({
		program: "heimweg",
		toldElsewhere: new Set(["client_certificate_expired"]),
		async examine() {
			looks++;
			if (found instanceof HeimwegError) throw found;
			return found;
		},
		memory: {
			read: async () => saved,
			async write(value) {
				saved = value;
			},
			stop() {},
		},
		...{ health, log: logLines().log, onChange() {}, now: () => now },
	});
}
const held = () => health.list().map(({ code, subject }) => `${code}: ${subject}`);

beforeEach(async () => {
	vi.useFakeTimers();
	[saved, found, looks, now] = [undefined, [risk, todo, well], 0, Date.parse("2026-11-30T05:23:00Z")];
	daily = make();
	await daily.start();
});
afterEach(() => {
	daily.stop();
	vi.useRealTimers();
});

test("what the daily look alarms of stands as a condition until a look finds it mended", async () => {
	await daily.look();
	expect(held()).toEqual([
		"doctor.mail_at_risk: mx_missing example.org MX",
		"doctor.something_to_do: tlsa_of_authority _25._tcp.relay.example.net TLSA",
	]);
	expect(health.list()[0]).toMatchObject({
		...{ severity: "error", text: "example.org MX: there is no MX record" },
		remedy: 'at home: heimweg dns apply; "heimweg doctor" says more, and looks again',
	});
	expect(health.list()[1]!.remedy).toContain("for the relay's owner: _25._tcp.relay.example.net. IN TLSA");
	found = [todo, well];
	now += DAY;
	await daily.look();
	expect(held()).toEqual(["doctor.something_to_do: tlsa_of_authority _25._tcp.relay.example.net TLSA"]);
	expect(daily.last()).toMatchObject({ counts: { well: 1, todo: 1, risk: 0, not_known: 0 } });
});

test("what cannot be looked at later is not taken for mended", async () => {
	await daily.look();
	const unknown: Finding = {
		...{ code: "mx_not_known", severity: "not_known", subject: risk.subject, found: "no server answers" },
	};
	// What another check says of the same subject mends nothing.
	const other: Finding = { ...well, code: "ttl_well", subject: risk.subject };
	found = [unknown, other, well];
	now += DAY;
	await daily.look();
	expect(held()).toEqual(["doctor.mail_at_risk: mx_missing example.org MX"]);
	found = [well];
	now += DAY;
	await daily.look();
	expect(held()).toEqual([]);
});

test("a restart knows what the last look found, and does not look again at once", async () => {
	await daily.look();
	daily.stop();
	daily = make();
	await daily.start();
	expect(held()).toHaveLength(2);
	await vi.advanceTimersByTimeAsync(30 * MINUTE);
	expect(looks).toBe(1);
});

test("without an earlier look, and after a missed one, it looks some minutes after the start", async () => {
	await vi.advanceTimersByTimeAsync(11 * MINUTE);
	expect(looks).toBe(1);
	daily.stop();
	now += 3 * DAY;
	daily = make();
	await daily.start();
	await vi.advanceTimersByTimeAsync(11 * MINUTE);
	expect(looks).toBe(2);
});

test("a look that fails leaves what is known, and is told by itself", async () => {
	await daily.look();
	found = new HeimwegError("the unit that looks cannot be reached (ENOENT)", { remedy: "start it" });
	now += DAY;
	await daily.look();
	expect(held()).toHaveLength(3);
	expect(health.list().find(({ code }) => code === "doctor.not_looked")).toMatchObject({
		remedy: "start it",
	});
});

test("what other conditions tell as it happens is not told twice", async () => {
	found = [{ ...risk, code: "client_certificate_expired" }];
	await daily.look();
	expect(held()).toEqual([]);
});

test("whoever asks again and again has it looked at once a minute", async () => {
	await daily.look();
	await daily.look();
	expect(looks).toBe(1);
	now += MINUTE;
	await daily.look();
	expect(looks).toBe(2);
});
