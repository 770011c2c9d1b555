import { expect, test } from "vitest";
import { type Peer, wireguard } from "../../shared/wireguard.ts";
import { parseDump } from "../../shared/wireguard-output.ts";
import { keyOf } from "../relay-side/homes/examples.ts";
import { damagedLines } from "./damage.ts";

const secret = Buffer.alloc(32, 9).toString("base64");

/** `wg show wg0 dump` and `wg show wg0 endpoints` (wireguard-tools 1.0.20210914). */
const dump = [
	[Buffer.alloc(32, 8).toString("base64"), keyOf(1), "51820", "off"],
	[keyOf(2), "(none)", "198.51.100.7:51820", "10.86.0.2/32,fd86::2/128", "1900000000", "10", "20", "25"],
	[keyOf(3), secret, "[2001:db8::7]:5", "(none)", "0", "0", "0", "off"],
	[keyOf(4), "(none)", "[fe80::1%eth0]:5", "10.86.0.4/32", "1900000001", "7", "8", "off"],
	[keyOf(5), "(none)", "(none)", "10.86.0.5/32", "0", "0", "0", "off"],
]
	.map((fields) => `${fields.join("\t")}\n`)
	.join("");
const endpoints = `${keyOf(2)}\t198.51.100.7:51820\n${keyOf(3)}\t[2001:db8::7]:5\n${keyOf(5)}\t(none)\n`;

/** Which of a peer's properties a field of its line tells. */
const tells: ReadonlyArray<keyof Peer> = [
	"publicKey",
	"presharedKeyMark",
	"endpoint",
	"allowed",
	"latestHandshake",
	"received",
	"sent",
	"keepalive",
];

test("a peer whose packets come from UDP port 0 loses its endpoint, and nobody else loses anything", async () => {
	const whole = parseDump(dump);
	const odd = parseDump(dump.replace("198.51.100.7:51820", "198.51.100.7:0"));
	expect(odd.peers[0]).toEqual({ ...whole.peers[0], endpoint: undefined });
	expect(odd.peers.slice(1)).toEqual(whole.peers.slice(1));
	const seen = await wireguard(async () => endpoints.replace("7:51820", "7:0"), "hw0").endpoints();
	expect([...seen.keys()]).toEqual([keyOf(3)]);
});

test("of allowed networks one that cannot be read costs itself alone", () => {
	const { peers } = parseDump(dump.replace("10.86.0.2/32,", "10.86.0.2/99,"));
	expect(peers[0]?.allowed).toEqual(["fd86::2/128"]);
});

test("whatever is damaged in a dump, every other peer and every other field is read as before", () => {
	const whole = parseDump(dump);
	const byKey = new Map(whole.peers.map((peer) => [peer.publicKey, peer]));
	let rounds = 0;
	for (const { text, line, field } of damagedLines(dump, "\t")) {
		const found = parseDump(text);
		const damaged = whole.peers[line - 1];
		const keys = found.peers.map((peer) => peer.publicKey);
		for (const [key, peer] of byKey) {
			if (peer !== damaged) expect(found.peers[keys.indexOf(key)]).toEqual(peer);
		}
		if (line > 0) expect([found.publicKey, found.listenPort]).toEqual([keyOf(1), 51_820]);
		if (damaged && field) {
			const other = tells[field]!;
			expect({ ...found.peers[line - 1], [other]: 0 }).toEqual({ ...damaged, [other]: 0 });
		}
		for (const peer of found.peers) {
			expect(peer.publicKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
			for (const number of [peer.latestHandshake, peer.received, peer.sent, peer.keepalive])
				expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
		}
		expect(JSON.stringify(found)).not.toContain(secret);
		rounds += 1;
	}
	expect(rounds).toBeGreaterThan(300);
});

test("an interface whose own line is damaged never looks like a blank one that may be taken over", () => {
	const [own = "", ...peers] = dump.split("\n");
	const alone = parseDump(`${own}\n`);
	expect(alone.publicKey).toBe(keyOf(1));
	for (const odd of [own.replace(keyOf(1), "?"), own.replace(keyOf(1), ""), "garbage", "\t\t\t"])
		expect(parseDump(`${odd}\n`).publicKey, odd).not.toBe("");
	expect(parseDump(peers.join("\n")).peers).toHaveLength(4);
});

test("whatever is damaged in a list of endpoints, the others are read", async () => {
	const whole = await wireguard(async () => endpoints, "hw0").endpoints();
	for (const { text, line } of damagedLines(endpoints, "\t")) {
		const found = await wireguard(async () => text, "hw0").endpoints();
		for (const [at, [key, endpoint]] of [...whole].entries())
			if (at !== line) expect(found.get(key)).toEqual(endpoint);
		for (const key of found.keys()) expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
	}
});
