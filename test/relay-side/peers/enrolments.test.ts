import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { EnrolmentPeer, Home, Peers } from "../../../relay-side/facts.ts";
import { silentFor } from "../../../relay-side/peers/enrolments.ts";
import { createPeers } from "../../../relay-side/peers/peers.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";
import type { CommandOptions } from "../../../shared/command.ts";
import { tunnelInterface } from "../../../shared/tunnel-interface.ts";
import { memoryTunnel } from "../../shared/memory-tunnel.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf, keyOf } from "../homes/examples.ts";

const privateKey = Buffer.alloc(32, 7).toString("base64");

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-enrolments-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "key"), privateKey, { mode: 0o600 });
	await writeFile(join(folder, "preshared"), Buffer.alloc(32, 8).toString("base64"), { mode: 0o600 });
});

function stage() {
	const machine = memoryTunnel();
	const homes = new Map<string, Home>();
	const clock = { now: 1_000_000, wall: 2_000_000_000 };
	let asking: readonly EnrolmentPeer[] = [];
	let told: Peers | undefined;
	const renewed: string[] = [];
	const run = (command: string, args: readonly string[], options?: CommandOptions) => {
		if (command === "wg" && args.includes("remove") && args.includes("allowed-ips")) renewed.push(args[3]!);
		return machine.run(command, args, options);
	};
	const duty = createPeers({
		device: tunnelInterface(run, {
			name: "hw0",
			addresses: [parseAddress("10.86.0.1")],
			networks: [parseCidr("10.86.0.0/16")],
			mtu: 1280,
			privateKey,
			privateKeyFile: join(folder, "key"),
		}),
		homes: () => homes,
		enrolments: () => asking,
		onPeers(peers) {
			told = peers;
		},
		presence: () => undefined,
		nudge() {},
		onUp() {},
		health: silentHealth(),
		log: silent,
		now: () => clock.now,
		wallClock: () => clock.wall,
	});
	onTestFinished(() => duty.stop());
	return {
		machine,
		homes,
		clock,
		renewed,
		peers: () => machine.links.get("hw0")!.device!.peers,
		told: () => told!,
		async look(...wanted: EnrolmentPeer[]) {
			asking = wanted;
			duty.poke(undefined, { urgent: true });
			await duty.settled();
			return asking;
		},
	};
}

const peerAt = (number: number, address: string, file = "preshared"): EnrolmentPeer => ({
	publicKey: keyOf(number),
	address: parseAddress(address),
	presharedKeyFile: join(folder, file),
});

test("who may ask to join is a peer with one address and a preshared key, and is none when it may no more", async () => {
	const { look, peers, told, homes } = stage();
	homes.set("anna", homeOf("anna", 2));
	const asked = await look(peerAt(50, "10.86.0.254"));
	expect(peers().get(keyOf(50))).toMatchObject({
		allowed: ["10.86.0.254/32"],
		presharedKey: expect.any(String),
	});
	expect(told().enrolments).toBe(asked);
	expect([told().has(keyOf(50)), told().has(keyOf(2)), told().has(keyOf(3))]).toEqual([true, true, false]);
	await look();
	expect([...peers().keys()]).toEqual([keyOf(2)]);
	expect(told().has(keyOf(50))).toBe(false);
});

test("nobody may ask without a preshared key, nor at a home's address or with its key", async () => {
	const { look, peers, homes } = stage();
	const anna = homeOf("anna", 2);
	homes.set("anna", anna);
	await look(peerAt(50, "10.86.0.254", "missing"), peerAt(51, anna.addresses[0]!), {
		...peerAt(52, "10.86.0.253"),
		publicKey: anna.publicKey,
	});
	expect([...peers().keys()]).toEqual([anna.publicKey]);
	expect(peers().get(anna.publicKey)?.allowed).toEqual([`${anna.addresses[0]}/32`]);
});

test("a silent one is made anew each minute, so that a machine from the past is heard; one that speaks is not", async () => {
	const { look, clock, renewed, peers } = stage();
	const peer = peerAt(50, "10.86.0.254");
	for (let second = 0; second <= 185; second += 5) {
		await look(peer);
		clock.now += 5_000;
		clock.wall += 5;
	}
	expect(renewed).toEqual([keyOf(50), keyOf(50), keyOf(50)]);
	peers().get(keyOf(50))!.handshake = clock.wall - 10;
	clock.now += silentFor;
	await look(peer);
	expect(renewed).toHaveLength(3);
});
