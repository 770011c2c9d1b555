import { beforeEach, expect, test } from "vitest";
import { type AddressBook, createAddressBook } from "../../../agent/address/book.ts";
import type { LocalAddress } from "../../../agent/address/read-link.ts";
import { type Family, parseAddress, parseCidr } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { logLines } from "../log-lines.ts";
import { local } from "./local-address.ts";

const lab = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"].map((text) => parseCidr(text));
const [four, otherFour] = [parseAddress("198.51.100.7"), parseAddress("203.0.113.7")];
const [six, otherSix] = [parseAddress("2001:db8:1::20"), parseAddress("2001:db8:2::20")];
let time: number;
let changes: string[];
let turns: Family[];
let health: Health;
let lines: string[];
let book: AddressBook;
let published: Set<Family>;

beforeEach(() => {
	time = 1_000;
	changes = [];
	turns = [];
	const log = logLines();
	lines = log.lines;
	published = new Set([4, 6]);
	health = new Health(log.log);
	book = createAddressBook({
		alsoPublic: lab,
		published,
		health,
		log: log.log,
		onChange: ({ from, to, source }) => changes.push(`${from} -> ${to} (${source})`),
		onGone: (family) => turns.push(family),
		now: () => time,
		clock: () => new Date("2026-01-02T03:04:05Z"),
	});
});

const link = (families: Family[], ...addresses: LocalAddress[]) =>
	book.seenLink({ addresses, families: new Set(families), tunnel: true });
const codes = () => health.list().map(({ code, subject }) => `${code} ${subject}`);

test("a change is told once: what, from, to, and who saw it", () => {
	book.seenBy("relay", four);
	book.seenBy("relay", four);
	book.seenBy("relay", otherFour);
	expect(changes).toEqual([`undefined -> ${four} (relay)`, `${four} -> ${otherFour} (relay)`]);
	expect(book.state(4)).toEqual({ address: otherFour, goneSince: undefined });
	expect(book.history()).toEqual([
		{ at: "2026-01-02T03:04:05.000Z", family: 4, address: four, source: "relay" },
		{ at: "2026-01-02T03:04:05.000Z", family: 4, address: otherFour, source: "relay" },
	]);
	expect(lines.filter((line) => line.includes("changed from"))).toHaveLength(1);
});

test("what a less trusted source said before a change is forgotten, and what it says after it is compared", () => {
	book.seenBy("relay", four);
	book.seenBy("check-ip", four);
	book.seenBy("relay", otherFour);
	expect(codes(), "the service was not asked since").toEqual([]);
	book.seenBy("check-ip", four);
	expect(codes()).toEqual(["address.sources_disagree IPv4"]);
	expect(book.state(4).address).toBe(otherFour);
	book.seenBy("check-ip", otherFour);
	expect(codes()).toEqual([]);
});

test("when the tunnel moves to the other family, the relay's word on the first one ages", () => {
	book.seenBy("relay", four);
	book.seenBy("relay", six);
	book.seenBy("check-ip", otherFour);
	expect(book.state(4).address).toBe(otherFour);
	expect(codes()).toEqual([]);
});

test("a restart says what changed against the last run, but publishes only what is seen again", () => {
	book.restore([{ at: "2026-01-01T00:00:00.000Z", family: 4, address: four, source: "relay" }]);
	expect(book.state(4).address).toBeUndefined();
	book.seenBy("relay", four);
	expect(book.history()).toHaveLength(1);
	expect(changes).toEqual([`${four} -> ${four} (relay)`]);
	expect(lines).toEqual([`info IPv4 address is ${four}`]);
});

test("the history keeps the last hundred entries", () => {
	for (let at = 1; at <= 150; at++) book.seenBy("relay", parseAddress(`203.0.113.${at}`));
	expect(book.history()).toHaveLength(100);
	expect(book.history().at(-1)?.address).toBe("203.0.113.150");
});

test("an address that is not public is nothing to report for a family without records", () => {
	published.delete(4);
	book.seenBy("relay", parseAddress("100.64.1.1"));
	expect(codes()).toEqual([]);
});

test("an address that is not public is reported, and the last public one stays what it was", () => {
	book.seenBy("relay", four);
	book.seenBy("relay", parseAddress("100.64.1.1"));
	expect(codes()).toEqual(["address.not_public IPv4"]);
	expect(book.state(4).address).toBe(four);
	book.seenBy("relay", otherFour);
	expect(codes()).toEqual([]);
});

test("a new prefix is taken from the interface at once, while the relay still sees the old one", () => {
	link([4, 6], local(six));
	book.seenBy("relay", six);
	link([4, 6], local(six, { deprecated: true }), local(otherSix, { tentative: true }));
	expect(changes).toEqual([`undefined -> ${six} (interface)`, `${six} -> ${otherSix} (interface)`]);
	book.seenBy("relay", six);
	expect(book.state(6).address).toBe(otherSix);
	expect(codes(), "our own old address contradicts nobody").toEqual([]);
});

test("an address that turns out to be a duplicate is taken back", () => {
	link([6], local(six, { tentative: true }), local(otherSix));
	expect(book.state(6).address).toBe(six);
	link([6], local(six, { duplicate: true, tentative: true }), local(otherSix));
	expect(book.state(6).address).toBe(otherSix);
});

test("our own temporary address, seen from outside, is never published, also when it has gone meanwhile", () => {
	const secret = parseAddress("2001:db8:1::5eed");
	link([4, 6], local(secret, { temporary: true }));
	book.seenBy("relay", secret);
	book.seenBy("check-ip", secret);
	link([4, 6]);
	book.seenBy("check-ip", secret);
	book.seenBy("relay", secret);
	expect(changes).toEqual([]);
	expect(book.state(6).address).toBeUndefined();
});

test("a family without a route here is gone while the other has one, and back with its route", () => {
	link([4, 6], local(six));
	time = 5_000;
	link([4], local(six));
	expect(book.state(6)).toEqual({ address: six, goneSince: 5_000 });
	time = 9_000;
	link([4], local(six));
	expect(book.state(6).goneSince, "since the first look").toBe(5_000);
	link([4, 6], local(six));
	expect(book.state(6).goneSince).toBeUndefined();
	expect(turns).toEqual([6, 6]);
});

test("IPv6 is gone when there is a route and no address of ours that could be published", () => {
	link([4, 6], local("fd12::20"), local("2001:db8:1::5eed", { temporary: true }));
	expect(book.state(6).goneSince).toBe(1_000);
	expect(book.state(4).goneSince).toBeUndefined();
});

test("a look that could not be read whole takes nothing away", () => {
	link([4, 6], local(six));
	book.seenLink({ addresses: [], families: new Set([4]), tunnel: true, incomplete: true });
	expect(book.state(6)).toEqual({ address: six, goneSince: undefined });
	link([4]);
	expect(book.state(6).goneSince).toBe(1_000);
});

test("a line that is down says nothing about either family", () => {
	link([4, 6], local(six));
	link([], local(six));
	expect([book.state(4).goneSince, book.state(6).goneSince]).toEqual([undefined, undefined]);
});

test("a family whose probes fail is gone until somebody sees it again", () => {
	link([4, 6], local(six));
	book.seenBy("check-ip", four);
	book.unreachable(4);
	expect(book.state(4)).toEqual({ address: four, goneSince: 1_000 });
	link([4, 6], local(six));
	expect(book.state(4).goneSince, "a route alone is no proof").toBe(1_000);
	book.seenBy("relay", four);
	expect(book.state(4).goneSince).toBeUndefined();
});

test("probes that failed around a change say nothing of the new address", () => {
	book.seenBy("check-ip", four);
	book.unreachable(4);
	expect(book.state(4).goneSince).toBe(1_000);
	book.seenBy("relay", otherFour);
	expect(book.state(4)).toEqual({ address: otherFour, goneSince: undefined });
});

test("probes never overrule a global address on an interface with a default route", () => {
	link([4, 6], local(six));
	book.unreachable(6);
	expect(book.state(6)).toEqual({ address: six, goneSince: undefined });
	link([4, 6], local("203.0.113.7"), local(six));
	book.unreachable(4);
	expect(book.state(4)).toEqual({ address: otherFour, goneSince: undefined });
	expect(turns).toEqual([]);
});

test("a family that was gone by its probes is back with a global address of our own", () => {
	book.seenBy("check-ip", otherFour);
	book.unreachable(4);
	link([4, 6], local(six));
	expect(book.state(4).goneSince, "behind a NAT a route alone is no proof").toBe(1_000);
	link([4, 6], local(otherFour), local(six));
	expect(book.state(4)).toEqual({ address: otherFour, goneSince: undefined });
});

test("an address on an interface without a default route protects nothing", () => {
	link([4, 6], local(six, { way: "none" }));
	expect(book.state(6).goneSince).toBe(1_000);
});

test("a source that another part brings counts as far as it says, and not at all once it sees nothing", () => {
	const router = { shown: "the router", trust: { 4: 2.5, 6: 0 } };
	book.seenBy("check-ip", four);
	book.tell("router", router, otherFour);
	expect(book.state(4).address).toBe(otherFour);
	book.seenBy("relay", four);
	expect(book.state(4).address).toBe(four);
	book.tell("router", router, undefined);
	expect(codes()).toEqual([]);
	expect(changes.at(-1)).toBe(`${otherFour} -> ${four} (relay)`);
});
