import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { parseAddress, parseCidr } from "../../shared/address.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { ConfigError } from "../../shared/errors.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import {
	refuseForeignInterface,
	removeTunnelInterface,
	type TunnelInterfaceSettings,
	tunnelInterface,
} from "../../shared/tunnel-interface.ts";
import { keyOf } from "../relay-side/homes/examples.ts";
import { type MemoryLink, memoryTunnel, wireguardLink } from "./memory-tunnel.ts";

const privateKey = Buffer.alloc(32, 7).toString("base64");
const otherKey = Buffer.alloc(32, 8).toString("base64");

let settings: TunnelInterfaceSettings;
beforeEach(async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-tunnel-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const privateKeyFile = join(folder, "key");
	await writeFile(privateKeyFile, privateKey, { mode: 0o600 });
	settings = {
		name: "hw0",
		addresses: [parseAddress("10.86.0.2"), parseAddress("fd86::2")],
		networks: [parseCidr("10.86.0.0/24"), parseCidr("fd86::/64")],
		mtu: 1280,
		listenPort: 51820,
		privateKey,
		privateKeyFile,
	};
});

function stage(link?: MemoryLink, options?: Parameters<typeof memoryTunnel>[0]) {
	const machine = memoryTunnel(options);
	if (link) machine.links.set("hw0", link);
	const tunnel = tunnelInterface(machine.run, settings);
	return { machine, tunnel, link: () => machine.links.get("hw0")! };
}

/** A tun device as wireguard-go makes it. */
const tunLink = (changes: Partial<MemoryLink> = {}) => wireguardLink({ kind: "tun", ...changes });

test("a missing interface is made, marked, and set up; the second time there is nothing to do", async () => {
	const { machine, tunnel, link } = stage();
	expect(await tunnel.ensure()).toEqual([
		"interface made",
		"key set",
		"port 51820 set",
		"address 10.86.0.2/24 set",
		"address fd86::2/64 set",
		"MTU 1280 set",
		"interface up",
	]);
	expect(link()).toMatchObject({
		alias: "heimweg",
		mtu: 1280,
		up: true,
		addresses: ["10.86.0.2/24", "fd86::2/64"],
	});
	expect(link().device).toMatchObject({ privateKey, port: 51820 });
	machine.changesOf();
	expect(await tunnel.ensure()).toEqual([]);
	expect(machine.changesOf()).toEqual([]);
	expect(machine.calls.join("\n")).not.toContain(privateKey);
});

test("what one thing changed by hand makes wrong is put right, and its peers and their sessions stay", async () => {
	const { tunnel, link, machine } = stage();
	await tunnel.ensure();
	await machine.run("wg", ["set", "hw0", "peer", keyOf(2), "allowed-ips", "10.86.0.1/32"]);
	const damages: Array<[() => void, string[]]> = [
		[() => Object.assign(link(), { mtu: 1420 }), ["MTU 1280 set"]],
		[() => Object.assign(link(), { up: false }), ["interface up"]],
		[() => Object.assign(link(), { addresses: ["10.86.0.2/24"] }), ["address fd86::2/64 set"]],
		[
			() => Object.assign(link(), { addresses: ["10.86.0.2/32", "fd86::2/64"] }),
			["address 10.86.0.2/24 set"],
		],
		[() => link().addresses.push("10.99.0.1/24"), []],
		[() => Object.assign(link().device!, { port: 7 }), ["port 51820 set"]],
		[() => Object.assign(link().device!, { privateKey: otherKey }), ["key set"]],
	];
	for (const [damage, repairs] of damages) {
		damage();
		expect(await tunnel.ensure()).toEqual(repairs);
		expect(link()).toMatchObject({ mtu: 1280, up: true });
		expect([...link().addresses].sort()).toEqual(["10.86.0.2/24", "fd86::2/64"]);
		expect(link().device).toMatchObject({ privateKey, port: 51820 });
		expect(link().device?.peers.get(keyOf(2))?.born).toBe(1);
	}
});

test("a link-local address, which the kernel gives, is left alone", async () => {
	const { tunnel, link } = stage();
	await tunnel.ensure();
	link().addresses.push("fe80::1/64");
	expect(await tunnel.ensure()).toEqual([]);
	expect(link().addresses).toContain("fe80::1/64");
});

test("a home without a port of its own leaves the one that WireGuard chose", async () => {
	settings = { ...settings, listenPort: undefined };
	const { tunnel, link } = stage();
	link;
	await tunnel.ensure();
	link().device!.port = 40_000;
	expect(await tunnel.ensure()).toEqual([]);
	expect(link().device?.port).toBe(40_000);
});

test.each([
	["wireguard-go's new one", () => tunLink()],
	["one that we were killed over", () => wireguardLink()],
])("a blank interface, %s, is taken over", async (_, make) => {
	const { tunnel, link, machine } = stage(make(), { kernel: false });
	await refuseForeignInterface(machine.run, "hw0", 0);
	expect((await tunnel.ensure())[0]).toBe("interface taken over");
	expect(link().alias).toBe("heimweg");
});

const peers = new Map([[keyOf(5), { allowed: [], handshake: 0, keepalive: 0, born: 1 }]]);
const foreigners: Array<[string, () => MemoryLink]> = [
	["a VPN with a key", () => wireguardLink({ device: { privateKey: otherKey, port: 5, peers: new Map() } })],
	["a VPN with a peer and no key yet", () => wireguardLink({ device: { port: 5, peers: new Map(peers) } })],
	["another program's tun device", () => tunLink({ device: undefined })],
	["a bridge", () => wireguardLink({ kind: "bridge", device: undefined })],
	[
		"a bridge that somebody gave our mark",
		() => wireguardLink({ kind: "bridge", alias: "heimweg", device: undefined }),
	],
	[
		"a VPN marked by somebody else",
		() => wireguardLink({ alias: "mine", device: { privateKey: otherKey, port: 5, peers: new Map() } }),
	],
];

test.each(foreigners)("%s of our name is refused, and stays exactly as it is", async (_, make) => {
	const before = make();
	const { tunnel, link, machine } = stage(make());
	await expect(refuseForeignInterface(machine.run, "hw0", 0)).rejects.toThrow(ConfigError);
	await expect(refuseForeignInterface(machine.run, "hw0", 0)).rejects.toThrow('"ip link del hw0"');
	await expect(tunnel.ensure()).rejects.toThrow("that heimweg did not make");
	await expect(removeTunnelInterface(machine.run, "hw0")).rejects.toThrow(ConfigError);
	expect(link()).toEqual(before);
	expect(machine.changesOf()).toEqual([]);
});

test("wireguard-go gets a moment to answer for the device that it has just made", async () => {
	const { machine, link } = stage(tunLink({ device: undefined }));
	const waiting = refuseForeignInterface(machine.run, "hw0", 30_000);
	setTimeout(() => {
		link().device = { port: 0, peers: new Map() };
	}, 150);
	await waiting;
});

test("ours is known again after a restart, whoever made it, and removed by down; missing is fine", async () => {
	for (const kind of ["wireguard", "tun"]) {
		const { machine } = stage(
			wireguardLink({
				kind,
				alias: "heimweg",
				device: { privateKey: otherKey, port: 5, peers: new Map(peers) },
			}),
		);
		await refuseForeignInterface(machine.run, "hw0", 0);
		await removeTunnelInterface(machine.run, "hw0");
		expect(machine.links.size).toBe(0);
		await removeTunnelInterface(machine.run, "hw0");
		await refuseForeignInterface(machine.run, "hw0", 0);
	}
});

test("where wireguard-go is installed already, nobody is told to install it", async () => {
	const { tunnel } = stage(undefined, { kernel: false, wireguardGo: true });
	await expect(tunnel.ensure()).rejects.toMatchObject({
		remedy: expect.stringMatching(/^look at "systemctl status heimweg-wireguard-go@hw0"/),
	});
});

test("a kernel without WireGuard, and a lack of privileges, are told with what to do", async () => {
	await expect(stage(undefined, { kernel: false }).tunnel.ensure()).rejects.toMatchObject({
		message: expect.stringContaining("wireguard-go has not made it"),
		remedy: expect.stringContaining("apt install wireguard-go"),
	});
	await expect(stage(undefined, { privileged: false }).tunnel.ensure()).rejects.toMatchObject({
		remedy: expect.stringContaining("CAP_NET_ADMIN"),
	});
});

test("a wireguard-go that died and left its device is told with the unit to look at", async () => {
	const { tunnel } = stage(tunLink({ alias: "heimweg", device: undefined }));
	await expect(tunnel.ensure()).rejects.toMatchObject({
		remedy: expect.stringContaining("heimweg-wireguard-go@hw0"),
	});
});

test("an interface that was deleted under us is made anew", async () => {
	const { tunnel, machine, link } = stage();
	await tunnel.ensure();
	machine.links.delete("hw0");
	expect((await tunnel.ensure())[0]).toBe("interface made");
	expect(publicKeyOf(link().device?.privateKey ?? "")).toBe(publicKeyOf(privateKey));
});

test("an interrupted run does nothing", async () => {
	const { tunnel, machine } = stage();
	await expect(tunnel.ensure(AbortSignal.abort())).rejects.toThrow();
	expect(machine.links.size).toBe(0);
});

test("a port that another program holds is told with its user, and what root runs to see it", async () => {
	const { machine } = stage();
	const held: RunCommand = async (command, args, options) => {
		if (command === "ss") return "UNCONN 0 0 0.0.0.0:51820 0.0.0.0:* uid:65534 ino:1 sk:1";
		if (!args.includes("listen-port")) return machine.run(command, args, options);
		throw new CommandError("wg", "", { stderr: "Unable to modify interface: Address already in use" });
	};
	await expect(tunnelInterface(held, settings).ensure()).rejects.toMatchObject({
		message: 'UDP port 51820 is held by another program of the user "nobody"',
		remedy: expect.stringContaining("run \"ss -ulnpe 'sport = :51820'\" as root"),
	});
});
