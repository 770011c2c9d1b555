import { expect, test } from "vitest";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { firewalls } from "../../shared/firewall.ts";

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
const opens = async (answers: Record<string, string>) =>
	(await firewalls(machine(answers), ports)).flatMap((one) => one.opens.map((argv) => argv.join(" ")));

test("ufw opens what it does not let in yet, and nothing when it is not active", async () => {
	const said =
		"Status: active\n\nTo        Action  From\n--        ------  ----\n25/tcp    ALLOW   Anywhere\n";
	expect(await opens({ "ufw status": said })).toEqual([
		"ufw allow 51820/udp",
		"ufw allow in on hw0 to any port 8686 proto udp",
	]);
	const open = `${said}51820/udp    ALLOW   Anywhere\n8686/udp on hw0    ALLOW   Anywhere\n`;
	expect(await opens({ "ufw status": open })).toEqual([]);
	expect(await opens({ "ufw status": "Status: inactive\n" })).toEqual([]);
});

test("firewalld opens each port for now and for good", async () => {
	expect(
		await opens({
			"firewall-cmd --state": "running",
			"firewall-cmd --query-port=25/tcp": "yes",
			"firewall-cmd --permanent --query-port=25/tcp": "no",
		}),
	).toEqual([
		"firewall-cmd --permanent --add-port=25/tcp",
		"firewall-cmd --add-port=51820/udp",
		"firewall-cmd --permanent --add-port=51820/udp",
		"firewall-cmd --zone=trusted --add-interface=hw0",
		"firewall-cmd --permanent --zone=trusted --add-interface=hw0",
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

test("nothing is made of an output that is none, nor of rules that a firewall program keeps", async () => {
	expect(await opens({ "nft -j list ruleset": "{" })).toEqual([]);
	const list = ruleset(chain("ufw", "drop"));
	expect(
		await opens({
			"nft -j list ruleset": list,
			"ufw status":
				"Status: active\n25/tcp ALLOW Anywhere\n51820/udp ALLOW Anywhere\n8686/udp on hw0 ALLOW Anywhere\n",
		}),
	).toEqual([]);
});
