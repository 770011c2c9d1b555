import { expect, it } from "vitest";
import { suitingVia, type Ways } from "../../../agent/dns/suits.ts";
import { parseAddress } from "../../../shared/address.ts";

const line = parseAddress("198.51.100.7");
const line6 = parseAddress("2001:db8:100::7");
const relay = parseAddress("203.0.113.10");
const none = { 4: undefined, 6: undefined };

const via = (ways: Partial<Ways>) => {
	const { via: suits, because } = suitingVia({
		...{ line: { 4: line, 6: line6 }, goneSince: none, reached: none, refuted: none },
		...{ relay: { 4: relay, 6: undefined }, ...ways },
	});
	return [suits, because];
};

it("a line that is reached from outside does without the relay's address", () => {
	expect(via({ reached: { 4: line, 6: undefined } })).toEqual([
		"direct",
		"from outside, this line was reached at 198.51.100.7",
	]);
});

it("behind CGNAT or DS-Lite, or a router that forwards nothing, the relay's address suits, also with IPv6", () => {
	const [suits, because] = via({ refuted: { 4: line, 6: undefined }, reached: { 4: undefined, 6: line6 } });
	expect([suits, because]).toEqual([
		"relay",
		expect.stringContaining("nobody gets to this line at 198.51.100.7"),
	]);
	const gone = via({ line: { 4: undefined, 6: line6 }, goneSince: { 4: 5_000, 6: undefined } });
	expect(gone).toEqual(["relay", "this line has no public IPv4 address"]);
});

it("what nobody has proven yet, or was proven of another address, is not known", () => {
	expect(via({})[0]).toBeUndefined();
	expect(via({ line: none })[0]).toBeUndefined();
	const before = parseAddress("198.51.100.6");
	expect(via({ reached: { 4: before, 6: undefined } })[0]).toBeUndefined();
	expect(via({ refuted: { 4: before, 6: undefined } })[0]).toBeUndefined();
});

it("a relay that takes no clients of ours suits no line", () => {
	for (const where of [undefined, "gone"] as const)
		expect(via({ refuted: { 4: line, 6: undefined }, relay: { 4: where, 6: undefined } })).toEqual([
			undefined,
			expect.stringContaining("the relay has not said that it takes our clients"),
		]);
});
