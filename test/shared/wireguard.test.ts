import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseAddress, parseEndpoint } from "../../shared/address.ts";
import { CommandError } from "../../shared/command.ts";
import { messageOf } from "../../shared/errors.ts";
import { addressesOf, hostNetwork, presharedKeyMark, wireguard } from "../../shared/wireguard.ts";
import { parseDump } from "../../shared/wireguard-output.ts";
import { keyOf } from "../relay-side/homes/examples.ts";
import { memoryTunnel, wireguardLink } from "./memory-tunnel.ts";

const secret = Buffer.alloc(32, 9).toString("base64");

async function file(text: string): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-wg-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "key"), text, { mode: 0o600 });
	return join(folder, "key");
}

function stage() {
	const machine = memoryTunnel();
	const link = wireguardLink();
	machine.links.set("hw0", link);
	return { machine, link, wg: wireguard(machine.run, "hw0") };
}

// As `wg show wg0 dump` prints it (wireguard-tools 1.0.20210914).
const dump = [
	["PRIVATEKEYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", keyOf(1), "51820", "off"],
	[keyOf(2), "(none)", "198.51.100.7:51820", "10.86.0.2/32,fd86::2/128", "1900000000", "10", "20", "25"],
	[keyOf(3), secret, "[2001:db8::7]:5", "(none)", "0", "0", "0", "off"],
	[keyOf(4), "(none)", "[fe80::1%eth0]:5", "10.86.0.4/32", "0", "0", "0", "off"],
	[keyOf(5), "(none)", "(none)", "10.86.0.5/32", "0", "0", "0", "off"],
];

test("a dump is read, and neither the private nor a preshared key is kept", () => {
	const device = parseDump(`${dump.map((fields) => fields.join("\t")).join("\n")}\n`);
	expect(device).toMatchObject({ publicKey: keyOf(1), listenPort: 51820 });
	expect(device.peers).toMatchObject([
		{
			publicKey: keyOf(2),
			presharedKeyMark: undefined,
			endpoint: { address: "198.51.100.7", port: 51820 },
			allowed: ["10.86.0.2/32", "fd86::2/128"],
			latestHandshake: 1_900_000_000,
			received: 10,
			sent: 20,
			keepalive: 25,
		},
		{
			endpoint: { address: "2001:db8::7", port: 5 },
			allowed: [],
			keepalive: 0,
			presharedKeyMark: presharedKeyMark(secret),
		},
		{ endpoint: { address: "fe80::1", port: 5 } },
		{ endpoint: undefined },
	]);
	expect(JSON.stringify(device)).not.toMatch(/PRIVATEKEY/);
	expect(JSON.stringify(device)).not.toContain(secret);
	expect(addressesOf(device.peers[0]!)).toEqual(["10.86.0.2", "fd86::2"]);
});

test("an interface without a key, and one that was never up, are read as such", () => {
	expect(parseDump("(none)\t(none)\t0\toff\n")).toEqual({ publicKey: "", listenPort: 0, peers: [] });
	expect(parseDump("")).toEqual({ publicKey: "", listenPort: 0, peers: [] });
});

test("no interface, and one of another kind, are no device; a failing wg is an error", async () => {
	const { machine } = stage();
	expect(await wireguard(machine.run, "gone0").device()).toBeUndefined();
	machine.links.set("eth9", wireguardLink({ kind: "veth", device: undefined }));
	expect(await wireguard(machine.run, "eth9").device()).toBeUndefined();
	const denied = wireguard(async () => {
		throw new CommandError("wg", "failed", { stderr: "Unable to access interface: Operation not permitted" });
	}, "hw0");
	await expect(denied.device()).rejects.toThrow(CommandError);
});

test("a peer is set as it should be, and set again without endpoint keeps the one it has", async () => {
	const { wg, link } = stage();
	const peer = { publicKey: keyOf(2), allowed: [parseAddress("10.86.0.2"), parseAddress("fd86::2")] };
	await wg.setPeers([
		{
			...peer,
			endpoint: parseEndpoint("[2001:db8::7]:51820"),
			keepalive: 25,
			presharedKeyFile: await file(secret),
		},
	]);
	expect(link.device?.peers.get(keyOf(2))).toMatchObject({
		endpoint: "[2001:db8::7]:51820",
		allowed: ["10.86.0.2/32", "fd86::2/128"],
		keepalive: 25,
		presharedKey: secret,
	});
	await wg.setPeers([peer]);
	expect(link.device?.peers.get(keyOf(2))).toMatchObject({
		endpoint: "[2001:db8::7]:51820",
		presharedKey: undefined,
		born: 1,
	});
	expect(await wg.endpoints()).toEqual(new Map([[keyOf(2), parseEndpoint("[2001:db8::7]:51820")]]));
});

test("an endpoint that has not changed is the same object at the next read", async () => {
	let text = `${keyOf(2)}\t198.51.100.7:1\n${keyOf(3)}\t198.51.100.7:2\n${keyOf(4)}\t(none)\n`;
	const wg = wireguard(async () => text, "hw0");
	const first = await wg.endpoints();
	text = `${keyOf(3)}\t198.51.100.7:3\n${keyOf(2)}\t198.51.100.7:1\n${keyOf(4)}\t[2001:db8::7]:4\n`;
	const second = await wg.endpoints();
	expect(second.get(keyOf(2))).toBe(first.get(keyOf(2)));
	expect(second.get(keyOf(3))).toEqual(parseEndpoint("198.51.100.7:3"));
	expect(second.get(keyOf(4))).toEqual(parseEndpoint("[2001:db8::7]:4"));
	expect([first.size, second.size]).toEqual([2, 3]);
	text = "";
	expect((await wg.endpoints()).size).toBe(0);
});

test("a renewed peer is another one to WireGuard, made in the same command that removed it", async () => {
	const { wg, link, machine } = stage();
	const peer = {
		publicKey: keyOf(2),
		allowed: [parseAddress("10.86.0.2")],
		endpoint: parseEndpoint("198.51.100.7:5"),
	};
	await wg.setPeers([peer]);
	machine.changesOf();
	await wg.renewPeer(peer);
	expect(machine.changesOf()).toHaveLength(1);
	expect(link.device?.peers.get(keyOf(2))).toMatchObject({
		born: 2,
		allowed: ["10.86.0.2/32"],
		endpoint: "198.51.100.7:5",
	});
});

test("no command grows over 500 peers", async () => {
	const { wg, link, machine } = stage();
	const peers = Array.from({ length: 1_201 }, (_, n) => ({
		publicKey: keyOf(n),
		allowed: [parseAddress(`10.${n >> 8}.${n & 255}.1`)],
	}));
	await wg.setPeers(peers);
	expect(link.device?.peers.size).toBe(1_201);
	expect(machine.changesOf()).toHaveLength(3);
	await wg.removePeers(peers.map((peer) => peer.publicKey));
	expect(link.device?.peers.size).toBe(0);
	expect(machine.changesOf()).toHaveLength(3);
	await wg.setPeers([]);
	expect(machine.changesOf()).toEqual([]);
});

test("what a key file holds is not in the error when wg refuses it, although wg prints it", async () => {
	const { wg } = stage();
	const almost = `${"s".repeat(42)}B=`;
	const path = await file(almost);
	for (const attempt of [
		() => wg.setInterface({ privateKeyFile: path }),
		() => wg.setPeers([{ publicKey: keyOf(2), allowed: [], presharedKeyFile: path }]),
		() => wg.renewPeer({ publicKey: keyOf(2), allowed: [], presharedKeyFile: path }),
	]) {
		const error = await attempt().then(
			() => undefined,
			(thrown) => thrown,
		);
		expect(messageOf(error)).toContain("wg refused a key");
		expect(JSON.stringify({ ...error, stack: error.stack, cause: error.cause })).not.toContain(almost);
	}
});

test("a host's network holds it alone, and a mark differs for each key without showing it", () => {
	expect([hostNetwork(parseAddress("10.86.0.2")), hostNetwork(parseAddress("fd86::2"))]).toEqual([
		"10.86.0.2/32",
		"fd86::2/128",
	]);
	expect(presharedKeyMark(secret)).toBe(presharedKeyMark(secret));
	expect(presharedKeyMark(secret)).not.toBe(presharedKeyMark(keyOf(1)));
	expect(presharedKeyMark(secret)).not.toContain(secret.slice(0, 8));
});
