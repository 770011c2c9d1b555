import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Beforehand, examineAll, type RelayDoctorDeps } from "../../../relay-side/doctor/command.ts";
import type { Told } from "../../../relay-side/doctor/told.ts";
import type { Room } from "../../../shared/doctor/disks.ts";
import { createDns } from "../../../shared/doctor/dns/dns.ts";
import { askServer } from "../../../shared/doctor/dns/exchange.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { lookAtSmtp } from "../../../shared/doctor/smtp/look.ts";
import { DAY, MINUTE, SECOND } from "../../../shared/time.ts";
import { version } from "../../../shared/version.ts";
import { english } from "../../../shared/words/say.ts";
import { certify, createCertificates } from "../../lab/certificates.ts";
import { type DnsServer, dnsServer } from "../../shared/doctor/dns/dns-server.ts";
import { type SmtpServer, smtpServer } from "../../shared/doctor/smtp/smtp-server.ts";

export const name = "relay.example.net";
export const reverse4 = "10.2.0.192.in-addr.arpa";
export const reverse6 = "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";

/** Certificates that servers of the tests show; the first is right. */
export interface Certificates {
	authority: string;
	/** An authority that has nothing to do with it. */
	stranger: string;
	right: { key: string; cert: string };
	other: { key: string; cert: string };
	/** Of the same key as `right`: its data in `_25._tcp.relay.example.net TLSA 3 1 1`. */
	hash: string;
	/** Of the authority, for `2 1 1`. */
	authorityHash: string;
}

/** Makes them, once for a file of tests. */
export async function certificates(): Promise<Certificates> {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-doctor-"));
	try {
		const made = await createCertificates(folder, [name]);
		const another = await certify(made, folder, "other", ["mail.example.org"]);
		const read = (file: string) => readFile(file, "utf8");
		const authority = await read(made.authority);
		const strange = await createCertificates(await mkdtemp(join(folder, "strange-")), ["else.test"]);
		const cert = await read(made.certificate);
		return {
			authority,
			stranger: await read(strange.authority),
			// A server sends the whole chain.
			right: { key: await read(made.key), cert: cert + authority },
			other: { key: await read(another.key), cert: (await read(another.certificate)) + authority },
			hash: keyHash(cert),
			authorityHash: keyHash(authority),
		};
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Of a certificate's key, as `3 1 1` has it. */
const keyHash = (pem: string) =>
	createHash("sha256")
		.update(new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" }))
		.digest("hex");

const rightRecords = (hash: string): Record<string, string[]> => ({
	...{
		"example.net SOA": ["ns1.desec.test. hostmaster.desec.test. 7"],
		"example.net NS": ["ns1.desec.test."],
	},
	"ns1.desec.test A": ["127.0.0.1"],
	[`${name} A`]: ["192.0.2.10"],
	[`${name} AAAA`]: ["2001:db8::10"],
	[`${name} TXT`]: ['"v=spf1 a -all"'],
	[`_25._tcp.${name} TLSA`]: [`3 1 1 ${hash}`],
	[`${reverse4} PTR`]: [`${name}.`],
	[`${reverse6} PTR`]: [`${name}.`],
	...{ "gmail.com MX": ["5 mx.gmail.com."], "mx.gmail.com A": ["192.0.2.200"] },
	...{ "outlook.com MX": ["5 mx.outlook.com."], "mx.outlook.com A": ["192.0.2.201"] },
	...{ "2.0.0.127.zen.spamhaus.org A": ["127.0.0.2"], "dbltest.com.dbl.spamhaus.org A": ["127.0.1.2"] },
});

/** A relay that is as it should be, for a test to plant a fault in. */
export interface World {
	dns: DnsServer;
	records: DnsServer["records"];
	smtp: SmtpServer;
	certificates: Certificates;
	/** Postfix's settings. */
	postfix: Record<string, string>;
	/** What the machine has. */
	addresses: string[];
	/** Whether others can be reached by port 25. */
	outward: boolean | undefined;
	/** Addresses of this machine that refuse connections, or drop them. */
	closed: Record<string, "refused" | "silent">;
	told: Told;
	disks: Map<string, Room>;
	/** What timedatectl(1) says. */
	clockKept: string;
	/** What delv(1) prints. */
	delv: string;
	/** The authority that the machine believes. */
	believed: string;
	now: Date;
	beforehand: Beforehand;
	deps: RelayDoctorDeps;
	findings(): Promise<Finding[]>;
	end(): Promise<void>;
}

export async function world(made: Certificates): Promise<World> {
	const [dns, smtp] = await Promise.all([dnsServer(), smtpServer(name)]);
	for (const [key, records] of Object.entries(rightRecords(made.hash))) dns.records.set(key, records);
	smtp.tls = made.right;
	const world: World = {
		...{ dns, smtp, records: dns.records, certificates: made },
		postfix: { myhostname: name, smtp_helo_name: name, relayhost: "" },
		...{ addresses: ["192.0.2.10", "2001:db8::10"], outward: true, closed: {} },
		told: { version, domains: ["example.org"], homes: [], conditions: [] },
		disks: new Map([["/var/spool/postfix", { space: 0.5, files: 0.9, device: 1 }]]),
		clockKept: "yes",
		...{ believed: made.authority, delv: "; fully validated" },
		now: new Date(Date.now() + DAY),
		beforehand: { inside: [], alsoPublic: [], domains: [], asked: undefined },
		deps: {
			async run(program, [, setting]) {
				if (program === "sh") return world.delv;
				if (program === "timedatectl") return `${world.clockKept}\n`;
				return `${world.postfix[setting!] ?? ""}\n`;
			},
			disk: async (path) => world.disks.get(path),
			out: { write: () => {} },
			speak: english,
			// A test machine may be so busy that nothing answers in the usual time.
			dns: () =>
				createDns({
					...{ resolvers: [dns.address], port: dns.port },
					exchange: (place, question) => askServer(place, question, 15 * SECOND),
				}),
			smtp: async (question) => {
				const closed = world.closed[question.address];
				if (closed) return { is: closed };
				return lookAtSmtp({
					...{ ...question, address: "127.0.0.1", port: smtp.port },
					authorities: [world.believed],
				});
			},
			connects: async () => world.outward,
			...{ addresses: () => world.addresses, now: () => world.now },
			times: { betweenTries: 0, lookTime: MINUTE },
		},
		findings: () =>
			examineAll({ ...world.beforehand, asked: { told: JSON.stringify(world.told) } }, world.deps),
		async end() {
			await Promise.all([dns.stop(), smtp.stop()]);
		},
	};
	return world;
}
