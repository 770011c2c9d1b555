import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { shareConnections } from "../../../relay-side/checkin/connections.ts";

/** A connection, as far as it is shared. */
class Connection extends EventEmitter {
	readonly remoteAddress: string;
	readonly remotePort = 1;
	destroyed = false;

	constructor(remoteAddress: string) {
		super();
		this.remoteAddress = remoteAddress;
	}

	destroy(): void {
		this.destroyed = true;
		this.emit("close");
	}
}

function stage() {
	const server = new EventEmitter();
	const clock = { now: 0 };
	let closed = 0;
	const { believe } = shareConnections(server, {
		isHome: () => true,
		onClosed: () => closed++,
		now: () => clock.now,
	});
	const come = (home: string) => {
		const connection = new Connection(home);
		server.emit("connection", connection);
		return connection;
	};
	return { come, believe, clock, closed: () => closed };
}

test("when more homes come at once than there is room for, those who came first are answered", () => {
	const { come, clock, closed } = stage();
	const homes = Array.from({ length: 1_000 }, (_, home) => come(`home ${home}`));
	clock.now = 4_000;
	const late = Array.from({ length: 50 }, (_, home) => come(`late ${home}`));
	expect(homes.filter(({ destroyed }) => destroyed)).toHaveLength(0);
	expect(late.every(({ destroyed }) => destroyed)).toBe(true);
	expect(closed()).toBe(50);
	homes[7]!.destroy();
	expect(come("late 0").destroyed).toBe(false);
});

test("who has had its time gives way to a newcomer, and who has more than one does so at once", () => {
	const { come, clock } = stage();
	const homes = Array.from({ length: 999 }, (_, home) => come(`home ${home}`));
	const second = come("home 998");
	expect(come("anna").destroyed).toBe(false);
	expect([homes[998]!.destroyed, second.destroyed]).toEqual([true, false]);
	clock.now = 6_000;
	expect(come("bert").destroyed).toBe(false);
	expect(homes.filter(({ destroyed }) => destroyed)).toEqual([homes[0], homes[998]]);
});

test("homes that hold all places in silence keep newcomers out once, and not again and again", () => {
	const { come, clock } = stage();
	const ids = Array.from({ length: 1_000 }, (_, home) => `silent ${home}`);
	const first = ids.map(come);
	expect(come("anna").destroyed).toBe(true);
	clock.now = 6_000;
	for (const one of first) one.destroy();
	const again = ids.map(come);
	const [anna, bert] = [come("anna"), come("bert")];
	expect([anna.destroyed, bert.destroyed]).toEqual([false, false]);
	// Whoever comes back in silence takes the place of his like.
	const third = ids.map(come);
	expect([anna.destroyed, bert.destroyed]).toEqual([false, false]);
	expect([...again, ...third].filter(({ destroyed }) => !destroyed)).toHaveLength(998);
});

test("who was shut out as one too many, or has shown to be the home since, has its time like others", () => {
	const { come, believe, clock } = stage();
	come("carl").destroy();
	const carl = come("carl");
	believe(carl);
	carl.destroy();
	const homes = Array.from({ length: 1_000 }, (_, home) => come(`home ${home}`));
	expect([come("anna").destroyed, come("carl").destroyed]).toEqual([true, true]);
	for (const one of homes.slice(0, 2)) one.destroy();
	const places = [come("anna"), come("carl")];
	clock.now = 4_000;
	expect(come("dora").destroyed).toBe(true);
	expect(places.some(({ destroyed }) => destroyed)).toBe(false);
});
