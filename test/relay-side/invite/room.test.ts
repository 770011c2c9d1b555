import { expect, test } from "vitest";
import { endpointSchema } from "../../../relay-side/invite/endpoint.ts";
import { enrolmentRules } from "../../../relay-side/invite/guard.ts";
import { homeText, invitationIn, withInvitation } from "../../../relay-side/invite/home-text.ts";
import { freeAddresses, freeSlot } from "../../../relay-side/invite/room.ts";
import { type Address, parseAddress, parseCidr } from "../../../shared/address.ts";

const four = parseCidr("10.86.0.0/24");
const six = parseCidr("fd86:5a1e:77::/64");
const set = (...texts: string[]) => new Set(texts.map((text) => parseAddress(text)));

test("a home gets the lowest free number in both networks, the same where it can", () => {
	const relay = ["10.86.0.1", "fd86:5a1e:77::1"];
	expect(freeAddresses([four, six], set(...relay))).toEqual(["10.86.0.2", "fd86:5a1e:77::2"]);
	const more = set(...relay, "10.86.0.2", "fd86:5a1e:77::3");
	expect(freeAddresses([four, six], more)).toEqual(["10.86.0.4", "fd86:5a1e:77::4"]);
	expect(freeAddresses([four], new Set())).toEqual(["10.86.0.1"]);
});

test("homes never get the addresses that are kept for invitations, nor the broadcast address", () => {
	const taken = new Set<Address>();
	for (;;) {
		try {
			for (const address of freeAddresses([four], taken)) taken.add(address);
		} catch (error) {
			expect((error as Error).message).toContain("no address is free in 10.86.0.0/24");
			break;
		}
	}
	expect(taken.size).toBe(246);
	expect(taken).toContain("10.86.0.246");
	const small = parseCidr("10.86.0.0/30");
	expect(freeAddresses([small], set("10.86.0.2"))).toEqual(["10.86.0.1"]);
	expect(() => freeAddresses([small], set("10.86.0.1"))).toThrow("no address is free");
});

test("where one network is full of homes and the other is not, the numbers differ, and a full one is told", () => {
	const tight = parseCidr("10.86.0.0/28");
	const taken = set(...Array.from({ length: 12 }, (_, at) => `fd86:5a1e:77::${(at + 1).toString(16)}`));
	expect(freeAddresses([tight, six], taken)).toEqual(["10.86.0.13", "fd86:5a1e:77::d"]);
	taken.add(parseAddress("fd86:5a1e:77::d"));
	expect(freeAddresses([tight, six], taken)).toEqual(["10.86.0.1", "fd86:5a1e:77::e"]);
});

test("ten thousand homes leave an address to be found at once", () => {
	const large = parseCidr("10.80.0.0/12");
	const taken = new Set<Address>();
	for (let host = 1; host <= 10_000; host++) taken.add(`10.80.${host >> 8}.${host & 255}` as Address);
	expect(freeAddresses([large, six], taken)).toEqual(["10.80.39.17", "fd86:5a1e:77::2711"]);
});

test("eight invitations may be open at once, each at an address of its own that no home has", () => {
	const slots = new Set<number>();
	const found: string[] = [];
	for (let round = 0; round < 8; round++) {
		const { slot, address } = freeSlot(four, { slots, addresses: set("10.86.0.253") });
		slots.add(slot);
		found.push(address);
	}
	expect(new Set(found).size).toBe(8);
	expect(found).not.toContain("10.86.0.253");
	expect(() => freeSlot(four, { slots, addresses: new Set() })).toThrow("8 invitations are open");
	const tiny = parseCidr("10.86.0.0/30");
	expect(() => freeSlot(tiny, { slots: new Set(), addresses: set("10.86.0.1", "10.86.0.2") })).toThrow(
		"no address is free",
	);
});

test("the rules for an invitation's address name the one port that it reaches, for each family", () => {
	const rules = (relay: string, address: string) =>
		enrolmentRules({
			tunnel: "hw0",
			relay: parseAddress(relay),
			port: 8688,
			addresses: [parseAddress(address)],
		}).map((wish) => ("rule" in wish ? `${wish.chain} ${wish.rule}` : ""));
	expect(rules("10.86.0.1", "10.86.0.254")).toEqual([
		'prerouting iifname "hw0" ip saddr 10.86.0.254 ip daddr 10.86.0.1 tcp dport 8688 accept',
		"prerouting ip saddr 10.86.0.254 drop",
		"prerouting ip daddr 10.86.0.254 drop",
		'output oifname "hw0" ip daddr 10.86.0.254 tcp sport 8688 tcp flags & (syn | ack) != syn accept',
		"output ip daddr 10.86.0.254 reject",
	]);
	expect(rules("fd86::1", "fd86::ffff")[1]).toBe("prerouting ip6 saddr fd86::ffff drop");
});

test("a new code changes one line of a home's file, whatever else its owner wrote", () => {
	const text = homeText(new Date(0), 'invitation = "older000"', [parseAddress("10.86.0.2")], ["example.org"]);
	const own = `${text}senders = "any"\n# invitation = "a comment"\n`;
	const changed = withInvitation(own, "newer000");
	expect(changed).toBe(own.replace('invitation = "older000"', 'invitation = "newer000"'));
	expect(invitationIn(changed)).toEqual({ invitation: "newer000", domains: ["example.org"] });
	const other = `  invitation='older000' # by hand\naddresses = []\n`;
	expect(invitationIn(withInvitation(other, "newer000")).invitation).toBe("newer000");
	expect(() => withInvitation('"invitation" = "older000"', "newer000")).toThrow("cannot be found again");
	expect(invitationIn("no toml =")).toEqual({ invitation: undefined, domains: [] });
});

test("where the relay is found may be a name or an address, with or without a port", () => {
	const read = (text: string) => endpointSchema.safeParse(text).data;
	expect(read("Relay.example.net")).toEqual({ host: "relay.example.net", port: undefined });
	expect(read("relay.example.net:443")).toEqual({ host: "relay.example.net", port: 443 });
	expect(read("203.0.113.10")).toEqual({ host: "203.0.113.10", port: undefined });
	expect(read("2001:db8::1")).toEqual({ host: "2001:db8::1", port: undefined });
	expect(read("[2001:DB8::1]:51820")).toEqual({ host: "2001:db8::1", port: 51_820 });
	for (const bad of ["", "relay", "relay.example.net:0", "a b.example", "https://relay.example.net", "1.2.3"])
		expect(read(bad), bad).toBeUndefined();
});
