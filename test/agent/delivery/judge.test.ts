import { describe, expect, test } from "vitest";
import * as conditions from "../../../agent/delivery/conditions.ts";
import { type Home, judge } from "../../../agent/delivery/judge.ts";
import { lookAtPostfix } from "../../../agent/delivery/look.ts";
import { parseAddress } from "../../../shared/address.ts";
import { type Configured, configured } from "../../shared/postfix/configured.ts";

const address = (text: string) => parseAddress(text);

const home: Home = {
	domains: ["example.org"],
	recipients: new Map([["example.org", ["anna@example.org", "bert@example.org"]]]),
	own: [address("10.86.0.2"), address("fd86::2")],
	destination: { address: address("10.86.0.2"), port: 25 },
	relays: [address("10.86.0.1"), address("fd86::1")],
	throughRelay: true,
};

/** A home that was set up as it should be, with its users as recipients. */
const well = {
	values: {
		config_directory: "/etc/postfix",
		mydestination: "mail.example.org, example.org, localhost",
		inet_interfaces: "all",
		inet_protocols: "all",
		local_recipient_maps: "proxy:unix:passwd.byname hash:/etc/aliases",
		relay_domains: "",
		relayhost: "[10.86.0.1]:25",
		default_transport: "smtp",
		mynetworks: "127.0.0.0/8 [::1]/128",
	},
	tables: {
		"unix:passwd.byname": { anna: "x", bert: "x" },
		"hash:/etc/aliases": { postmaster: "root" },
	},
};

async function seen(changes: Partial<Configured> = {}, of: Partial<Home> = {}, lacking: string[] = []) {
	const files: string[] = [];
	const run = configured({
		...changes,
		values: { ...well.values, ...changes.values },
		tables: { ...well.tables, ...changes.tables },
	});
	const all = { ...home, ...of };
	const onFiles = async (list: readonly string[]) => void files.push(...list);
	return { ...(await judge(await lookAtPostfix({ run, home: all, lacking, onFiles }), all)), files };
}

const denied = "postmap: fatal: open database: Permission denied";

test("a home that is set up as it should be takes and sends mail, with a recipient as proof", async () => {
	const { findings, delivery, files } = await seen();
	expect(findings).toMatchObject({ unknown: [], past: [], bound: undefined, trusted: false });
	expect([findings.refused.size, findings.broken.size]).toEqual([0, 0]);
	expect(delivery.incoming).toEqual({
		says: "yes",
		why: "this home's Postfix has it in mydestination, and it knows anna@example.org (proxy:unix:passwd.byname)",
	});
	expect(delivery.outgoing.says).toBe("yes");
	expect(files).toEqual(expect.arrayContaining(["/etc/postfix/main.cf", "/etc/passwd", "/etc/aliases.db"]));
});

describe("mail for a domain does not come in", () => {
	test("because Postfix does not know it: the sentence names cause, machine and first step", async () => {
		const { findings, delivery } = await seen({ values: { mydestination: "localhost" } });
		const details = { domains: findings.unknown, all: true, directory: "/etc/postfix" };
		expect(conditions.domainUnknown.text(details, "")).toBe(
			"this home's Postfix does not know example.org, so it refuses all mail for it that the relay brings (454, relay access denied)",
		);
		expect(conditions.domainUnknown.remedy(details, "")).toBe(
			'on this home, add example.org to mydestination in /etc/postfix/main.cf (for mailboxes of this machine\'s users) or to virtual_mailbox_domains, then run "postfix reload"',
		);
		expect(delivery.incoming.says).toBe("no");
	});

	test("because none of the valid recipients is known to it", async () => {
		const values = { mydestination: "localhost", virtual_mailbox_domains: "example.org" };
		const maps = { virtual_mailbox_maps: "hash:/etc/postfix/vmailbox" };
		const tables = { "hash:/etc/postfix/vmailbox": { "other@example.org": "x" } };
		const { findings, delivery } = await seen({ values: { ...values, ...maps }, tables });
		expect([...findings.refused]).toEqual([["virtual_mailbox_maps", { domains: ["example.org"], asked: 2 }]]);
		expect(delivery.notWell.get("example.org")).toEqual({
			says: "no",
			why: "none of 2 recipients is in virtual_mailbox_maps",
		});
		const alias = { virtual_alias_maps: "hash:/etc/postfix/virtual" };
		const found = { "hash:/etc/postfix/virtual": { "@example.org": "anna" } };
		const aliased = await seen({ values: { ...values, ...maps, ...alias }, tables: { ...tables, ...found } });
		expect(aliased.delivery.incoming.says).toBe("yes");
	});

	test("because a table of recipients is missing", async () => {
		const { findings, delivery } = await seen({ values: { local_recipient_maps: "hash:/etc/postfix/gone" } });
		expect([...findings.broken]).toEqual([
			[
				"hash:/etc/postfix/gone",
				{
					list: "local_recipient_maps",
					why: "open database hash:/etc/postfix/gone: No such file or directory",
				},
			],
		]);
		expect(delivery.incoming.says).toBe("no");
		// A user that another table has is no help: the whole address is looked up in all of them first.
		const both = { local_recipient_maps: "unix:passwd.byname hash:/etc/postfix/gone" };
		expect((await seen({ values: both })).delivery.incoming.says).toBe("no");
	});

	test("because Postfix listens for this machine alone, or for the other family alone", async () => {
		const loopback = await seen({ values: { inet_interfaces: "loopback-only" } });
		expect(loopback.findings.incoming).toMatchObject({
			is: "no",
			because: "it listens for this machine alone (inet_interfaces = loopback-only)",
		});
		expect(loopback.delivery.incoming.says).toBe("no");
		const six = await seen({ values: { inet_protocols: "ipv6" } });
		expect(six.findings.incoming).toMatchObject({
			because: expect.stringContaining("mail comes in over IPv4"),
		});
	});
});

test("what cannot be read here, or be asked about, is not known and never well", async () => {
	const closed = await seen({ tables: { "unix:passwd.byname": denied, "hash:/etc/aliases": denied } });
	expect(closed.delivery.incoming).toMatchObject({ says: "not known" });
	expect([closed.findings.refused.size, closed.findings.broken.size]).toEqual([0, 0]);
	const nobody = { recipients: new Map(), domains: ["example.com"] };
	const values = { mydestination: "example.com", local_recipient_maps: "unix:passwd.byname" };
	expect((await seen({ values }, nobody)).delivery.incoming).toMatchObject({
		says: "not known",
		why: expect.stringContaining("no valid recipient is known here"),
	});
	const list = { virtual_mailbox_domains: "mysql:/etc/postfix/domains.cf", mydestination: "localhost" };
	const secret = { "mysql:/etc/postfix/domains.cf": denied };
	const database = await seen({ values: list, tables: secret });
	expect([database.delivery.incoming.says, database.findings.unknown]).toEqual(["not known", []]);
});

describe("mail leaves past the relay", () => {
	const past = async (changes: Partial<Configured>, of: Partial<Home> = {}) =>
		(await seen(changes, of)).findings.past;

	test("by a transport for everything, or a sender's own way; one that leads to the relay is right", async () => {
		const values = { transport_maps: "hash:/etc/postfix/transport" };
		const wayOf = (route: string) => ({ "hash:/etc/postfix/transport": { "*": route } });
		const [found] = await past({ values, tables: wayOf("smtp:[smtp.isp.example]") });
		expect(conditions.pastRelay.text(found!, "")).toBe(
			'this home\'s Postfix sends all mail past the relay (transport_maps, hash:/etc/postfix/transport: "* smtp:[smtp.isp.example]"), from an address that most mail servers refuse',
		);
		expect(await past({ values, tables: wayOf("smtp:[10.86.0.1]:25") })).toEqual([]);
		const sender = { sender_dependent_relayhost_maps: "hash:/etc/postfix/senders" };
		const tables = { "hash:/etc/postfix/senders": { "@example.org": "[smtp.isp.example]" } };
		expect(await past({ values: sender, tables })).toMatchObject([{ whose: "mail from @example.org" }]);
		expect(await past({ values: sender, tables }, { throughRelay: false })).toEqual([]);
	});

	test("by default_transport, or by an -o setting of the service that resolves addresses", async () => {
		expect(await past({ values: { default_transport: "smtp:[smtp.isp.example]" } })).toHaveLength(1);
		const [found] = await past({ overrides: { "rewrite/unix/relayhost": "" } });
		expect(found?.fix).toBe('run "postconf -PX rewrite/unix/relayhost"');
	});

	test("as the part mail tells it: the verdict repeats it, and no finding does", async () => {
		const lacking = [
			"relayhost is (nothing) instead of [10.86.0.1]:25, so what this home sends leaves past the relay",
		];
		const { findings, delivery } = await seen({ values: { relayhost: "" } }, {}, lacking);
		expect(findings.past).toEqual([]);
		expect(delivery.outgoing).toEqual({ says: "no", why: lacking[0] });
	});
});

test("a sender's address that the relay does not know, and trust in the relay, are told", async () => {
	expect((await seen({ values: { smtp_bind_address: "192.168.1.5" } })).findings.bound).toBe("192.168.1.5");
	expect((await seen({ values: { mynetworks: "127.0.0.0/8 10.86.0.0/24" } })).findings.trusted).toBe(true);
});

describe("a milter of this home", () => {
	const values = { smtpd_milters: "unix:opendkim/opendkim.sock", milter_default_action: "tempfail" };

	test("that does not run is told, and mail neither comes in nor goes out", async () => {
		const { findings, delivery } = await seen({ values });
		expect(findings.milters).toEqual([{ milter: "unix:opendkim/opendkim.sock", refuses: false }]);
		expect(conditions.milterAway.text({ refuses: true }, "x")).toContain("goes back to its senders");
		expect([delivery.incoming.says, delivery.outgoing.says]).toEqual(["no", "no"]);
	});

	test("is known by its socket in Postfix's queue folder", async () => {
		const paths = ["/var/spool/postfix/opendkim/opendkim.sock"];
		const { findings, delivery } = await seen({ values, paths });
		expect([findings.milters, delivery.incoming.says, delivery.outgoing.says]).toEqual([[], "yes", "yes"]);
	});
});
