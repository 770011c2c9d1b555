import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { homeChanges } from "../../../relay-side/pulse/changes.ts";
import { homeAway } from "../../../relay-side/pulse/conditions.ts";
import { createPresence } from "../../../relay-side/pulse/presence.ts";
import { parseEndpoint } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { keptLog } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance", "Date"] }));
afterEach(() => vi.useRealTimers());

const endpoint = parseEndpoint("198.51.100.7:51820");

function stage(first: Partial<Parameters<typeof createPresence>[0]> | string, ...more: string[]) {
	const homes = typeof first === "string" ? [first, ...more] : more;
	const { log, lines } = keptLog("info");
	const health = new Health(log);
	const events: string[] = [];
	const here = new Set<string>();
	const presence = createPresence({
		...(typeof first === "string" ? {} : first),
		health,
		log,
		onChange(home, now) {
			if (now?.here && !here.has(home)) events.push(`${home} back`);
			if (now && !now.here && here.has(home)) events.push(`${home} away`);
			if (now?.here) here.add(home);
			else here.delete(home);
		},
	});
	presence.keep(new Set(homes));
	presence.start();
	const sentences = () => lines.map((line) => line.msg);
	/** A pulse each `interval` for a while. */
	const pulses = (home: string, interval: number, count: number) => {
		for (let n = 0; n < count; n++) {
			presence.pulse(home, interval);
			vi.advanceTimersByTime(interval);
		}
	};
	return { presence, health, events, sentences, pulses };
}

test("a home that never came is away, but not before three pulses could have come", () => {
	const { presence, health, events } = stage("anna");
	vi.advanceTimersByTime(3_000);
	expect(health.has(homeAway, "anna")).toBe(false);
	vi.advanceTimersByTime(500);
	expect(health.list()).toMatchObject([
		{ subject: "anna", text: expect.stringContaining("has not come since heimweg-relay started at") },
	]);
	expect(events).toEqual([]);
	presence.keep(new Set(["anna", "bert"]));
	vi.advanceTimersByTime(5_000);
	expect(health.list().find(({ subject }) => subject === "bert")?.text).toContain("has not come yet");
});

test("a home comes, stays through two missed pulses, goes after three, and comes back: each told once", () => {
	const { presence, health, events, pulses, sentences } = stage("anna");
	vi.advanceTimersByTime(10_000);
	pulses("anna", 1_000, 5);
	vi.advanceTimersByTime(2_000);
	expect(presence.of("anna").here).toBe(true);
	vi.advanceTimersByTime(1_000);
	expect(presence.of("anna").here).toBe(false);
	expect(health.list()[0]?.text).toMatch(/^no pulse from the home anna since \d{4}-/);
	vi.advanceTimersByTime(60_000);
	pulses("anna", 1_000, 3);
	expect(events).toEqual(["anna back", "anna away", "anna back"]);
	expect(health.list()).toEqual([]);
	expect(sentences().filter((line) => line.includes("is here"))).toHaveLength(2);
});

test("three pulses are counted in the home's own interval, as the last pulse told it", () => {
	const { presence, pulses } = stage("slow", "quick");
	pulses("slow", 60_000, 1);
	pulses("quick", 500, 1);
	vi.advanceTimersByTime(2_000);
	expect([presence.of("slow").here, presence.of("quick").here]).toEqual([true, false]);
	vi.advanceTimersByTime(110_000);
	expect(presence.of("slow").here).toBe(true);
	presence.pulse("slow", 1_000);
	vi.advanceTimersByTime(4_000);
	expect(presence.of("slow").here).toBe(false);
});

test("what waits in the sockets is heard before a home is said to be away, and for nothing else", () => {
	let heard = 0;
	const caughtUp = (then: () => void) => {
		heard += 1;
		// It was there all the time: the first round of silence is ours.
		if (heard === 1) presence.pulse("anna", 1_000);
		then();
	};
	const { presence, pulses, health } = stage({ caughtUp }, "anna");
	pulses("anna", 1_000, 60);
	expect(heard).toBe(0);
	vi.advanceTimersByTime(3_000);
	expect([heard, presence.of("anna").here]).toEqual([1, true]);
	vi.advanceTimersByTime(60_000);
	expect([heard, health.has(homeAway, "anna")]).toEqual([2, true]);
});

test("a move is told once, from where and to where", () => {
	const { presence, sentences } = stage("anna");
	for (let n = 0; n < 3; n++) presence.seenAt("anna", endpoint);
	for (let n = 0; n < 3; n++) presence.seenAt("anna", parseEndpoint("[2001:db8::7]:5"));
	expect(sentences()).toEqual([
		"home anna is at 198.51.100.7:51820",
		"home anna moved from 198.51.100.7:51820 to [2001:db8::7]:5",
	]);
	expect(presence.of("anna").endpoint).toEqual({ address: "2001:db8::7", port: 5 });
});

test("a home that was removed is forgotten; an endpoint still being read does not bring it back", () => {
	const { presence, health, pulses } = stage("anna", "bert");
	pulses("anna", 1_000, 1);
	vi.advanceTimersByTime(10_000);
	expect(health.has(homeAway, "anna")).toBe(true);
	presence.keep(new Set(["bert"]));
	expect(health.has(homeAway, "anna")).toBe(false);
	presence.seenAt("anna", endpoint);
	vi.advanceTimersByTime(60_000);
	expect(health.list().map((c) => c.subject)).toEqual(["bert"]);
});

test("keeping a home forgets nothing of it, and what is given out cannot be changed from outside", () => {
	const { presence, pulses } = stage("anna");
	pulses("anna", 1_000, 1);
	presence.seenAt("anna", endpoint);
	presence.keep(new Set(["anna", "bert"]));
	presence.of("anna").here = false;
	expect(presence.of("anna")).toMatchObject({ here: true, endpoint });
});

test("after a stop nobody is declared away any more", () => {
	const { presence, health, events, pulses } = stage("anna");
	pulses("anna", 1_000, 1);
	presence.stop();
	vi.advanceTimersByTime(60_000);
	expect(events).toEqual(["anna back"]);
	expect(health.list()).toEqual([]);
});

test("when a home went away just after its file changed, that is told with it, and what of it changed", () => {
	const changes = homeChanges(() => performance.now());
	const { presence, health, pulses } = stage({ changed: changes.of }, "anna", "bert");
	pulses("anna", 1_000, 3);
	presence.pulse("bert", 1_000);
	const anna = homeOf("anna", 1);
	changes.note("anna", anna, { ...anna, publicKey: homeOf("bert", 2).publicKey });
	const bert = homeOf("bert", 2);
	changes.note("bert", bert, { ...bert, domains: [] });
	vi.advanceTimersByTime(5_000);
	const text = (home: string) => health.list().find(({ subject }) => subject === home)?.text;
	expect(text("anna")).toMatch(
		/no pulse from the home anna since .* \(public_key in anna\.toml changed \d\.0 s after that\); its mail/,
	);
	expect(text("bert"), "domains silence nobody").not.toContain("changed");
	expect(health.list().find(({ subject }) => subject === "anna")?.remedy).toMatch(
		/^look at that change first/,
	);
});

test("a home whose key changed while nobody served it is told with that", () => {
	const changes = homeChanges(() => performance.now());
	const { health } = stage({ changed: changes.of }, "anna");
	const anna = homeOf("anna", 1);
	changes.note("anna", anna, { ...anna, addresses: homeOf("bert", 2).addresses });
	vi.advanceTimersByTime(5_000);
	expect(health.list()[0]?.text).toContain("(addresses in anna.toml changed)");
});
