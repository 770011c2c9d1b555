import { execFileSync } from "node:child_process";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseCidr } from "../../shared/address.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { ConfigError } from "../../shared/errors.ts";
import { createGuard, guardRules } from "../../shared/guard.ts";
import { findOverlaps } from "../../shared/overlap.ts";
import { useNamespace } from "./use-namespace.ts";

const networks = [parseCidr("10.86.0.0/24"), parseCidr("fd86::/64")];

test("the rules are one transaction that replaces the table, for both families", () => {
	const lines = guardRules("hw0", networks).trim().split("\n");
	expect(lines.slice(0, 3)).toEqual([
		'add table inet heimweg { comment "made by heimweg"; }',
		"delete table inet heimweg",
		'add table inet heimweg { comment "made by heimweg"; }',
	]);
	expect(lines).toContain(
		'add rule inet heimweg prerouting iifname != { "hw0", "lo" } ip saddr 10.86.0.0/24 drop',
	);
	expect(lines).toContain(
		'add rule inet heimweg prerouting iifname != { "hw0", "lo" } ip6 daddr fd86::/64 drop',
	);
});

test("no privileges are told with what to do", async () => {
	const denied: RunCommand = async () => {
		const stderr = "Error: Could not process rule: Operation not permitted";
		throw new CommandError("nft", `"nft" failed: ${stderr}`, { stderr });
	};
	const guard = createGuard({ run: denied, interface: "hw0", networks });
	await expect(guard.ensure()).rejects.toMatchObject({ remedy: expect.stringContaining("CAP_NET_ADMIN") });
});

const chain = {
	chain: "example",
	hook: "input" as const,
	sets: { seen: "type ipv4_addr; flags dynamic,timeout; timeout 5s;" },
	rules: ["ip saddr @seen accept"],
};

test("a part's chain comes with its sets, and its rules after both", () => {
	const text = guardRules("hw0", networks, [{ chain: "prerouting", rule: "tcp dport 9 drop" }, chain]);
	expect(text.trim().split("\n").slice(-4)).toEqual([
		"add rule inet heimweg prerouting tcp dport 9 drop",
		"add set inet heimweg seen { type ipv4_addr; flags dynamic,timeout; timeout 5s; }",
		"add chain inet heimweg example { type filter hook input priority -300; policy accept; }",
		"add rule inet heimweg example ip saddr @seen accept",
	]);
});

test("where the kernel does not take a part's chain the guard stands without it; what else fails is told", async () => {
	const refuses = (pattern: RegExp) => {
		const applied: string[] = [];
		const run: RunCommand = async (_, args, { input = "" } = {}) => {
			if (args.includes("list")) return applied.length > 0 ? 'comment "made by heimweg"' : "";
			const stderr = "Error: Could not process rule: Operation not supported";
			if (pattern.test(input)) throw new CommandError("nft", `"nft" failed: ${stderr}`, { stderr });
			applied.push(input);
			return "";
		};
		const listed: RunCommand = async (command, args, options) => {
			if (!args.includes("list") || applied.length > 0) return run(command, args, options);
			throw new CommandError("nft", "no table", { stderr: "No such file or directory" });
		};
		return { applied, guard: createGuard({ run: listed, interface: "hw0", networks, rules: () => [chain] }) };
	};
	const without = refuses(/dynamic/);
	expect(await without.guard.ensure()).toBe(true);
	expect(without.applied).toHaveLength(1);
	expect(without.applied[0]).toContain("ip6 daddr fd86::/64 drop");
	expect(await without.guard.ensure(), "it is not set again and again").toBe(false);
	await expect(refuses(/./).guard.ensure()).rejects.toThrow("Operation not supported");
});

test("other wishes are set, once, and are nobody else's change", async () => {
	const applied: string[] = [];
	const run: RunCommand = async (_, args, { input = "" } = {}) => {
		if (args.includes("list")) return `comment "made by heimweg" ${applied.length}`;
		applied.push(input);
		return "";
	};
	let port = 9;
	const rules = () => [{ chain: "prerouting" as const, rule: `tcp dport ${port} drop` }];
	const guard = createGuard({ run, interface: "hw0", networks, rules });
	await guard.ensure();
	port = 10;
	expect(await guard.ensure()).toBe(false);
	expect(applied.at(-1)).toContain("tcp dport 10 drop");
	expect(await guard.ensure()).toBe(false);
	expect(applied).toHaveLength(2);
	applied.push("somebody else's");
	expect(await guard.ensure()).toBe(true);
});

// The real nft and ip, in network namespaces that this test makes and removes.
const root = process.getuid?.() === 0;
describe.skipIf(!root)("in a network of its own", () => {
	const { name: here, run, sh } = useNamespace("guard");
	const { name: neighbour, sh: shThere } = useNamespace("next");

	/** True when a datagram from the neighbour, with this source address, reaches a program here. */
	function arrives(source: string, target: string): boolean {
		const six = target.includes(":");
		const listener = `
			const s = require("node:dgram").createSocket("${six ? "udp6" : "udp4"}");
			s.on("message", () => { console.log("heard"); process.exit(0); });
			s.bind(9999, "${target}", () => {
				require("node:child_process").execFileSync("ip", ["netns", "exec", "${neighbour}", process.execPath, "-e",
					'const s = require("node:dgram").createSocket("${six ? "udp6" : "udp4"}"); s.bind(0, "${source}", () => s.send("x", 9999, "${target}", () => process.exit(0)))']);
				setTimeout(() => { console.log("silence"); process.exit(0); }, 1000);
			});`;
		const text = execFileSync("ip", ["netns", "exec", here, process.execPath, "-e", listener], {
			encoding: "utf8",
			timeout: 30_000,
		});
		return text.trim() === "heard";
	}

	beforeAll(() => {
		execFileSync("ip", [
			"-n",
			here,
			"link",
			"add",
			"eth0",
			"type",
			"veth",
			"peer",
			"eth0",
			"netns",
			neighbour,
		]);
		sh(
			"ip link set eth0 up; ip address add 192.0.2.1/24 dev eth0; ip link add hw0 type bridge; ip link set hw0 up; ip address add 10.86.0.1/24 dev hw0; ip address add fd86::1/64 dev hw0 nodad",
		);
		shThere(
			"ip link set eth0 up; ip address add 192.0.2.2/24 dev eth0; ip address add 10.86.0.2/32 dev eth0; ip address add fd86::2/128 dev eth0 nodad; ip route add 10.86.0.1 via 192.0.2.1; ip route add fd86::1 dev eth0",
		);
	}, 60_000);
	beforeEach(() => {
		sh("nft delete table inet heimweg 2>/dev/null || true");
	});

	const guard = () => createGuard({ run, interface: "hw0", networks });

	test("a neighbour on the LAN can forge a tunnel address without the guard, and not with it", async () => {
		expect(arrives("10.86.0.2", "10.86.0.1")).toBe(true);
		await guard().ensure();
		expect(arrives("10.86.0.2", "10.86.0.1")).toBe(false);
		expect(arrives("192.0.2.2", "10.86.0.1")).toBe(false);
		expect(arrives("192.0.2.2", "192.0.2.1")).toBe(true);
	}, 60_000);

	test("what would leave for a tunnel address by another interface is rejected, and what is local works", async () => {
		await guard().ensure();
		sh("ip route add 10.86.0.0/25 via 192.0.2.2");
		try {
			expect(() =>
				sh(
					`${process.execPath} -e 'const s = require("node:dgram").createSocket("udp4"); s.send("x", 9, "10.86.0.7", (e) => process.exit(e ? 1 : 0))'`,
				),
			).toThrow();
		} finally {
			sh("ip route del 10.86.0.0/25");
		}
		expect(arrives("192.0.2.2", "192.0.2.1")).toBe(true);
	}, 60_000);

	test("the table is set once, left alone while it stands, and repaired when it was changed or deleted", async () => {
		const one = guard();
		expect(await one.ensure()).toBe(true);
		expect(await one.ensure()).toBe(false);
		sh("nft flush chain inet heimweg prerouting");
		expect(await one.ensure()).toBe(true);
		expect(sh("nft list table inet heimweg")).toContain("fd86::/64 drop");
		sh("nft delete table inet heimweg");
		expect(await one.ensure()).toBe(true);
		expect(await one.ensure()).toBe(false);
		// After a restart it is set once more, since its rules may be an older version's.
		expect(await guard().ensure()).toBe(true);
	}, 60_000);

	test("a table of our name that is not ours is refused, and neither changed nor removed", async () => {
		sh("nft add table inet heimweg; nft add chain inet heimweg mine");
		await expect(guard().ensure()).rejects.toThrow(ConfigError);
		await expect(guard().refuseForeign()).rejects.toThrow('"nft delete table inet heimweg"');
		await expect(guard().remove()).rejects.toThrow(ConfigError);
		expect(sh("nft list table inet heimweg")).toContain("chain mine");
	}, 60_000);

	test("other tables stay as they are, and removing twice is fine", async () => {
		sh("nft add table inet firewall; nft add chain inet firewall c; nft add rule inet firewall c accept");
		const before = sh("nft list table inet firewall");
		const one = guard();
		await one.ensure();
		await one.remove();
		await one.remove();
		await one.refuseForeign();
		expect(sh("nft list tables").trim()).toBe("table inet firewall");
		expect(sh("nft list table inet firewall")).toBe(before);
	}, 60_000);

	test("a route inside the tunnel's network is found; a wider one and the tunnel's own do no harm", async () => {
		expect(await findOverlaps(run, "hw0", networks)).toEqual([]);
		sh(
			"ip route add 10.0.0.0/8 via 192.0.2.2; ip route add default via 192.0.2.2; ip -6 route add unreachable default metric 4000; ip route add blackhole 198.18.0.0/15",
		);
		expect(await findOverlaps(run, "hw0", networks)).toEqual([]);
		expect(await findOverlaps(run, "hw1", networks)).toMatchObject([
			{ network: "10.86.0.0/24", route: expect.stringContaining("hw0") },
			{ network: "fd86::/64", route: expect.stringContaining("hw0") },
		]);
		sh("ip route add 10.86.0.128/25 via 192.0.2.2 table 77; ip -6 route add fd86::7 dev eth0");
		expect(await findOverlaps(run, "hw0", networks)).toEqual([
			{ network: "10.86.0.0/24", route: "10.86.0.128/25 on eth0" },
			{ network: "fd86::/64", route: "fd86::7/128 on eth0" },
		]);
		expect(await findOverlaps(run, "hw0", [parseCidr("192.0.2.0/24")])).toMatchObject([
			{ network: "192.0.2.0/24" },
		]);
		expect(await findOverlaps(run, "hw0", [parseCidr("172.16.0.0/24")])).toEqual([]);
	}, 60_000);
});
