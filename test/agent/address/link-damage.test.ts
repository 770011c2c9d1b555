import { expect, test } from "vitest";
import { type Link, readLink } from "../../../agent/address/read-link.ts";
import { damagedJson } from "../../shared/damage.ts";
import { addresses, routes4, routes6 } from "./link-recordings.ts";

const read = (address: string, four = routes4.all, six = routes6.all): Link =>
	readLink("hw0", address, [
		[4, four],
		[6, six],
	]);

/** The addresses of a look, but the one that the damage is about. */
const others = (link: Link, damaged: string | undefined) =>
	link.addresses.filter((one) => one.address !== damaged && one.interface !== damaged);

test("whatever is damaged in ip's list of addresses, every other address is read as before", () => {
	const text = addresses["6.15"];
	const recorded = JSON.parse(text) as Array<{ ifname: string; addr_info: Array<{ local: string }> }>;
	const whole = read(text);
	let rounds = 0;
	for (const { text: damaged, path, odd } of damagedJson(text)) {
		const [at, key, place] = path as [number, string?, number?];
		const { ifname, addr_info: infos } = recorded[at]!;
		const found = read(damaged);
		// What concerns one address costs that one; what concerns its interface, or all of them, that interface's.
		const lost = key === "addr_info" && place !== undefined ? infos[place]!.local : ifname;
		const expected = others(whole, lost);
		expect(others(found, lost).filter((one) => expected.some((e) => e.address === one.address))).toEqual(
			expected,
		);
		expect([...found.families], `${path} ${odd}`).toEqual([4, 6]);
		rounds += 1;
	}
	expect(rounds).toBeGreaterThan(1_500);
});

test("an address with a mark that cannot be read is never one that may be published", () => {
	for (const mark of ["temporary", "deprecated", "tentative", "dadfailed"]) {
		const info = { family: "inet6", local: "2001:db8::1", scope: "global", [mark]: "?" };
		const [found] = read(JSON.stringify([{ ifname: "eth0", addr_info: [info] }])).addresses;
		expect(found).toMatchObject({
			address: "2001:db8::1",
			[mark === "dadfailed" ? "duplicate" : mark]: true,
		});
	}
});

test("whatever is damaged in ip's list of routes, every other route counts as before", () => {
	const text = routes6.all;
	const routes = JSON.parse(text) as Array<{ dst: string; type?: string }>;
	const way = routes.findIndex(({ dst, type }) => dst === "default" && type === undefined);
	for (const { text: damaged, path } of damagedJson(text)) {
		const { families } = read(addresses["6.15"], routes4.all, damaged);
		expect(families.has(4)).toBe(true);
		if (path[0] !== way) expect(families.has(6), String(path)).toBe(true);
	}
	// Gone without a word would be gone from the DNS.
	for (const odd of ["null", "7", '{"dst":7,"dev":"eth0"}', '{"dst":"default","dev":7}']) {
		const { families, incomplete } = read(addresses["6.15"], routes4.all, `[${odd}]`);
		expect([families.has(6), incomplete]).toEqual([false, true]);
	}
});

test("a look that could not be read whole says so, and one with what a filter left empty does not", () => {
	expect(read(addresses["6.15"]).incomplete).toBeUndefined();
	expect(read(`[{},{"ifname":"eth0","addr_info":[{},{}]},{}]`).incomplete).toBeUndefined();
	expect(read(addresses["6.15"].replace('"2001:db8:1::20"', '"?"')).incomplete).toBe(true);
	expect(read(addresses["6.15"], `[7,${routes4.all.slice(1)}`).incomplete).toBe(true);
});
