import { generateKeyPairSync } from "node:crypto";
import { dnsShape } from "../../../agent/dns/config.ts";
import { type Beforehand, type DoctorDeps, examineAll } from "../../../agent/doctor/command.ts";
import { examineHome } from "../../../agent/doctor/examine-home.ts";
import type { Told } from "../../../agent/doctor/told.ts";
import type { Address } from "../../../shared/address.ts";
import { createDns } from "../../../shared/doctor/dns/dns.ts";
import { dsFor } from "../../../shared/doctor/dns/ds.ts";
import { askServer } from "../../../shared/doctor/dns/exchange.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import type { Fetched } from "../../../shared/doctor/https.ts";
import type { SmtpQuestion, SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import type { Shown, TlsPlace, TlsTrouble } from "../../../shared/doctor/tls.ts";
import { DAY, MINUTE, SECOND } from "../../../shared/time.ts";
import { version } from "../../../shared/version.ts";
import { english } from "../../../shared/words/say.ts";
import { type DnsServer, dnsServer } from "../../shared/doctor/dns/dns-server.ts";

const rsa = (bits: number) =>
	generateKeyPairSync("rsa", { modulusLength: bits })
		.publicKey.export({ type: "spki", format: "der" })
		.toString("base64");

/** The key that signs, and one of somebody else. */
export const signingKey = rsa(2048);
export const otherKey = rsa(2048);

/** The relay in the tunnel. */
const relay = {
	...{ endpoint: { host: "relay.example.net", port: 51820 }, public_key: "", pulse_port: 0, checkin_port: 0 },
	addresses: ["10.88.0.1" as Address],
};

/** What a server shows that is set up well, for the name; `key` stands for its key. */
export const certificate = (
	name: string,
	key = "the key",
	change: Partial<Shown["certificate"]> = {},
): Shown => ({
	certificate: {
		...{ validTo: new Date(Date.now() + 60 * DAY).toUTCString(), subjectAltName: `DNS:${name}` },
		...{
			issuer: "C=US\nO=Let's Encrypt\nCN=R10",
			checkHost: (asked) => (asked === name ? asked : undefined),
		},
		...change,
	},
	chain: [
		{ whole: Buffer.from(`certificate of ${name}`), key: Buffer.from(key) },
		{ whole: Buffer.from("authority"), key: Buffer.from("authority's key") },
	],
});

/** A key of the zone, and one of somebody else. */
export const [zoneKey, otherZoneKey] = ["one", "other"].map(
	(text) => `257 3 13 ${Buffer.from(text.padEnd(64, ".")).toString("base64")}`,
) as [string, string];

const head = (zone: string) => ({
	[`${zone} SOA`]: ["ns1.desec.test. hostmaster.desec.test. 7"],
	[`${zone} NS`]: ["ns1.desec.test.", "ns2.desec.test."],
});

/** A mail domain that is as it should be, its relay, and its home. */
const rightRecords = (): Record<string, string[]> => ({
	...head("example.org"),
	...head("example.net"),
	...head("desec.test"),
	"ns1.desec.test A": ["127.0.0.1"],
	"ns2.desec.test A": ["127.0.0.2"],
	...head("org"),
	"example.org DNSKEY": [zoneKey],
	"example.org DS": dsFor("example.org", [zoneKey]),
	"example.org CAA": ['0 issue "letsencrypt.org"'],
	" NS": ["ns1.desec.test."],
	"relay.example.net A": ["192.0.2.10"],
	"relay.example.net AAAA": ["2001:db8::10"],
	"relay.example.net TXT": ['"v=spf1 a -all"'],
	"example.org MX": ["10 relay.example.net."],
	"example.org TXT": ['"v=spf1 mx ~all"'],
	"home._domainkey.example.org TXT": [
		`"v=DKIM1; k=rsa; p=${signingKey.slice(0, 200)}" "${signingKey.slice(200)}"`,
	],
	"_dmarc.example.org TXT": ['"v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org"'],
	"_smtp._tls.example.org TXT": ['"v=TLSRPTv1; rua=mailto:postmaster@example.org"'],
	"_imaps._tcp.example.org SRV": ["0 1 993 mail.example.org."],
	"_submissions._tcp.example.org SRV": ["0 1 465 mail.example.org."],
	"_submission._tcp.example.org SRV": ["0 0 0 ."],
	"_imap._tcp.example.org SRV": ["0 0 0 ."],
	"_pop3s._tcp.example.org SRV": ["0 0 0 ."],
	"_pop3._tcp.example.org SRV": ["0 0 0 ."],
	"mail.example.org A": ["198.51.100.7"],
	"mail.example.org TXT": ['"v=spf1 -all"'],
});

const told = (): Told => ({
	version,
	relayVersion: version,
	relayed: [],
	relay: {
		name: "relay.example.net",
		addresses: ["192.0.2.10", "2001:db8::10"] as Address[],
		forward: ["192.0.2.10", "2001:db8::10"] as Address[],
	},
	keys: [
		{
			...{ domain: "example.org", selector: "home", type: "rsa", bits: 2048, publicKey: signingKey },
			source: "/etc/dkimkeys/home.private",
		},
	],
	ports: [993, 465],
	mailboxes: { "example.org": "anna@example.org" },
	homeAddresses: ["198.51.100.7"] as Address[],
});

/** A right domain, for a test to plant a fault in. */
export interface World {
	dns: DnsServer;
	records: DnsServer["records"];
	told: Told;
	/** What servers show, by `host:port`. */
	shown: (place: TlsPlace) => Shown | TlsTrouble;
	/** What Postfix here answers to a recipient. */
	takes: (recipient: string) => string;
	/** What the relay's port 25 shows to a stranger. */
	relayShows: (question: SmtpQuestion) => SmtpSeen;
	/** What web servers answer, by URL. */
	pages: Map<string, Fetched>;
	files: Map<string, string>;
	disks: Map<string, { space: number; files: number; device: number }>;
	/** When each mail in the queue came, in seconds since 1970. */
	queue: number[];
	/** What programs print. */
	commands: Map<string, (args: readonly string[]) => string>;
	/** The second server of the zones. */
	second: DnsServer;
	beforehand: Beforehand;
	deps: DoctorDeps;
	/** What the doctor finds now. */
	findings(): Promise<Finding[]>;
	end(): Promise<void>;
}

export async function world(): Promise<World> {
	const dns = await dnsServer();
	const second = await dnsServer({ address: "127.0.0.2", port: dns.port });
	for (const [key, records] of Object.entries(rightRecords())) dns.records.set(key, records);
	for (const [key, records] of dns.records) second.records.set(key, records);
	dns.signed.add("example.org");
	dns.referrals.set("example.org", ["ns1.desec.test.", "ns2.desec.test."]);
	const config = dnsShape.dns.parse({
		names: ["mail.example.org"],
		token_expires: "never",
		mail: {
			services: ["imaps", "submissions"],
			dmarc: { policy: "quarantine", reports: ["postmaster@example.org"] },
			tls_reports: ["mailto:postmaster@example.org"],
		},
	});
	const world: World = {
		...{ dns, second, records: dns.records, told: told(), files: new Map(), queue: [] },
		async end() {
			await Promise.all([dns.stop(), second.stop()]);
		},
		pages: new Map([
			[`${config!.api}/`, { status: 200, type: "", text: "", date: new Date().toUTCString() }],
		]),
		disks: new Map([["/var/spool/postfix", { space: 0.5, files: 0.9, device: 1 }]]),
		commands: new Map([
			["sh", () => "; fully validated\n"],
			["timedatectl", () => "yes\n"],
			["postconf", () => "smtpd_recipient_restrictions = reject_rbl_client zen.spamhaus.org\n"],
		]),
		shown: ({ name }) => certificate(name),
		takes: () => "250 2.1.5 Ok",
		relayShows: ({ name, recipients = [] }) => ({
			...{ is: "greets", banner: `${name} ESMTP`, ehlo: name, tls: "failed" },
			replies: recipients.map(() => "554 5.7.1 Relay access denied"),
		}),
		beforehand: {
			config: { relays: [relay], mail: { domains: ["example.org"], outgoing: "relay" }, dns: config },
			...{ domains: [], asked: { why: "it was not asked yet" } },
		},
		deps: {
			examine: (home, eyes) => examineHome(home, eyes, { betweenTries: 0, lookTime: MINUTE }),
			eyes: {
				tls: async (place) => world.shown(place),
				smtp: async (question) =>
					question.address === "127.0.0.1"
						? {
								...{ is: "greets", banner: "", ehlo: "", tls: "none" },
								replies: question.recipients?.map(world.takes) ?? [],
							}
						: world.relayShows(question),
				https: async (url) => world.pages.get(url) ?? { failed: "ENOTFOUND" },
				read: async (path) => {
					const text = world.files.get(path);
					if (text === undefined) throw Object.assign(new Error(path), { code: "ENOENT" });
					return text;
				},
				list: async (folder) =>
					[...world.files.keys()].flatMap((path) =>
						path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split("/")[0]! : [],
					),
				disk: async (path) => world.disks.get(path),
				queue: async () => world.queue,
			},
			run: async (command, args) => world.commands.get(command)?.(args) ?? "",
			out: { write: () => {} },
			speak: english,
			// A test machine may be so busy that nothing answers in the usual time.
			dns: () =>
				createDns({
					...{ resolvers: [dns.address], port: dns.port },
					exchange: (place, question) => askServer(place, question, 15 * SECOND),
				}),
		},
		findings: () =>
			examineAll({ ...world.beforehand, asked: { told: JSON.stringify(world.told) } }, world.deps),
	};
	return world;
}
