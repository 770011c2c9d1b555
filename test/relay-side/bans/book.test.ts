import { expect, test } from "vitest";
import { createBanBook, mostInAll } from "../../../relay-side/bans/book.ts";
import { type Cidr, parseCidr } from "../../../shared/address.ts";
import { parseClient } from "../../../shared/banned-client.ts";
import { mapText } from "../../../shared/haproxy/map.ts";
import { bansSaidSchema, mostBans } from "../../../shared/protocol/bans.ts";
import { MINUTE } from "../../../shared/time.ts";

const start = Date.parse("2026-11-30T12:00:00Z");
const marks = ["1", "2", "3"].map((digit) => digit.repeat(16)) as [string, string, string];

function made(before: Parameters<typeof createBanBook>[0] = {}) {
	let time = start;
	const book = createBanBook(before, () => time);
	const take: typeof book.take extends (...all: infer All) => unknown ? (...all: All) => unknown : never = (
		...all
	) => book.take(...all).mark;
	return {
		book,
		take,
		passes: (milliseconds: number) => {
			time += milliseconds;
		},
		bans: (home = "anna") => [...book.of(home).keys()],
	};
}

const banning = (
	mark: string,
	clients: string[],
	rest: { since?: string; remove?: Cidr[]; seconds?: number } = {},
) => ({
	...{ mark, since: rest.since, remove: rest.remove ?? [] },
	add: clients.map((one): [Cidr, number] => [parseClient(one), rest.seconds ?? 600]),
});

test("a home's bans are its own, by what it adds and removes", () => {
	const { book, take, bans } = made();
	expect(take("anna", banning(marks[0], ["203.0.113.9", "2001:db8:2::1"]))).toBe(marks[0]);
	expect(take("carl", banning(marks[0], ["203.0.113.10"]))).toBe(marks[0]);
	const gone = [parseCidr("203.0.113.9/32")];
	expect(take("anna", banning(marks[1], [], { since: marks[0], remove: gone }))).toBe(marks[1]);
	expect(bans()).toEqual(["2001:db8:2::/64"]);
	expect([...book.entries()]).toEqual([
		["anna|2001:db8:2::/64", "2026-11-30T12:10:00.000Z"],
		["carl|203.0.113.10", "2026-11-30T12:10:00.000Z"],
	]);
});

test("changes of a state that is not known change nothing, and what is told whole replaces all", () => {
	const { book, take, bans } = made();
	expect(take("anna", banning(marks[1], ["203.0.113.9"], { since: marks[0] }))).toBeUndefined();
	expect(bans()).toEqual([]);
	book.take("anna", banning(marks[0], ["203.0.113.9"]));
	expect(take("anna", banning(marks[2], ["203.0.113.10"], { since: marks[1] }))).toBe(marks[0]);
	expect(take("anna", banning(marks[2], ["203.0.113.11"]))).toBe(marks[2]);
	expect(bans()).toEqual(["203.0.113.11/32"]);
});

test("a ban ends at its time, although the home says nothing any more", () => {
	const { book, passes, bans } = made();
	book.take("anna", banning(marks[0], ["203.0.113.9"]));
	passes(599_000);
	expect(book.expire()).toBe(false);
	passes(2_000);
	expect(book.expire()).toBe(true);
	expect(bans()).toEqual([]);
});

test("a restart finds them in HAProxy's file, without those that are over, and homes that are gone lose theirs", () => {
	const { book } = made();
	book.take("anna", banning(marks[0], ["203.0.113.9"], { seconds: 10 }));
	book.take("carl", banning(marks[0], ["2001:db8:2::1", "203.0.113.9"]));
	const later = createBanBook(
		{ file: `${mapText(book.entries())}garbage\ncarl|nobody 2027-01-01\n` },
		() => start + MINUTE,
	);
	expect([...later.entries().keys()]).toEqual(["carl|2001:db8:2::/64", "carl|203.0.113.9"]);
	expect(later.keep(new Map([["anna", {}]]))).toBe(true);
	expect(later.total()).toBe(0);
});

test("whom the relay's owner lets in stays in, also when the home tells of that ban again, but not of a new one", () => {
	const { book, take, bans, passes } = made();
	book.take("anna", banning(marks[0], ["203.0.113.9"]));
	expect(book.lift("anna", parseClient("203.0.113.9"))).toBe(true);
	expect(book.lift("anna", parseClient("203.0.113.9"))).toBe(false);
	passes(10_000);
	expect(take("anna", banning(marks[1], ["203.0.113.9"], { seconds: 590 }))).toBe(marks[1]);
	expect(bans()).toEqual([]);
	passes(5 * MINUTE);
	book.take("anna", banning(marks[2], ["203.0.113.9"], { since: marks[1] }));
	expect(bans()).toEqual(["203.0.113.9/32"]);
});

test("what the relay's owner has lifted stays lifted over a restart, until that ban would have ended", () => {
	const before = made();
	before.book.take("anna", banning(marks[0], ["203.0.113.9"]));
	before.book.lift("anna", parseClient("203.0.113.9"));
	const after = made({ lifted: before.book.lifted() });
	expect(after.take("anna", banning(marks[0], ["203.0.113.9"], { seconds: 599 }))).toBe(marks[0]);
	expect(after.bans()).toEqual([]);
	after.passes(11 * MINUTE);
	expect(after.book.lifted()).toEqual([]);
	after.take("anna", banning(marks[1], ["203.0.113.9"]));
	expect(after.bans()).toEqual(["203.0.113.9/32"]);
});

test("a home that tells everything again changes nothing by it, but what is another", () => {
	const { book, bans, passes } = made();
	const changed = (...clients: string[]) => book.take("anna", banning(marks[0], clients)).changed;
	expect(changed("203.0.113.9", "203.0.113.10")).toBe(true);
	// The home counts whole seconds, which end a little later each time that it tells them.
	passes(900);
	expect(changed("203.0.113.9", "203.0.113.10")).toBe(false);
	expect(changed("203.0.113.10")).toBe(true);
	expect(bans()).toEqual(["203.0.113.10/32"]);
	expect(changed("203.0.113.10", "203.0.113.11")).toBe(true);
	passes(10_000);
	expect(changed("203.0.113.10", "203.0.113.11")).toBe(true);
});

test("a home gets a thousand, all homes together a hundred thousand, and who is refused some has no mark", () => {
	const { book, take } = made();
	const all = banning(
		marks[0],
		Array.from({ length: mostBans }, (_, n) => `10.9.${n >> 8}.${n & 255}`),
	);
	const more = { ...all, add: [...all.add, ...banning(marks[0], ["203.0.113.9"]).add] };
	expect(take("anna", more)).toBeUndefined();
	expect(book.of("anna").size).toBe(mostBans);
	for (let home = 1; home < mostInAll / mostBans; home++) expect(take(`home-${home}`, all)).toBe(marks[0]);
	expect(book.total()).toBe(mostInAll);
	expect(book.isFull()).toBe(false);
	expect(take("late", banning(marks[0], ["203.0.113.9"]))).toBeUndefined();
	expect(book.isFull()).toBe(true);
	book.take("anna", banning(marks[1], []));
	expect(take("late", banning(marks[0], ["203.0.113.9"]))).toBe(marks[0]);
	expect(book.isFull()).toBe(false);
});

test.each([
	undefined,
	"x",
	{ mark: "short", add: [], remove: [] },
	{ mark: marks[0], add: [["10.0.0.0/8 x", 1]], remove: [] },
	{ mark: marks[0], add: [["203.0.113.9/32", 0]], remove: [] },
	{ mark: marks[0], add: [["203.0.113.9/32", 1e12]], remove: [] },
	{ mark: marks[0], add: Array.from({ length: mostBans + 1 }, () => ["203.0.113.9/32", 1]), remove: [] },
])("a home that says %j bans nobody", (said) => {
	expect(bansSaidSchema.safeParse(said).success).toBe(false);
});
