import { expect, test } from "vitest";
import { doveadmUsers } from "../../agent/recipients/doveadm.ts";
import { postfixTable } from "../../agent/recipients/postfix-table.ts";
import { parseEntries } from "../../relay-side/postfix/entry.ts";
import { queuedAmong } from "../../relay-side/postfix/queue.ts";
import { parseCidr } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { findOverlaps } from "../../shared/overlap.ts";
import { parseQueued, type QueuedMessage } from "../../shared/postfix/queue.ts";
import { readPostfix } from "../../shared/postfix/settings.ts";
import { takenPorts } from "../../shared/preflight.ts";
import { damagedJson, damagedLines } from "./damage.ts";

/** What programs print, one thing damaged at a time: each reader still reads everything else. */

const printing =
	(text: string): RunCommand =>
	async () =>
		text;

/** `ip -j route show table all` (iproute2 6.1), shortened. */
const routes = `[{"dst":"default","gateway":"192.168.178.1","dev":"eth0","flags":[]},
{"dst":"10.86.0.0/24","dev":"br0","protocol":"kernel","scope":"link","prefsrc":"10.86.0.1","flags":[]},
{"type":"local","dst":"10.87.0.9","dev":"eth1","table":"local","flags":[]},
{"type":"broadcast","dst":"192.168.178.255","dev":"eth0","table":"local","flags":[]}]`;

test("ip's routes: an odd one hides no overlap", async () => {
	const networks = [parseCidr("10.86.0.0/24"), parseCidr("10.87.0.0/24")];
	const find = (text: string) => findOverlaps(async () => text, "hw0", networks);
	const whole = await find(routes);
	expect(whole.map(({ route }) => route)).toEqual(["10.86.0.0/24 on br0", "10.87.0.9/32 on eth1"]);
	for (const { text, path } of damagedJson(routes)) {
		const found = (await find(text)).map(({ network }) => network);
		for (const [at, { network }] of whole.entries()) if (path[0] !== at + 1) expect(found).toContain(network);
	}
	const odd = await find(routes.replace('"10.87.0.9"', '"192.0.2.1/24"'));
	expect(odd.map(({ network }) => network)).toEqual(["10.86.0.0/24"]);
});

/** Lines of `postqueue -j` (Postfix 3.7). */
const queue = `{"queue_name": "deferred", "queue_id": "4XyZ1a2b3c", "arrival_time": 1767225600, "message_size": 512, "forced_expire": false, "sender": "x@there.example", "recipients": [{"address": "anna@example.org", "delay_reason": "connect to 10.86.0.2: Connection timed out"}]}
{"queue_name": "active", "queue_id": "7B2D31", "arrival_time": 1767225601, "message_size": 512, "sender": "", "recipients": [{"address": "bert@example.net"}, {"address": "carl@example.com"}]}
`;

test("postqueue's lines: a damaged message is there all the same, and marked, and the others are as before", () => {
	const whole = queue.split("\n").filter(Boolean);
	for (const { text, line } of damagedLines(queue, ", ")) {
		const found = text.split("\n").map((one) => parseQueued(one));
		for (const [at, other] of whole.entries())
			if (at !== line) expect(found).toContainEqual(parseQueued(other));
	}
	for (const line of whole) {
		const good = parseQueued(line);
		expect(good.unread).toBeUndefined();
		for (const { text, path } of damagedJson(line)) {
			const found = parseQueued(text);
			expect(found.queue_id).toMatch(/^[0-9A-Za-z]*$/);
			expect(Number.isFinite(found.arrival_time)).toBe(true);
			if (path[0] === "message_size" || path[0] === "sender") expect(found).toEqual(good);
			const kept = ["queue_id", "queue_name", "recipients"] as const;
			for (const key of kept) {
				const idLost = found.queue_id === "" && key !== "recipients";
				if (path[0] !== key && !idLost) expect(found[key]).toEqual(good[key]);
			}
		}
	}
});

test("a message that cannot be read waits for every domain: none is left to be refused on its account", async () => {
	const domains = new Set(["example.org", "example.net"]);
	async function* messages(...lines: string[]): AsyncGenerator<QueuedMessage> {
		for (const line of lines) yield parseQueued(line);
	}
	const [first = "", second = ""] = queue.split("\n");
	expect(await queuedAmong(domains, messages(first))).toEqual(new Set(["example.org"]));
	for (const odd of [
		"garbage",
		"null",
		"[]",
		"7",
		first.slice(0, 100),
		first.replace('"anna@example.org"', "9"),
	])
		expect(await queuedAmong(domains, messages(odd, second))).toEqual(domains);
});

test("what a mail server said reaches nobody's terminal with control characters", () => {
	const [line = ""] = queue.split("\n");
	const said = parseQueued(line.replace("Connection", "\\u001b]0;owned\\u0007\\r\\nConnection"));
	expect(said.recipients[0]?.delay_reason).toBe("connect to 10.86.0.2: ?]0;owned? Connection timed out");
});

/** `postmap -s lmdb:relay_recipients` and `postmap -s hash:/etc/aliases`. */
const entries = "anna@example.org\theimweg\nbert@example.org\theimweg\n@example.net\theimweg\n";

test("postmap's entries: a damaged line costs itself, and no key is made up", async () => {
	const keys = ["anna@example.org", "bert@example.org", "@example.net"];
	for (const { text, line } of damagedLines(entries, "\t")) {
		const found = [...parseEntries(text).keys()];
		const named = await postfixTable("hash:/x", printing(text)).read();
		for (const [at, key] of keys.entries()) if (at !== line) expect(found).toContain(key);
		for (const [at, key] of keys.entries()) if (at !== line) expect(named).toContain(key);
	}
	expect(await postfixTable("hash:/x", printing("anna@example.orgX\nbert\tx\n")).read()).toEqual(["bert"]);
});

test("doveadm's users: a damaged line costs itself", async () => {
	const users = "anna@example.org\nbert\ncarl@example.net\n";
	for (const { text, line } of damagedLines(users, "@")) {
		const at = { passwd: "/dev/null", opened: async () => false };
		const found = await doveadmUsers(printing(text), at).read();
		for (const [at, user] of users.split("\n").filter(Boolean).entries())
			if (at !== line) expect(found).toContain(user);
	}
});

test("postconf's settings: a damaged line costs itself", async () => {
	const settings =
		"mynetworks = 127.0.0.0/8\nrelayhost =\nsmtpd_relay_restrictions = permit_mynetworks, reject\n";
	const read = (text: string) =>
		readPostfix(
			async (_, args) => (args.includes("mail_version") ? "3.7.11\n" : args.includes("-n") ? text : ""),
			{ parameters: ["mynetworks", "relayhost", "smtpd_relay_restrictions"], expanded: [] },
		);
	const whole = [...(await read(settings)).set];
	expect(whole).toHaveLength(3);
	for (const { text, line } of damagedLines(settings, " = ")) {
		const { set } = await read(text);
		for (const [at, [name, value]] of whole.entries()) if (at !== line) expect(set.get(name)).toBe(value);
	}
});

test("ss's sockets: a damaged line hides no other", async () => {
	const sockets = `udp   UNCONN 0      0                0.0.0.0:8686      0.0.0.0:*
tcp   LISTEN 0      511                    *:8687            *:*
udp   UNCONN 0      0                   [::]:51820         [::]:*
`;
	const ports = [
		{ key: "a", protocol: "udp", port: 8686 },
		{ key: "b", protocol: "tcp", port: 8687 },
		{ key: "c", protocol: "udp", port: 51820 },
	] as const;
	for (const { text, line } of damagedLines(sockets, " ")) {
		const found = await takenPorts(printing(text), [...ports]);
		for (const [at, { key }] of ports.entries())
			if (at !== line) expect(found.some((problem) => problem.startsWith(`${key}:`))).toBe(true);
	}
});
