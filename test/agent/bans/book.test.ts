import { expect, test } from "vitest";
import { createBanBook } from "../../../agent/bans/book.ts";
import { parseClient } from "../../../shared/banned-client.ts";
import { mostBans } from "../../../shared/protocol/bans.ts";
import { DAY } from "../../../shared/time.ts";

const client = (text: string) => parseClient(text);
const start = Date.parse("2026-11-30T12:00:00Z");

/** A book with a clock that stands still until it is set. */
function made() {
	let time = start;
	const book = createBanBook([], () => time);
	return {
		book,
		passes: (milliseconds: number) => {
			time += milliseconds;
		},
		ban: (text: string, { by = "dovecot", seconds }: { by?: string; seconds?: number } = {}) =>
			book.add({ client: client(text), by, seconds }),
	};
}

test("the relay is told of a ban once, and of its end, relative to what it has confirmed", () => {
	const { book, ban } = made();
	ban("203.0.113.9", { seconds: 600 });
	const first = book.toTell();
	expect(first).toMatchObject({ add: [["203.0.113.9/32", 600]], remove: [] });
	expect(first.since).toBeUndefined();
	expect(book.confirmed(first.mark)).toBe(false);
	ban("203.0.113.10", { seconds: 60 });
	const second = book.toTell();
	expect(second).toMatchObject({ since: first.mark, add: [["203.0.113.10/32", 60]], remove: [] });
	expect(book.confirmed(second.mark)).toBe(false);
	book.remove(client("203.0.113.9"), undefined);
	expect(book.toTell()).toMatchObject({ since: second.mark, add: [], remove: ["203.0.113.9/32"] });
});

test("what changed while the answer was under way is told at once", () => {
	const { book, ban } = made();
	ban("203.0.113.9");
	const { mark } = book.toTell();
	ban("203.0.113.10");
	expect(book.confirmed(mark)).toBe(true);
	expect(book.toTell()).toMatchObject({ since: mark, add: [["203.0.113.10/32", 31_536_000]] });
});

test("a relay that has another state is told everything, and is not asked for ever when it takes none", () => {
	const { book, ban } = made();
	ban("203.0.113.9");
	book.confirmed(book.toTell().mark);
	ban("203.0.113.10");
	book.toTell();
	expect(book.confirmed("0123456789abcdef")).toBe(true);
	const all = book.toTell();
	expect(all.since).toBeUndefined();
	expect(all.add).toHaveLength(2);
	expect(book.confirmed(undefined)).toBe(false);
});

test("what one jail ends another may still want, and the later end counts", () => {
	const { book, ban } = made();
	ban("203.0.113.9", { by: "dovecot", seconds: 60 });
	ban("203.0.113.9", { by: "postfix", seconds: 600 });
	expect(book.toTell().add).toEqual([["203.0.113.9/32", 600]]);
	expect(book.remove(client("203.0.113.9"), "postfix")).toBe(1);
	expect(book.toTell().add).toEqual([["203.0.113.9/32", 60]]);
	expect(book.flush("dovecot")).toBe(1);
	expect(book.all()).toEqual([]);
});

test("a ban ends by itself, and one without an end after a year", () => {
	const { book, ban, passes } = made();
	ban("203.0.113.9", { seconds: 60 });
	ban("203.0.113.10");
	passes(61_000);
	expect(book.expire()).toBe(true);
	expect(book.all().map((one) => one.client)).toEqual(["203.0.113.10/32"]);
	passes(365 * DAY);
	expect(book.expire()).toBe(true);
	expect(book.expire()).toBe(false);
});

test("of more clients than the relay takes it is told of the latest, and the rest are counted", () => {
	const { book, ban } = made();
	for (let n = 0; n < mostBans + 200; n++) ban(`10.9.${n >> 8}.${n & 255}`);
	const { add } = book.toTell();
	expect(add).toHaveLength(mostBans);
	expect(add.some(([one]) => one === "10.9.0.0/32")).toBe(false);
	expect(add.some(([one]) => one === "10.9.4.175/32")).toBe(true);
	expect(book.untold()).toBe(200);
	// One that is banned again counts as new.
	ban("10.9.0.0");
	expect(book.toTell().add.some(([one]) => one === "10.9.0.0/32")).toBe(true);
});

test("of ten thousand bans and more ten thousand are remembered, and the relay is told of the last thousand", () => {
	const { book, ban } = made();
	for (let n = 0; n < 10_500; n++) ban(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, { by: `jail${n % 3}` });
	expect(book.all()).toHaveLength(10_000);
	expect([book.toTell().add.length, book.clients(), book.untold()]).toEqual([1_000, 10_000, 9_000]);
	for (let n = 0; n < 3; n++) book.flush(`jail${n}`);
	expect([book.toTell().add.length, book.clients(), book.untold()]).toEqual([0, 0, 0]);
});
