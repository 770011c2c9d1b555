import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { parseAddress, parseCidr } from "../../shared/address.ts";
import { interfaceSeen } from "../../shared/interface-look.ts";
import { type TunnelInterfaceSettings, tunnelInterface } from "../../shared/tunnel-interface.ts";
import { memoryTunnel } from "./memory-tunnel.ts";

const privateKey = Buffer.alloc(32, 1).toString("base64");
let settings: TunnelInterfaceSettings;
beforeEach(async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-look-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "key"), privateKey, { mode: 0o600 });
	settings = {
		name: "hw0",
		addresses: [parseAddress("10.86.0.1"), parseAddress("fd86:5a1e:77::1")],
		networks: [parseCidr("10.86.0.0/24"), parseCidr("fd86:5a1e:77::/64")],
		mtu: 1280,
		privateKeyFile: join(folder, "key"),
		privateKey,
	};
});

const asWanted = {
	alias: "heimweg",
	kind: "wireguard" as const,
	mtu: 1280,
	addresses: ["10.86.0.1/24", "fd86:5a1e:77::1/64"],
};

test("the loopback is seen as the system shows it, and what is not there is not seen", async () => {
	const here = (networkInterfaces().lo ?? []).map(({ cidr }) => cidr);
	expect(interfaceSeen("lo")?.addresses ?? []).toEqual(here);
	expect(interfaceSeen("hw-none")).toBeUndefined();
	// Where /sys is not shown, nothing is taken to be right.
	const empty = await mkdtemp(join(tmpdir(), "heimweg-sys-"));
	expect(interfaceSeen("lo", empty)).toBeUndefined();
	await rm(empty, { recursive: true });
});

test("an interface that is as it should be costs one look at WireGuard, and ip is not asked", async () => {
	const asked: string[] = [];
	const machine = memoryTunnel();
	await tunnelInterface(machine.run, settings, () => undefined).ensure();
	const run: typeof machine.run = async (command, args, options) => {
		asked.push([command, ...args].join(" "));
		return machine.run(command, args, options);
	};
	const tunnel = tunnelInterface(run, settings, () => asWanted);
	let peers: number | undefined;
	expect(
		await tunnel.ensure(undefined, (device) => {
			peers = device.peers.length;
		}),
	).toEqual([]);
	expect(asked).toEqual(["wg show hw0 dump"]);
	expect(peers).toBe(0);
});

test.each([
	["is not seen", undefined],
	["has another alias", { ...asWanted, alias: undefined }],
	["is of another kind", { ...asWanted, kind: "other" as const }],
	["has another MTU", { ...asWanted, mtu: 1420 }],
	["lacks an address", { ...asWanted, addresses: ["10.86.0.1/24"] }],
	["has an address more", { ...asWanted, addresses: [...asWanted.addresses, "10.9.0.1/24"] }],
	["has an address with another length", { ...asWanted, addresses: ["10.86.0.1/32", "fd86:5a1e:77::1/64"] }],
])("ip is asked of an interface that %s", async (_, seen) => {
	const asked: string[] = [];
	const machine = memoryTunnel();
	await tunnelInterface(machine.run, settings, () => undefined).ensure();
	const run: typeof machine.run = async (command, args, options) => {
		asked.push(command);
		return machine.run(command, args, options);
	};
	expect(await tunnelInterface(run, settings, () => seen).ensure()).toEqual([]);
	expect(asked).toEqual(["ip", "wg", "ip"]);
});
