import { expect, it } from "vitest";
import type { Host } from "./host.ts";
import { domain, mailboxes, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";
import { allIsWell } from "./well.ts";

interface Fault {
	is: string;
	code: string;
	/** Shell commands on that machine. */
	break: string;
	mend: string;
	/** What the status says: the cause on its machine, and the first step. */
	says: string[];
	/** Postfix itself refuses mail from the internet with this, as a proof of the fault. */
	refused?: string;
}

const postconf = (setting: string) => `postconf -e '${setting}'`;
const reload = "postfix reload";
const destination = "mydestination = lab.invalid, localdomain, localhost, localhost.localdomain, localhost";

const relayFaults: Fault[] = [
	{
		is: "mydestination has the home's domain",
		code: "delivery.own_domain",
		break: `${postconf(`${destination}, ${domain}`)} && ${reload}`,
		mend: `${postconf(destination)} && ${reload}`,
		says: [
			`this relay's Postfix counts ${domain} among its own domains (mydestination)`,
			`take ${domain} out of mydestination in /etc/postfix/main.cf on this relay, then run "postfix reload"`,
		],
		refused: "550",
	},
	{
		is: "virtual_alias_domains has the home's domain",
		code: "delivery.own_domain",
		break: postconf(`virtual_alias_domains = ${domain}`),
		mend: "postconf -X virtual_alias_domains",
		says: [`take ${domain} out of virtual_alias_domains in /etc/postfix/main.cf on this relay`],
	},
	{
		is: "a table of virtual_mailbox_domains has the home's domain",
		code: "delivery.own_domain",
		break: `echo '${domain} x' >/etc/postfix/domains && postmap lmdb:/etc/postfix/domains && ${postconf("virtual_mailbox_domains = lmdb:/etc/postfix/domains")} && ${postconf("virtual_mailbox_maps = lmdb:/etc/postfix/domains")}`,
		mend: "postconf -X virtual_mailbox_domains && postconf -X virtual_mailbox_maps",
		says: [`take ${domain} out of virtual_mailbox_domains (there: lmdb:/etc/postfix/domains) on this relay`],
	},
	{
		is: "Postfix listens on loopback alone",
		code: "delivery.not_listening",
		break: postconf("inet_interfaces = loopback-only"),
		mend: postconf("inet_interfaces = all"),
		says: [
			"this relay's Postfix takes no mail from the internet: it listens for this machine alone (inet_interfaces = loopback-only)",
			'on this relay, run "postconf -e inet_interfaces=all", then run "systemctl restart postfix"',
		],
	},
	{
		is: "transport_maps is lost",
		code: "postfix.not_set_up",
		break: "postconf -X transport_maps",
		mend: "heimweg-relay postfix --apply",
		says: [
			"this relay's Postfix is not set up for Heimweg, so mail does not take its way to the homes: transport_maps lacks lmdb:/var/lib/heimweg-relay/maps/transport",
			'run "heimweg-relay postfix --apply" on this relay',
		],
	},
	{
		is: "the service that brings mail to the homes is lost",
		code: "postfix.not_set_up",
		break: "postconf -MX heimweg/unix",
		mend: "heimweg-relay postfix --apply",
		says: ["master.cf has no service heimweg", 'run "heimweg-relay postfix --apply" on this relay'],
	},
	{
		is: "the service that brings mail to the homes is bound to another address",
		code: "delivery.service_changed",
		break: "postconf -P heimweg/unix/smtp_bind_address=127.0.0.1",
		mend: "heimweg-relay postfix --apply",
		says: [
			"on this relay, Postfix's service heimweg, which brings mail through the tunnel, has smtp_bind_address = 127.0.0.1",
			'run "heimweg-relay postfix --apply" on this relay',
		],
	},
	{
		is: "relay_recipient_maps names another table alone",
		code: "delivery.recipients_not_asked",
		break: `${postconf("relay_recipient_maps = hash:/etc/aliases")} && ${reload}`,
		mend: `heimweg-relay postfix --apply && ${reload}`,
		says: [
			"this relay's Postfix asks only hash:/etc/aliases who is valid",
			'run "heimweg-relay postfix --apply" on this relay',
		],
		refused: "550",
	},
	{
		is: "smtpd has relay_recipient_maps of its own in master.cf",
		code: "delivery.recipients_not_asked",
		break: `postconf -P smtp/inet/relay_recipient_maps=hash:/etc/aliases && ${reload}`,
		mend: `postconf -PX smtp/inet/relay_recipient_maps && ${reload}`,
		says: ['run "postconf -PX smtp/inet/relay_recipient_maps" on this relay, then run "postfix reload"'],
		refused: "550",
	},
	{
		is: "trivial-rewrite has relay_domains of its own in master.cf",
		code: "delivery.overridden",
		break: `postconf -P rewrite/unix/relay_domains=other.test && ${reload}`,
		mend: `postconf -PX rewrite/unix/relay_domains && ${reload}`,
		says: [
			'on this relay, the service rewrite/unix in master.cf has "-o relay_domains=other.test"',
			'run "postconf -PX rewrite/unix/relay_domains" on this relay',
		],
		refused: "454",
	},
];

const homeFaults: Fault[] = [
	{
		is: "Postfix does not know the domain",
		code: "delivery.domain_unknown",
		break: postconf("mydestination = localhost"),
		mend: postconf(`mydestination = ${domain}, localhost`),
		says: [
			`this home's Postfix does not know ${domain}, so it refuses all mail for it that the relay brings`,
			`on this home, add ${domain} to mydestination in /etc/postfix/main.cf`,
		],
	},
	{
		is: "Postfix knows none of the recipients",
		code: "delivery.recipients_refused",
		break: `echo 'nobody x' >/etc/postfix/users && postmap lmdb:/etc/postfix/users && ${postconf("local_recipient_maps = lmdb:/etc/postfix/users")}`,
		mend: "postconf -X local_recipient_maps",
		says: [
			`of ${domain} that Heimweg asked it for (local_recipient_maps), so it refuses their mail (550)`,
			'on this home, look at "postconf local_recipient_maps"',
		],
	},
	{
		is: "a table of recipients cannot be opened",
		code: "delivery.table_broken",
		break: postconf("local_recipient_maps = lmdb:/etc/postfix/gone"),
		mend: "postconf -X local_recipient_maps",
		says: [
			"this home's Postfix cannot open lmdb:/etc/postfix/gone (local_recipient_maps)",
			'on this home, make it with "postmap lmdb:/etc/postfix/gone"',
		],
	},
	{
		is: "Postfix listens on loopback alone",
		code: "delivery.not_listening",
		break: postconf("inet_interfaces = loopback-only"),
		mend: postconf("inet_interfaces = all"),
		says: [
			"the relay cannot hand mail over to this home's Postfix, so it waits on the relay: it listens for this machine alone",
			'on this home, run "postconf -e inet_interfaces=all", then run "systemctl restart postfix"',
		],
	},
	{
		is: "the set-up was taken back, as if it had never been made",
		code: "mail.not_set_up",
		break: "heimweg postfix --undo",
		mend: "heimweg postfix --apply",
		says: [
			"this home's Postfix is not set up for Heimweg: relayhost is (nothing) instead of [10.86.0.1]:25, so what this home sends leaves past the relay",
			'run "heimweg postfix --apply" on this home',
		],
	},
	{
		is: "a transport for everything leads past the relay",
		code: "delivery.past_relay",
		break: `echo '* smtp:[192.0.2.1]' >/etc/postfix/transport && postmap lmdb:/etc/postfix/transport && ${postconf("transport_maps = lmdb:/etc/postfix/transport")}`,
		mend: "postconf -X transport_maps",
		says: [
			"this home's Postfix sends all mail past the relay (transport_maps, lmdb:/etc/postfix/transport",
			'on this home, take "*" out of lmdb:/etc/postfix/transport',
		],
	},
	{
		is: "mynetworks trusts the relay",
		code: "delivery.relay_trusted",
		break: postconf("mynetworks = 127.0.0.0/8 [::1]/128 10.86.0.0/24"),
		mend: postconf("mynetworks = 127.0.0.0/8 [::1]/128"),
		says: [
			"mynetworks of this home's Postfix contains the relay's tunnel address 10.86.0.1",
			"on this home, take the tunnel's network out of mynetworks in main.cf",
		],
	},
];

/** A busy machine is slow, and no test is about that. */
const patience = 60_000;

/** When the journal has the condition, in seconds since 1970; NaN when it has not. */
async function toldAt(host: Host, unit: string, code: string, since: number): Promise<number> {
	const lines = await host.journal("--unit", unit, "-o", "short-unix", "--since", `@${Math.floor(since)}`);
	const line = lines.split("\n").find((one) => one.endsWith(`[${code}]`) && !one.includes(" over after "));
	return Number(line?.split(" ")[0]);
}

describeLab("what decides delivery is named by the status with the first step, when", () => {
	const scene = useScene();
	const sides = {
		relay: { program: "heimweg-relay", host: () => scene().lab.relay, status: () => scene().relayStatus() },
		home: { program: "heimweg", host: () => scene().lab.home, status: () => scene().agentStatus() },
	};
	const warnings = ["delivery.relay_trusted"];

	async function provoke(side: keyof typeof sides, fault: Fault): Promise<void> {
		const { program, host, status } = sides[side];
		const began = Number(await host().run(["date", "+%s.%N"]));
		await host().run(["sh", "-c", fault.break]);
		try {
			await until(`${fault.code} is told`, async () => holds(await status(), fault.code), patience);
			const { stdout, exitCode } = await host().exec([program, "status"]);
			for (const sentence of fault.says) expect(stdout).toContain(sentence);
			expect(stdout).not.toContain("Nothing is wrong");
			if (!warnings.includes(fault.code)) expect(exitCode).toBe(1);
			if (fault.refused) {
				const to = `${mailboxes[0]}@${domain}`;
				const { accepted, transcript } = await scene().lab.internet.sendMail({ to, subject: fault.is });
				expect([accepted, transcript]).toEqual([false, expect.stringContaining(fault.refused)]);
			}
			const told = await toldAt(host(), program, fault.code, began);
			console.log(`${side}, ${fault.is}: told ${(told - began).toFixed(1)} s after the change began`);
		} finally {
			await host().run(["sh", "-c", fault.mend]);
		}
		await until(`${fault.code} is over`, async () => !holds(await status(), fault.code), patience);
	}

	it("nothing is wrong: both sides say yes for the domain, with the proof, and mail arrives", async () => {
		await allIsWell(scene());
		const proof = async (side: keyof typeof sides) =>
			((await sides[side].status()) as unknown as { delivery: object }).delivery;
		await until("the home's verdict is yes", async () =>
			JSON.stringify(await proof("home")).startsWith('{"incoming":{"says":"yes"'),
		);
		expect(await proof("relay")).toMatchObject({
			incoming: { says: "yes", why: expect.stringContaining("heimweg:[10.86.0.2]:25") },
			outgoing: { says: "yes" },
			domains: { yes: 1, no: 0, "not known": 0 },
		});
		expect(await proof("home")).toMatchObject({ outgoing: { says: "yes" }, notWell: {} });
		await scene().deliver("while all is well");
	});

	for (const fault of relayFaults) it(`on the relay, ${fault.is}`, () => provoke("relay", fault));

	for (const fault of homeFaults) it(`at home, ${fault.is}`, () => provoke("home", fault));

	it("all was put right: nothing is left of it and mail arrives", async () => {
		for (const { host } of Object.values(sides)) await host().run(["systemctl", "restart", "postfix"]);
		await allIsWell(scene());
		await scene().deliver("after all was put right");
	});
});
