import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Home } from "../../../relay-side/homes/home.ts";
import { peerSecretWrong, peersFailing } from "../../../relay-side/peers/conditions.ts";
import { createPeers } from "../../../relay-side/peers/peers.ts";
import type { Presence } from "../../../relay-side/pulse/presence.ts";
import { type Address, parseAddress, parseCidr } from "../../../shared/address.ts";
import { tunnelInterface } from "../../../shared/tunnel-interface.ts";
import { memoryTunnel } from "../../shared/memory-tunnel.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf, keyOf } from "../homes/examples.ts";

const privateKey = Buffer.alloc(32, 7).toString("base64");
const secret = (fill: number) => Buffer.alloc(32, fill).toString("base64");

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-peers-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "key"), privateKey, { mode: 0o600 });
});

function stage() {
	const machine = memoryTunnel();
	const homes = new Map<string, Home>();
	const presences = new Map<string, Presence>();
	const clock = { now: 1_000_000, wall: 2_000_000_000 };
	const nudged: Address[] = [];
	let ups = 0;
	const health = silentHealth();
	const device = tunnelInterface(machine.run, {
		name: "hw0",
		addresses: [parseAddress("10.86.0.1")],
		networks: [parseCidr("10.86.0.0/16")],
		mtu: 1280,
		listenPort: 51820,
		privateKey,
		privateKeyFile: join(folder, "key"),
	});
	const duty = createPeers({
		device,
		homes: () => homes,
		presence: (home) => presences.get(home) ?? presenceOf(home),
		nudge: (address) => nudged.push(address),
		onUp: () => ups++,
		health,
		log: silent,
		now: () => clock.now,
		wallClock: () => clock.wall,
	});
	onTestFinished(() => duty.stop());

	function presenceOf(home: string, changes: Partial<Presence> = {}): Presence {
		const presence = {
			here: true,
			lastPulse: clock.now,
			lastSeen: undefined,
			interval: 1_000,
			endpoint: undefined,
			since: clock.now,
			...changes,
		};
		presences.set(home, presence);
		return presence;
	}

	async function apply(...wanted: Home[]) {
		homes.clear();
		for (const home of wanted) homes.set(home.id, home);
		duty.poke(undefined, { urgent: true });
		// A failed run leaves work due; what the first one did is what these tests look at.
		await Promise.race([duty.settled(), failed]);
	}

	const failed = new Promise<void>((resolve) => {
		health.listen((_, { code }) => {
			if (code === peersFailing.code) resolve();
		});
	});
	const peers = () => machine.links.get("hw0")!.device!.peers;
	const allowed = () => Object.fromEntries([...peers()].map(([key, peer]) => [key, peer.allowed]));
	return {
		apply,
		machine,
		homes,
		peers,
		allowed,
		health,
		clock,
		nudged,
		presenceOf,
		duty,
		ups: () => ups,
	};
}

const [anna, bert, cora] = [homeOf("anna", 2), homeOf("bert", 3), homeOf("cora", 4)];
const at = (home: Home, ...addresses: string[]) => ({ ...home, addresses: addresses.map(parseAddress) });

test("the interface is set up, each home a peer with its own addresses; the next run does nothing", async () => {
	const { apply, machine, allowed, ups } = stage();
	await apply(at(anna, "10.86.0.2", "fd86::2"), bert);
	expect(machine.links.get("hw0")).toMatchObject({
		alias: "heimweg",
		mtu: 1280,
		up: true,
		addresses: ["10.86.0.1/16"],
	});
	expect(machine.links.get("hw0")?.device?.port).toBe(51820);
	expect(allowed()).toEqual({
		[keyOf(2)]: ["10.86.0.2/32", "fd86::2/128"],
		[keyOf(3)]: ["10.86.0.3/32"],
	});
	expect(ups()).toBe(1);
	machine.changesOf();
	await apply(at(anna, "fd86::2", "10.86.0.2"), bert);
	expect(machine.changesOf()).toEqual([]);
});

test("adding, changing and removing homes leaves the sessions of the others alone", async () => {
	const { apply, peers, allowed } = stage();
	await apply(anna, bert);
	const born = peers().get(keyOf(2))?.born;
	await apply(anna, at(bert, "10.86.0.33"), cora);
	await apply(anna, cora);
	expect(allowed()).toEqual({ [keyOf(2)]: ["10.86.0.2/32"], [keyOf(4)]: ["10.86.0.4/32"] });
	expect(peers().get(keyOf(2))?.born).toBe(born);
});

test("addresses that move between homes, in a swap or a chain, end where the files say", async () => {
	const { apply, allowed, health } = stage();
	await apply(anna, bert, cora);
	await apply(at(anna, "10.86.0.3"), at(bert, "10.86.0.2"), cora);
	expect(allowed()).toEqual({
		[keyOf(2)]: ["10.86.0.3/32"],
		[keyOf(3)]: ["10.86.0.2/32"],
		[keyOf(4)]: ["10.86.0.4/32"],
	});
	await apply(at(anna, "10.86.0.2"), at(bert, "10.86.0.4"), at(cora, "10.86.0.5", "10.86.0.3"));
	expect(allowed()).toEqual({
		[keyOf(2)]: ["10.86.0.2/32"],
		[keyOf(3)]: ["10.86.0.4/32"],
		[keyOf(4)]: ["10.86.0.5/32", "10.86.0.3/32"],
	});
	await apply({ ...anna, publicKey: keyOf(9) });
	expect(allowed()).toEqual({ [keyOf(9)]: ["10.86.0.2/32"] });
	expect(health.list()).toEqual([]);
});

test("a peer that somebody added by hand is removed, and one that was changed by hand is put right", async () => {
	const { apply, machine, allowed } = stage();
	await apply(anna, bert);
	await machine.run("wg", ["set", "hw0", "peer", keyOf(77), "allowed-ips", "10.86.0.2/32,10.86.0.99/32"]);
	await apply(anna, bert);
	expect(allowed()).toEqual({ [keyOf(2)]: ["10.86.0.2/32"], [keyOf(3)]: ["10.86.0.3/32"] });
});

test("a preshared key is set from its file, changed when the file changes, and taken away", async () => {
	const { apply, peers, machine } = stage();
	const file = join(folder, "anna.psk");
	await writeFile(file, `${secret(1)}\n`, { mode: 0o600 });
	await apply({ ...anna, presharedKeyFile: file });
	expect(peers().get(keyOf(2))?.presharedKey).toBe(secret(1));
	await writeFile(file, secret(2));
	await apply({ ...anna, presharedKeyFile: file });
	expect(peers().get(keyOf(2))?.presharedKey).toBe(secret(2));
	await apply(anna);
	expect(peers().get(keyOf(2))?.presharedKey).toBeUndefined();
	expect(machine.calls.join("\n")).not.toContain(secret(1));
});

test.each([
	["missing", undefined, 0o600],
	["readable by all", secret(1), 0o644],
	["empty", "", 0o600],
	["no key", "correct horse", 0o600],
	["44 characters that are no key", `${"A".repeat(42)}B=`, 0o600],
	["the key of nothing but zeros, which is none", secret(0), 0o600],
])(
	"a preshared key file that is %s costs that home its change alone, in words without the key",
	async (_, text, mode) => {
		const { apply, allowed, peers, health } = stage();
		const file = join(folder, "anna.psk");
		await writeFile(file, secret(1), { mode: 0o600 });
		await apply({ ...anna, presharedKeyFile: file }, bert);
		const born = peers().get(keyOf(2))?.born;
		await rm(file);
		if (text !== undefined) {
			await writeFile(file, text);
			await chmod(file, mode);
		}
		await apply({ ...at(anna, "10.86.0.22"), presharedKeyFile: file }, at(bert, "10.86.0.33"), cora);
		expect(allowed()).toEqual({
			[keyOf(2)]: ["10.86.0.2/32"],
			[keyOf(3)]: ["10.86.0.33/32"],
			[keyOf(4)]: ["10.86.0.4/32"],
		});
		expect(peers().get(keyOf(2))).toMatchObject({ born, presharedKey: secret(1) });
		expect(health.list().map((c) => [c.code, c.subject])).toEqual([["peers.secret_wrong", "anna"]]);
		expect(health.list()[0]?.text).toContain(file);
		if (text) expect(JSON.stringify(health.list())).not.toContain(text);
		await writeFile(file, secret(3));
		await chmod(file, 0o600);
		await apply({ ...at(anna, "10.86.0.22"), presharedKeyFile: file }, bert);
		expect(peers().get(keyOf(2))).toMatchObject({ allowed: ["10.86.0.22/32"], presharedKey: secret(3) });
		expect(health.list()).toEqual([]);
	},
);

test("a home whose key cannot be read loses its old address when the files give it to another", async () => {
	const { apply, allowed, health } = stage();
	const file = join(folder, "anna.psk");
	await writeFile(file, secret(1), { mode: 0o600 });
	await apply({ ...anna, presharedKeyFile: file });
	await rm(file);
	await apply({ ...at(anna, "10.86.0.22"), presharedKeyFile: file }, at(bert, "10.86.0.2"));
	expect(allowed()).toEqual({ [keyOf(3)]: ["10.86.0.2/32"] });
	expect(health.has(peersFailing)).toBe(false);
	expect(health.has(peerSecretWrong, "anna")).toBe(true);
});

test("a lost home is renewed once, then after growing pauses, with its endpoint and nudges", async () => {
	const { apply, peers, presenceOf, clock, nudged, machine } = stage();
	const home = at(anna, "10.86.0.2", "10.86.1.2");
	await apply(home, bert);
	Object.assign(peers().get(keyOf(2))!, { endpoint: "198.51.100.7:5", handshake: clock.wall - 10_000 });
	presenceOf("anna", { here: false, lastPulse: clock.now, since: clock.now });
	const renewals: number[] = [];
	for (let second = 5; second <= 200; second += 5) {
		clock.now += 5_000;
		presenceOf("bert", {});
		const before = peers().get(keyOf(2))?.born;
		await apply(home, bert);
		if (peers().get(keyOf(2))?.born !== before) renewals.push(second);
	}
	expect(renewals).toEqual([35, 45, 65, 105, 185]);
	expect(nudged).toHaveLength(10);
	expect(peers().get(keyOf(2))).toMatchObject({
		endpoint: "198.51.100.7:5",
		allowed: ["10.86.0.2/32", "10.86.1.2/32"],
	});
	expect(peers().get(keyOf(3))?.born).toBe(2);
	expect(machine.calls.filter((call) => call.includes("remove") && call.includes(keyOf(3)))).toEqual([]);
});

test.each([
	["it is here", { here: true }, 10_000],
	["its session may still be good", { here: false }, 100],
	["it was here a moment ago", { here: false, lastPulse: 990_000 }, 10_000],
	["its pulses are rare", { here: false, lastPulse: 940_000, interval: 60_000 }, 10_000],
])("a home's session is left alone while %s", async (_, presence, handshakeAge) => {
	const { apply, peers, presenceOf, clock } = stage();
	await apply(anna);
	const peer = peers().get(keyOf(2))!;
	Object.assign(peer, { endpoint: "198.51.100.7:5", handshake: clock.wall - handshakeAge });
	presenceOf("anna", { lastPulse: 0, since: 0, ...presence });
	await apply(anna);
	expect(peers().get(keyOf(2))).toBe(peer);
});

test("of many lost homes five are renewed in a run, and each has its turn before any has a second", async () => {
	const { apply, peers, presenceOf, clock } = stage();
	const many = Array.from({ length: 40 }, (_, n) => homeOf(`home-${n}`, n + 2));
	await apply(...many);
	for (const home of many) presenceOf(home.id, { here: false, lastPulse: undefined, since: 0 });
	const seen = new Set<string>();
	for (let run = 0; run < 8; run++) {
		const before = new Map([...peers()].map(([key, peer]) => [key, peer.born]));
		clock.now += 10_000;
		await apply(...many);
		const renewed = [...peers()].filter(([key, peer]) => peer.born !== before.get(key)).map(([key]) => key);
		expect(renewed).toHaveLength(5);
		for (const key of renewed) seen.add(key);
	}
	expect(seen.size).toBe(40);
});

test("10,000 homes are taken in few commands, and left alone afterwards", async () => {
	const { apply, machine, peers } = stage();
	const many = Array.from({ length: 10_000 }, (_, n) => homeOf(`home-${n}`, n + 2));
	await apply(...many);
	expect(peers().size).toBe(10_000);
	expect(machine.changesOf().length).toBeLessThan(40);
	await apply(...many);
	expect(machine.changesOf()).toEqual([]);
}, 120_000);

test("a `wg` that takes a peer and does not show it is a failure, not a silence", async () => {
	const { apply, machine, health } = stage();
	await apply(anna);
	const device = machine.links.get("hw0")!.device!;
	const set = device.peers.set.bind(device.peers);
	device.peers.set = (key, peer) => (key === keyOf(3) ? device.peers : set(key, peer));
	await apply(anna, bert);
	expect(health.list()[0]?.text).toContain("WireGuard did not take the peers of bert");
});

test("WireGuard is asked once when nothing has changed, and once more to see that a change was taken", async () => {
	const { apply, machine } = stage();
	const asked = () => machine.calls.splice(0).filter((call) => call.startsWith("wg show")).length;
	await apply(anna, bert);
	asked();
	await apply(anna, bert);
	expect(asked()).toBe(1);
	await apply(anna, bert, cora);
	expect(asked()).toBe(2);
});
