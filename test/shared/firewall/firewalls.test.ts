import { expect, test } from "vitest";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { firewalls } from "../../../shared/firewall/firewalls.ts";
import { type OpenPort, shellText } from "../../../shared/firewall/port.ts";

const ports = [
	{ protocol: "tcp", port: 25 },
	{ protocol: "udp", port: 51820 },
	{ protocol: "udp", port: 8686, on: "hw0" },
] as const;

/** Answers by command line; everything else is not installed. */
const machine =
	(answers: Record<string, string>): RunCommand =>
	async (command, args) => {
		const answer = answers[[command, ...args].join(" ")];
		if (answer === undefined) throw new CommandError(command, "no", { missing: true });
		return answer;
	};
const opens = async (answers: Record<string, string>, some: readonly OpenPort[] = ports) =>
	(await firewalls(machine(answers), some)).flatMap((one) => one.opens.map((argv) => argv.join(" ")));

const ufw = (rules: string, defaults = "deny (incoming), allow (outgoing), disabled (routed)") =>
	`Status: active
Logging: on (low)
Default: ${defaults}
New profiles: skip

To                         Action      From
--                         ------      ----
${rules}`;

test("ufw opens what it does not let in yet, and nothing when it is not active", async () => {
	const some = ufw("25/tcp                     ALLOW IN    Anywhere                   # mail\n");
	expect(await opens({ "ufw status verbose": some })).toEqual([
		"ufw allow 51820/udp",
		"ufw allow in on hw0 to any port 8686 proto udp",
	]);
	const all = ufw(`25,465/tcp (Postfix)        ALLOW IN    Anywhere                   (log)
51000:52000/udp            ALLOW IN    Anywhere
8686/udp on hw0            ALLOW IN    Anywhere
8686/udp (v6) on hw0       ALLOW IN    Anywhere (v6)
`);
	expect(await opens({ "ufw status verbose": all })).toEqual([]);
	expect(await opens({ "ufw status verbose": "Status: inactive\n" })).toEqual([]);
	const open = ufw("", "allow (incoming), allow (outgoing), disabled (routed)");
	expect(await opens({ "ufw status verbose": open })).toEqual([]);
});

test("what ufw lets in from some alone, by IPv6 alone or on another interface is not open", async () => {
	const said = ufw(`25/tcp                     ALLOW IN    192.0.2.0/24
25/tcp (v6)                ALLOW IN    Anywhere (v6)
51820/udp                  DENY IN     Anywhere
51820/udp                  ALLOW OUT   Anywhere (out)
8686/udp on eth0           ALLOW IN    Anywhere
`);
	expect(await opens({ "ufw status verbose": said })).toEqual([
		"ufw allow 25/tcp",
		"ufw prepend allow 51820/udp",
		"ufw allow in on hw0 to any port 8686 proto udp",
	]);
});

test("a rule of ufw that lets a port in goes before one that does not, by which it would be of no use", async () => {
	const said = ufw(`22/tcp                     ALLOW IN    Anywhere
25                         DENY IN     Anywhere                   # no mail past the relay
25/tcp                     ALLOW IN    Anywhere
51820/udp                  ALLOW IN    Anywhere
51820                      REJECT IN   Anywhere
Anywhere on hw0            DENY IN     Anywhere
22/tcp (v6)                ALLOW IN    Anywhere (v6)
51820/udp (v6)             ALLOW IN    Anywhere (v6)
`);
	expect(await opens({ "ufw status verbose": said })).toEqual([
		"ufw delete allow 25/tcp",
		"ufw prepend allow 25/tcp",
		"ufw prepend allow in on hw0 to any port 8686 proto udp",
	]);
	const ofIpv6 = ufw(`25/tcp                     ALLOW IN    Anywhere
25/tcp (v6)                DENY IN     Anywhere (v6)
`);
	expect(await opens({ "ufw status verbose": ofIpv6 }, ports.slice(0, 1))).toEqual([
		"ufw delete allow 25/tcp",
		"ufw prepend allow 25/tcp",
	]);
	const elsewhere = ufw(`25 on eth1                 DENY IN     Anywhere
25/tcp                     DENY IN     192.0.2.7
Anywhere on hw0            ALLOW IN    Anywhere
`);
	const onTunnel = { protocol: "tcp", port: 25, on: "hw0" } as const;
	expect(await opens({ "ufw status verbose": elsewhere }, [onTunnel])).toEqual([]);
	const wide = ufw("", "allow (incoming), allow (outgoing), disabled (routed)");
	const closed = `${wide}25/tcp                     REJECT IN   Anywhere\n`;
	expect(await opens({ "ufw status verbose": closed }, ports.slice(0, 1))).toEqual([
		"ufw prepend allow 25/tcp",
	]);
});

const outgoing = [
	{ protocol: "udp", port: 51820, out: true },
	{ protocol: "tcp", port: 25, on: "hw0", out: true },
] as const;

test("what goes out is opened where it is filtered, and named nowhere else", async () => {
	const said = ufw("", "deny (incoming), deny (outgoing), disabled (routed)");
	expect(await opens({ "ufw status verbose": said }, outgoing)).toEqual([
		"ufw allow out 51820/udp",
		"ufw allow out on hw0 to any port 25 proto tcp",
	]);
	const open = `51820/udp                  ALLOW OUT   Anywhere (out)
25/tcp                     ALLOW OUT   Anywhere on hw0            (out)
`;
	const denied = "deny (incoming), deny (outgoing), disabled (routed)";
	expect(await opens({ "ufw status verbose": ufw(open, denied) }, outgoing)).toEqual([]);
	expect(await opens({ "ufw status verbose": ufw("") }, outgoing)).toEqual([]);
	expect(await opens({ "firewall-cmd --state": "running" }, outgoing)).toEqual([]);
	const list = ruleset(chain("filter", "drop"), {
		chain: { ...chain("filter", "drop").chain, name: "output", hook: "output" },
	});
	expect(await opens({ "nft -j list ruleset": list }, outgoing)).toEqual([
		'nft insert rule inet filter output udp dport 51820 accept comment "heimweg 51820/udp out"',
		'nft insert rule inet filter output oifname "hw0" tcp dport 25 accept comment "heimweg 25/tcp out on hw0"',
	]);
});

test("firewalld opens each port for now and for good", async () => {
	expect(
		await opens({
			"firewall-cmd --state": "running",
			"firewall-cmd --list-ports": "80/tcp 25/tcp\n",
			"firewall-cmd --permanent --list-ports": "80/tcp\n",
		}),
	).toEqual([
		"firewall-cmd --permanent --add-port=25/tcp",
		"firewall-cmd --zone=block --add-port=25/tcp",
		"firewall-cmd --permanent --zone=block --add-port=25/tcp",
		"firewall-cmd --add-port=51820/udp",
		"firewall-cmd --permanent --add-port=51820/udp",
		"firewall-cmd --zone=block --add-port=51820/udp",
		"firewall-cmd --permanent --zone=block --add-port=51820/udp",
		"firewall-cmd --zone=block --add-port=8686/udp",
		"firewall-cmd --permanent --zone=block --add-port=8686/udp",
		"firewall-cmd --zone=block --add-interface=hw0",
		"firewall-cmd --permanent --zone=block --add-interface=hw0",
	]);
});

test("the tunnel is in a zone of firewalld that lets in nothing else, and that nobody else is in", async () => {
	const zoneWith = async (more: Record<string, string>) =>
		/--zone=(\w+) --add-interface=hw0/.exec(
			(await opens({ "firewall-cmd --state": "running", ...more }, ports.slice(2))).join("\n"),
		)?.[1];
	expect(await zoneWith({ "firewall-cmd --get-active-zones": "block\n  interfaces: eth1\n" })).toBe("drop");
	expect(await zoneWith({ "firewall-cmd --get-default-zone": "block\n" })).toBe("drop");
	const active = "block\n  interfaces: eth1\ndrop\n  sources: 192.0.2.0/24\n";
	expect(await zoneWith({ "firewall-cmd --get-active-zones": active })).toBe("trusted");
});

test("firewalld opens them in the zones that interfaces were given", async () => {
	expect(
		await opens({
			"firewall-cmd --state": "running",
			"ip -j -4 route show default": '[{"dst":"default","dev":"ens3"}]',
			"ip -j -6 route show default": '[{"dst":"default","dev":"ens3"}]',
			"firewall-cmd --get-zone-of-interface=ens3": "external\n",
			"firewall-cmd --get-zone-of-interface=hw0": "vpn\n",
			"firewall-cmd --permanent --zone=external --list-ports": "25/tcp\n",
		}),
	).toEqual([
		"firewall-cmd --zone=external --add-port=25/tcp",
		"firewall-cmd --zone=vpn --add-port=25/tcp",
		"firewall-cmd --permanent --zone=vpn --add-port=25/tcp",
		"firewall-cmd --zone=external --add-port=51820/udp",
		"firewall-cmd --permanent --zone=external --add-port=51820/udp",
		"firewall-cmd --zone=vpn --add-port=51820/udp",
		"firewall-cmd --permanent --zone=vpn --add-port=51820/udp",
		"firewall-cmd --zone=vpn --add-port=8686/udp",
		"firewall-cmd --permanent --zone=vpn --add-port=8686/udp",
		"firewall-cmd --zone=vpn --add-interface=hw0",
		"firewall-cmd --permanent --zone=vpn --add-interface=hw0",
	]);
});

const chain = (table: string, policy: string) => ({
	chain: { family: "inet", table, name: "input", handle: 1, type: "filter", hook: "input", prio: 0, policy },
});
const ruleset = (...objects: object[]) => JSON.stringify({ nftables: [{ metainfo: {} }, ...objects] });

test("nftables' chains that drop by default get our rules once, and the lines for their file are told", async () => {
	const rule = { rule: { family: "inet", table: "filter", chain: "input", comment: "heimweg 25/tcp" } };
	const list = ruleset(chain("filter", "drop"), rule, chain("other", "accept"), chain("heimweg", "drop"));
	const found = await firewalls(machine({ "nft -j list ruleset": list }), ports);
	const lines = [
		'udp dport 51820 accept comment "heimweg 51820/udp"',
		'iifname "hw0" udp dport 8686 accept comment "heimweg 8686/udp on hw0"',
	];
	expect(found).toEqual([
		{
			name: "nftables (inet filter, input)",
			opens: lines.map((line) => ["nft", "insert", "rule", "inet", "filter", "input", line]),
			lasts: { file: "/etc/nftables.conf", lines },
		},
	]);
});

test("a chain that lets all in by default and drops the rest with its last rule is one, too", async () => {
	const last = (...expr: object[]) => ({ rule: { family: "inet", table: "filter", chain: "input", expr } });
	const open = chain("filter", "accept");
	const opensWith = async (...rules: object[]) =>
		(await opens({ "nft -j list ruleset": ruleset(open, ...rules) })).length;
	const ssh = last({ match: {} }, { accept: null });
	expect(await opensWith(ssh, last({ counter: {} }, { drop: null }))).toBe(3);
	expect(await opensWith(ssh, last({ reject: { type: "icmpx" } }))).toBe(3);
	expect(await opensWith(ssh, last({ match: {} }, { drop: null }))).toBe(0);
	expect(await opensWith(last({ drop: null }), ssh)).toBe(0);
	expect(await opensWith()).toBe(0);
});

test("a table of iptables is changed by iptables alone, which else reads it no more", async () => {
	const table = (family: string) => ({
		chain: { ...chain("filter", "drop").chain, family, name: "INPUT" },
	});
	const there = "-i hw0 -p udp --dport 8686 -m comment --comment heimweg 8686/udp on hw0 -j ACCEPT";
	const list = ruleset(table("ip"), table("ip6"));
	const found = await firewalls(
		machine({ "nft -j list ruleset": list, [`iptables -C INPUT ${there}`]: "" }),
		ports.slice(1),
	);
	expect(found.map(({ name, opens }) => [name, opens.map(shellText)])).toEqual([
		[
			"iptables (INPUT)",
			["iptables -I INPUT -p udp --dport 51820 -m comment --comment 'heimweg 51820/udp' -j ACCEPT"],
		],
		[
			"ip6tables (INPUT)",
			[
				"ip6tables -I INPUT -p udp --dport 51820 -m comment --comment 'heimweg 51820/udp' -j ACCEPT",
				"ip6tables -I INPUT -i hw0 -p udp --dport 8686 -m comment --comment 'heimweg 8686/udp on hw0' -j ACCEPT",
			],
		],
	]);
	expect(found[0]?.lasts).toEqual({
		file: "/etc/iptables/rules.v4",
		lines: ['-I INPUT -p udp --dport 51820 -m comment --comment "heimweg 51820/udp" -j ACCEPT'],
	});
});

test("nothing is made of an output that is none, nor of rules that a firewall program keeps", async () => {
	expect(await opens({ "nft -j list ruleset": "{" })).toEqual([]);
	const kept = { chain: { ...chain("filter", "drop").chain, family: "ip", name: "INPUT" } };
	const all = ufw("25,51820,8686             ALLOW IN    Anywhere\n");
	expect(await opens({ "nft -j list ruleset": ruleset(kept), "ufw status verbose": all })).toEqual([]);
	// One beside it is its owner's own.
	const both = ruleset(kept, chain("mine", "drop"));
	expect(await opens({ "nft -j list ruleset": both, "ufw status verbose": all })).toHaveLength(3);
});
