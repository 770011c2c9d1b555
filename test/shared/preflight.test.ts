import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { findOverlaps } from "../../shared/overlap.ts";
import { missingPrograms, takenPorts } from "../../shared/preflight.ts";

/** As `ss -H -l -n -t -u` of iproute2 6.15 prints it. */
const sockets = `udp   UNCONN 0      0                0.0.0.0:8686      0.0.0.0:*
udp   UNCONN 0      0              10.86.0.1:8688       0.0.0.0:*
udp   UNCONN 0      0                   [::]:51820         [::]:*
tcp   LISTEN 0      511                    *:8687            *:*
tcp   LISTEN 0      100              0.0.0.0:25         0.0.0.0:*
`;
const printing =
	(text: string): RunCommand =>
	async () =>
		text;

describe("takenPorts", () => {
	const taken = (key: string, protocol: "tcp" | "udp", port: number) =>
		takenPorts(printing(sockets), [{ key, protocol, port }]);

	it("names the key of a port that another program holds on all addresses", async () => {
		expect(await taken("pulse.port", "udp", 8686)).toEqual([
			expect.stringMatching(/^pulse\.port: UDP port 8686 is in use by another program: .*"ss -lnup"/),
		]);
		expect(await taken("checkin.port", "tcp", 8687)).toHaveLength(1);
		expect(await taken("tunnel.listen_port", "udp", 51820)).toHaveLength(1);
	});

	it("says nothing of our own sockets on a tunnel address, of free ports, nor of the other protocol", async () => {
		expect(await taken("pulse.port", "udp", 8688)).toEqual([]);
		expect(await taken("pulse.port", "udp", 8689)).toEqual([]);
		expect(await taken("pulse.port", "udp", 25)).toEqual([]);
	});
});

describe("missingPrograms", () => {
	it("names each program that is not installed, and the package it is in", async () => {
		const folder = await mkdtemp(join(tmpdir(), "heimweg-path-"));
		try {
			await writeFile(join(folder, "ip"), "", { mode: 0o755 });
			await writeFile(join(folder, "nft"), "no program", { mode: 0o644 });
			expect(await missingPrograms(["wg", "ip", "nft"], `:/nowhere:${folder}`)).toEqual([
				'the program wg is needed and was not found: run "apt install wireguard-tools"',
				'the program nft is needed and was not found: run "apt install nftables"',
			]);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

describe("findOverlaps", () => {
	it("names one route for an address that the kernel made three of", async () => {
		const routes = [
			{ dst: "default", dev: "eth0" },
			{ dst: "10.86.0.77", dev: "eth0", type: "local" },
			{ dst: "10.86.0.0/24", dev: "eth0" },
			{ dst: "10.86.0.255", dev: "eth0", type: "broadcast" },
			{ dst: "10.0.0.0/8", dev: "eth1" },
			{ dst: "10.86.0.0/24", dev: "hw0" },
		];
		const run: RunCommand = async () => JSON.stringify(routes);
		expect(await findOverlaps(run, "hw0", [parseCidr("10.86.0.0/24")])).toEqual([
			{ network: "10.86.0.0/24", route: "10.86.0.0/24 on eth0" },
		]);
	});

	it("names a wider network whose addresses are right there, such as a bridge of containers, where it is asked to", async () => {
		const routes = [
			{ dst: "172.17.0.0/16", dev: "docker0", protocol: "kernel", scope: "link", prefsrc: "172.17.0.1" },
			{ dst: "172.16.0.0/12", gateway: "192.168.1.1", dev: "eth0" },
			// As wg-quick sets it: what lies behind another VPN.
			{ dst: "172.16.0.0/12", dev: "wg1", scope: "link" },
		];
		const run: RunCommand = async () => JSON.stringify(routes);
		const inside = [parseCidr("172.17.5.0/24")];
		expect(await findOverlaps(run, "hw0", inside)).toEqual([]);
		expect(await findOverlaps(run, "hw0", inside, { connected: true })).toEqual([
			{ network: "172.17.5.0/24", route: "172.17.0.0/16 on docker0" },
		]);
		expect(await findOverlaps(run, "hw0", [parseCidr("172.18.5.0/24")], { connected: true })).toEqual([]);
	});
});
