import { expect, test } from "vitest";
import {
	type Address,
	addressOfBytes,
	bytesOf,
	type Cidr,
	endpointText,
	familyOf,
	inNetwork,
	isGlobalUnicast,
	isPrivate,
	networkOf,
	networksOverlap,
	parseAddress,
	parseCidr,
	parseEndpoint,
} from "../../shared/address.ts";
import { random } from "./random.ts";

const chance = random();

/** 16 bytes in which runs of zeros are frequent, since those are what compression is about. */
function sparseBytes(): Buffer {
	const bytes = chance.bytes(16);
	for (let group = 0; group < 8; group++) if (chance.below(2)) bytes.fill(0, 2 * group, 2 * group + 2);
	return bytes;
}

function isMapped(bytes: Buffer): boolean {
	return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff;
}

test("any spelling of an address becomes the canonical one", () => {
	for (const [text, canonical] of [
		["192.0.2.1", "192.0.2.1"],
		["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
		["2001:0db8::0001", "2001:db8::1"],
		["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
		["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
		["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
		["0:0:0:0:0:0:0:0", "::"],
		["::ffff:192.0.2.1", "192.0.2.1"],
		["::FFFF:c000:201", "192.0.2.1"],
		["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
	] as const) {
		expect(parseAddress(text)).toBe(canonical);
	}
});

test("the canonical text of 5,000 IPv6 addresses is the URL standard's, and reads back the same", () => {
	for (let round = 0; round < 5_000; round++) {
		const bytes = sparseBytes();
		if (isMapped(bytes)) continue;
		const address = addressOfBytes(bytes);
		const groups = bytes.toString("hex").match(/.{4}/g)?.join(":");
		const texts = [`[${address}]`, `[${parseAddress(groups ?? "")}]`];
		const standard = new URL(`http://[${groups}]/`).hostname;
		if (texts.some((text) => text !== standard) || !bytesOf(address).equals(bytes))
			throw new Error(`${groups} became ${texts.join(" and ")}, expected ${standard}`);
	}
}, 120_000);

test.each([
	"",
	" ",
	"192.0.2",
	"192.0.2.1.",
	"192.0.2.256",
	"192.0.2.01",
	"0x7f.0.0.1",
	"3221225985",
	"192.0.2.1/32",
	" 192.0.2.1",
	"192.0.2.1\n",
	"１９２.0.2.1",
	"fe80::1%eth0",
	"::1%",
	"[::1]",
	"1::2::3",
	"12345::",
	"g::",
	":::",
	":",
	"2001:db8:0:0:0:0:0:0:1",
	"::ffff:192.0.2.256",
	"::".repeat(100_000),
	"1".repeat(1_000_000),
	"example.org",
])("%j is not taken for an address", (text) => {
	expect(() => parseAddress(text)).toThrow(RangeError);
	expect(() => parseAddress(text)).toThrow(/^".{0,60}" is not an IP address$/s);
});

test("a network has no bits behind its length, and the error names the one that was meant", () => {
	expect(parseCidr("10.86.0.0/24")).toBe("10.86.0.0/24");
	expect(parseCidr("FD86:0:0::/64")).toBe("fd86::/64");
	expect(parseCidr("0.0.0.0/0")).toBe("0.0.0.0/0");
	expect(parseCidr("::/0")).toBe("::/0");
	expect(parseCidr("10.86.0.7/32")).toBe("10.86.0.7/32");
	expect(() => parseCidr("10.86.0.1/24")).toThrow("the network is 10.86.0.0/24");
	expect(() => parseCidr("fd86::1/64")).toThrow("the network is fd86::/64");
	for (const text of [
		"10.86.0.0",
		"10.86.0.0/",
		"/24",
		"10.86.0.0/33",
		"fd86::/129",
		"10.0.0.0/-1",
		"10.0.0.0/8/8",
	])
		expect(() => parseCidr(text)).toThrow(/is not a network/);
});

test("an address lies in the network of its own bits, and not in one that differs in the last bit", () => {
	for (let round = 0; round < 1_000; round++) {
		const address = addressOfBytes(chance.below(2) ? chance.bytes(4) : sparseBytes());
		const most = familyOf(address) === 4 ? 32 : 128;
		const length = chance.below(most + 1);
		const network = networkOf(address, length);
		expect(inNetwork(address, network)).toBe(true);
		expect(parseCidr(network)).toBe(network);
		if (length === 0) continue;
		const bytes = bytesOf(address);
		const byte = (length - 1) >> 3;
		bytes[byte] = (bytes[byte] ?? 0) ^ (0x80 >> ((length - 1) & 7));
		if (bytes.length === 16 && isMapped(bytes)) continue;
		const neighbour = addressOfBytes(bytes);
		expect(inNetwork(neighbour, network)).toBe(false);
		expect(networksOverlap(network, networkOf(neighbour, length))).toBe(false);
		expect(networksOverlap(networkOf(neighbour, length - 1), network)).toBe(true);
	}
});

test("families never mix", () => {
	expect(inNetwork("192.0.2.1" as Address, "::/0" as Cidr)).toBe(false);
	expect(inNetwork("::1" as Address, "0.0.0.0/0" as Cidr)).toBe(false);
	expect(networksOverlap("0.0.0.0/0" as Cidr, "::/0" as Cidr)).toBe(false);
});

// From the IANA special-purpose registries (RFC 6890), and what is not in use.
test.each(
	`0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 169.254.1.1 172.16.0.1 172.31.255.255 192.0.0.1
	192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
	255.255.255.255 :: ::1 ::192.0.2.1 64:ff9b::1 64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:db8::1 2002:c000:201::1
	3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fe80::1 fec0::1 ff02::1`.split(/\s+/),
)("%s is never published", (text) => {
	expect(isGlobalUnicast(parseAddress(text))).toBe(false);
});

test.each([
	"8.8.8.8",
	"100.63.255.255",
	"100.128.0.1",
	"172.32.0.1",
	"198.20.0.1",
	"223.255.255.254",
	"2a00::1",
	"2003:db8::1",
])("%s may be published", (text) => {
	expect(isGlobalUnicast(parseAddress(text))).toBe(true);
});

test.each(
	"10.0.0.1 100.64.0.1 127.0.0.1 169.254.1.1 172.31.255.255 192.168.178.1 0.0.0.0 ::1 :: fd00::1 fe80::1".split(
		" ",
	),
)("%s is a private address", (text) => {
	expect(isPrivate(parseAddress(text))).toBe(true);
});

// With DNS64 (RFC 6147) a name also has an address in 64:ff9b::/96, and that is the way there.
test.each("8.8.8.8 100.128.0.1 192.0.2.1 2a00::1 2001:db8::1 64:ff9b::808:808".split(" "))(
	"%s is no private address",
	(text) => {
		expect(isPrivate(parseAddress(text))).toBe(false);
	},
);

test("an exception makes just its own network public", () => {
	const lab = [parseCidr("198.51.100.0/24"), parseCidr("2001:db8::/32")];
	expect(isGlobalUnicast(parseAddress("198.51.100.7"), lab)).toBe(true);
	expect(isGlobalUnicast(parseAddress("2001:db8::7"), lab)).toBe(true);
	expect(isGlobalUnicast(parseAddress("203.0.113.7"), lab)).toBe(false);
});

test("an endpoint is read as wg writes it, and written as wg reads it; a zone is dropped", () => {
	expect(parseEndpoint("198.51.100.7:51820")).toEqual({ address: "198.51.100.7", port: 51820 });
	expect(parseEndpoint("[2001:db8:0::1]:1")).toEqual({ address: "2001:db8::1", port: 1 });
	expect(parseEndpoint("[fe80::1%eth0.7]:65535")).toEqual({ address: "fe80::1", port: 65535 });
	for (const text of ["198.51.100.7:51820", "[2001:db8::1]:51820"])
		expect(endpointText(parseEndpoint(text))).toBe(text);
});

test.each([
	"",
	":1",
	"1.2.3.4",
	"1.2.3.4:",
	"1.2.3.4:0",
	"1.2.3.4:65536",
	"1.2.3.4:123456",
	"::1:51820",
	"[::1]",
	"relay.example:1",
	"[::1]:1 ",
	"[]:1",
])("%j is not taken for an endpoint", (text) => {
	expect(() => parseEndpoint(text)).toThrow(RangeError);
});
