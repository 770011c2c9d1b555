import { describe, expect, test } from "vitest";
import * as conditions from "../../../relay-side/delivery/conditions.ts";
import { judge } from "../../../relay-side/delivery/judge.ts";
import { lookAtPostfix } from "../../../relay-side/delivery/look.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { Delivery } from "../../../shared/postfix/verdict.ts";
import { type Configured, configured } from "../../shared/postfix/configured.ts";

const ours = {
	service: "heimweg",
	transport: "lmdb:/maps/transport",
	relayDomains: "lmdb:/maps/relay_domains",
	recipients: "lmdb:/maps/relay_recipients",
	tunnel: ["10.86.0.1", "fd86::1"].map((text) => parseAddress(text)),
};

/** A relay that was set up as it should be, with two domains. */
const well: Configured & { tables: object; values: object } = {
	values: {
		config_directory: "/etc/postfix",
		myhostname: "relay.example.net",
		mydomain: "example.net",
		mydestination: "relay.example.net, localhost",
		inet_interfaces: "all",
		inet_protocols: "all",
		local_recipient_maps: "proxy:unix:passwd.byname hash:/etc/aliases",
		virtual_mailbox_maps: "",
		transport_maps: "lmdb:/maps/transport",
		relay_domains: "lmdb:/maps/relay_domains",
		relay_recipient_maps: "lmdb:/maps/relay_recipients",
		smtpd_relay_restrictions: "heimweg_homes, permit_mynetworks, defer_unauth_destination",
		smtpd_restriction_classes: "heimweg_homes, heimweg_checked",
	},
	master: [
		"smtp       inet  n       -       y       -       -       smtpd",
		"rewrite    unix  -       -       y       -       -       trivial-rewrite",
		"heimweg    unix  -       -       y       -       300     smtp\n    -o smtp_bind_address=",
	],
	overrides: { "heimweg/unix/smtp_bind_address": "", "heimweg/unix/inet_interfaces": "all" },
	tables: {
		"lmdb:/maps/transport": {
			"example.org": "heimweg:[10.86.0.2]:25",
			"example.com": "heimweg:[10.86.0.3]:25",
		},
	},
};

const postfix = (changes: Partial<Configured>): Configured => ({
	...well,
	...changes,
	values: { ...well.values, ...changes.values },
	tables: { ...well.tables, ...changes.tables },
	overrides: { ...well.overrides, ...changes.overrides },
});

const says = ({ notWell }: Delivery, domain: string) => notWell.get(domain)?.says ?? "yes";

async function seen(changes: Partial<Configured> = {}, lacking: string[] = []) {
	const files: string[] = [];
	const look = await lookAtPostfix({
		run: configured(postfix(changes)),
		domains: ["example.org", "example.com"],
		lacking,
		transport: ours.transport,
		onFiles: async (list) => void files.push(...list),
	});
	return { ...(await judge(look, ours)), files };
}

test("a relay that is set up as it should be takes every domain's mail, with the route as proof", async () => {
	const { findings, delivery, files } = await seen();
	expect(findings).toMatchObject({ own: [], broken: [], overridden: [], service: [] });
	expect(delivery.incoming).toEqual({
		says: "yes",
		why: "Postfix takes mail for it and brings it to heimweg:[10.86.0.2]:25",
	});
	expect([delivery.domains, delivery.notWell.size]).toEqual([{ yes: 2, no: 0, "not known": 0 }, 0]);
	expect([delivery.incoming.says, delivery.outgoing.says]).toEqual(["yes", "yes"]);
	expect(files).toEqual(["/etc/postfix/main.cf", "/etc/postfix/master.cf"]);
});

describe("a domain that Postfix takes for its own", () => {
	test("is named with the list it stands in, the machine and the first step", async () => {
		const values = { mydestination: "relay.example.net, example.org, localhost" };
		const { findings, delivery } = await seen({ values });
		const [own] = findings.own;
		expect(conditions.ownDomain.text(own!, own!.list)).toBe(
			"this relay's Postfix counts example.org among its own domains (mydestination), so it refuses mail for it as for unknown users (550)",
		);
		expect(conditions.ownDomain.remedy(own!, own!.list)).toBe(
			'take example.org out of mydestination in /etc/postfix/main.cf on this relay, then run "postfix reload"',
		);
		expect([says(delivery, "example.org"), says(delivery, "example.com")]).toEqual(["no", "yes"]);
	});

	test("is told as it is written there: the host's own name may stand for it", async () => {
		const { findings } = await seen({
			values: { mydestination: "example.org, localhost", myhostname: "example.org" },
			written: { mydestination: "$myhostname, localhost" },
		});
		expect(conditions.ownDomain.remedy(findings.own[0]!, "mydestination")).toContain(
			"take $myhostname, which stands for example.org, out of mydestination",
		);
	});

	test("may stand in a table, of virtual aliases or of mailboxes", async () => {
		const values = {
			virtual_alias_domains: "hash:/etc/postfix/virtual",
			virtual_mailbox_domains: "example.com",
			virtual_mailbox_maps: "hash:/etc/postfix/vmailbox",
		};
		const tables = { "hash:/etc/postfix/virtual": { "example.org": "x" } };
		const { findings, delivery, files } = await seen({ values, tables });
		expect(findings.own.map(({ list, place }) => [list, place])).toEqual([
			["virtual_alias_domains", "hash:/etc/postfix/virtual"],
			["virtual_mailbox_domains", "/etc/postfix/main.cf"],
		]);
		expect([says(delivery, "example.org"), says(delivery, "example.com")]).toEqual(["no", "no"]);
		expect(files).toContain("/etc/postfix/virtual.db");
	});

	test("is none where nobody is asked who is valid: then our route decides", async () => {
		const values = { mydestination: "example.org", local_recipient_maps: "" };
		const { findings, delivery } = await seen({ values });
		expect(findings.own).toEqual([]);
		expect(says(delivery, "example.org")).toBe("yes");
	});
});

test("a table that only Postfix may read makes it not known, and one that is missing is an error", async () => {
	const values = { virtual_alias_domains: "hash:/etc/postfix/virtual" };
	const closed = { "hash:/etc/postfix/virtual": "postmap: fatal: open database: Permission denied" };
	const unknown = await seen({ values, tables: closed });
	expect(unknown.findings.broken).toEqual([]);
	expect(unknown.delivery.notWell.get("example.org")).toEqual({
		says: "not known",
		why: "hash:/etc/postfix/virtual in virtual_alias_domains cannot be read here: open database: Permission denied",
	});
	const missing = await seen({ values });
	expect(missing.findings.broken.map(({ table }) => table)).toEqual(["hash:/etc/postfix/virtual"]);
	expect(missing.delivery.incoming.says).toBe("no");
});

describe("Postfix takes no mail", () => {
	const incoming = async (changes: Partial<Configured>) => (await seen(changes)).findings.incoming;

	test("because it listens for this machine alone, by inet_interfaces or by master.cf", async () => {
		expect(await incoming({ values: { inet_interfaces: "loopback-only" } })).toEqual({
			is: "no",
			because: "it listens for this machine alone (inet_interfaces = loopback-only)",
			remedy: expect.stringContaining(
				'run "postconf -e inet_interfaces=all", then run "systemctl restart postfix"',
			),
		});
		expect(await incoming({ master: ["127.0.0.1:25 inet n - y - - smtpd"] })).toMatchObject({
			because: "it listens for this machine alone (the service 127.0.0.1:25 in master.cf)",
		});
	});

	test("because it was not restarted since its configuration was put right", async () => {
		expect(await incoming({ sockets: ["127.0.0.1:25", "[::1]:25", "0.0.0.0:22"] })).toEqual({
			is: "no",
			because: "it still listens for this machine alone, as before its configuration was changed",
			remedy: 'run "systemctl restart postfix"',
		});
		expect(await incoming({ sockets: ["127.0.0.1:25", "[::]:25"] })).toEqual({ is: "yes" });
		expect(await incoming({ sockets: ["0.0.0.0:22"] })).toEqual({ is: "yes" });
	});

	test("because no service in master.cf does; postscreen(8) is one that does", async () => {
		expect(await incoming({ master: ["submission inet n - y - - smtpd"] })).toMatchObject({ is: "no" });
		expect(
			await incoming({ master: ["smtp inet n - y - 1 postscreen", "smtpd pass - - y - - smtpd"] }),
		).toMatchObject({
			is: "yes",
		});
	});

	test("from the homes, where it listens on the public address alone", async () => {
		const { findings, delivery } = await seen({ values: { inet_interfaces: "203.0.113.10" } });
		expect([findings.incoming.is, findings.outgoing.is]).toEqual(["yes", "no"]);
		expect([delivery.incoming.says, delivery.outgoing.says]).toEqual(["yes", "no"]);
	});
});

test("-o settings that undo ours are found, at the service where they count", async () => {
	const { findings, delivery } = await seen({
		overrides: {
			"rewrite/unix/transport_maps": "",
			"smtp/inet/smtpd_relay_restrictions": "permit_mynetworks, reject",
			"smtp/inet/transport_maps": "",
		},
	});
	expect(findings.overridden.map(({ key }) => key)).toEqual([
		"rewrite/unix/transport_maps",
		"smtp/inet/smtpd_relay_restrictions",
	]);
	expect(conditions.overridden.remedy(findings.overridden[0]!, "")).toBe(
		'run "postconf -PX rewrite/unix/transport_maps" on this relay, then run "postfix reload"',
	);
	expect([delivery.incoming.says, delivery.outgoing.says]).toEqual(["no", "no"]);
});

test("a list of recipients without ours is told, whether main.cf says so or the service", async () => {
	const lost = await seen({ values: { relay_recipient_maps: "hash:/etc/postfix/relay_recipients" } });
	expect(conditions.recipientsNotAsked.remedy(lost.findings.recipientsNotAsked!, "")).toContain("--apply");
	const overridden = await seen({ overrides: { "smtp/inet/relay_recipient_maps": "hash:/etc/x" } });
	expect(conditions.recipientsNotAsked.remedy(overridden.findings.recipientsNotAsked!, "")).toContain(
		"postconf -PX smtp/inet/relay_recipient_maps",
	);
	expect((await seen({ values: { relay_recipient_maps: "" } })).findings.recipientsNotAsked).toBeUndefined();
});

test("the way into the tunnel is judged as the service sees it, whatever main.cf says", async () => {
	const values = { smtp_bind_address: "203.0.113.10" };
	expect((await seen({ values })).findings.service).toEqual([]);
	const { findings, delivery } = await seen({
		values,
		overrides: { "heimweg/unix/smtp_bind_address": "203.0.113.10" },
	});
	expect(findings.service).toEqual([{ name: "smtp_bind_address", value: "203.0.113.10" }]);
	expect(says(delivery, "example.org")).toBe("no");
});

test("what the set-up lacks is no second finding, but the verdict says no", async () => {
	const { findings, delivery } = await seen({}, ["transport_maps lacks lmdb:/maps/transport"]);
	expect(findings).toMatchObject({ own: [], overridden: [], service: [] });
	expect(delivery.incoming).toEqual({
		says: "no",
		why: "this relay's Postfix is not set up for Heimweg: transport_maps lacks lmdb:/maps/transport",
	});
});

test("fifty thousand domains are asked of a table in a few goes", async () => {
	const calls: string[] = [];
	const domains = Array.from({ length: 50_000 }, (_, at) => `d${at}.example`);
	await lookAtPostfix({
		run: configured(well, calls),
		...{ domains, lacking: [], transport: ours.transport },
		onFiles: async () => {},
	});
	expect(calls.filter((call) => call.startsWith("postmap"))).toHaveLength(3);
});

describe("a milter without which Postfix takes no mail", () => {
	const values = { smtpd_milters: "inet:localhost:11332", milter_default_action: "tempfail" };

	test("and that does not run is told, and no domain's mail comes in", async () => {
		const { findings, delivery } = await seen({ values });
		const [away] = findings.milters;
		expect(conditions.milterAway.text(away!, away!.milter)).toBe(
			"this relay's Postfix asks the milter inet:localhost:11332 about every mail (smtpd_milters), and nothing listens there, so it puts off all mail (451)",
		);
		expect([delivery.incoming.says, delivery.outgoing.says]).toEqual(["no", "no"]);
		// Without it a condition that has a subject would be the relay's owner's alone.
		expect(conditions.milterAway.audience).toBe("homes");
	});

	test("and that runs is no matter, nor is one that Postfix does without", async () => {
		for (const changes of [
			{ values, sockets: ["127.0.0.1:11332"] },
			{ values: { ...values, milter_default_action: "accept" } },
			{ values: { ...values, smtpd_milters: "" } },
		]) {
			const { findings, delivery } = await seen(changes);
			expect([findings.milters, delivery.incoming.says]).toEqual([[], "yes"]);
		}
	});

	test("counts for the service that takes mail, behind postscreen too", async () => {
		const master = [
			"smtp inet n - y - 1 postscreen",
			"smtpd pass - - y - - smtpd -o smtpd_milters=",
			...well.master!.slice(1),
		];
		const { findings } = await seen({ values, master, overrides: { "smtpd/pass/smtpd_milters": "" } });
		expect(findings.milters).toEqual([]);
	});
});
