import { generateKeyPairSync } from "node:crypto";
import { dnsShape } from "../../../agent/dns/config.ts";
import { type Beforehand, type DoctorDeps, examineAll } from "../../../agent/doctor/command.ts";
import { examineHome } from "../../../agent/doctor/examine-home.ts";
import type { Told } from "../../../agent/doctor/told.ts";
import type { Address } from "../../../shared/address.ts";
import { createDns } from "../../../shared/doctor/dns/dns.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { english } from "../../../shared/words/say.ts";
import { type DnsServer, dnsServer } from "../../shared/doctor/dns/dns-server.ts";

const rsa = (bits: number) =>
	generateKeyPairSync("rsa", { modulusLength: bits })
		.publicKey.export({ type: "spki", format: "der" })
		.toString("base64");

/** The key that signs, and one of somebody else. */
export const signingKey = rsa(2048);
export const otherKey = rsa(2048);

const head = (zone: string) => ({
	[`${zone} SOA`]: ["ns1.desec.test. hostmaster.desec.test. 7"],
	[`${zone} NS`]: ["ns1.desec.test."],
});

/** A mail domain that is as it should be, its relay, and its home. */
const rightRecords = (): Record<string, string[]> => ({
	...head("example.org"),
	...head("example.net"),
	...head("desec.test"),
	"ns1.desec.test A": ["127.0.0.1"],
	"relay.example.net A": ["192.0.2.10"],
	"relay.example.net AAAA": ["2001:db8::10"],
	"relay.example.net TXT": ['"v=spf1 a -all"'],
	"example.org MX": ["10 relay.example.net."],
	"example.org TXT": ['"v=spf1 mx ~all"'],
	"home._domainkey.example.org TXT": [
		`"v=DKIM1; k=rsa; p=${signingKey.slice(0, 200)}" "${signingKey.slice(200)}"`,
	],
	"mail.example.org A": ["198.51.100.7"],
	"mail.example.org TXT": ['"v=spf1 -all"'],
});

const told = (): Told => ({
	version: "1.0.0",
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
	homeAddresses: ["198.51.100.7"] as Address[],
	lackingAddresses: [],
});

/** A right domain, for a test to plant a fault in. */
export interface World {
	dns: DnsServer;
	records: DnsServer["records"];
	told: Told;
	beforehand: Beforehand;
	deps: DoctorDeps;
	/** What the doctor finds now. */
	findings(): Promise<Finding[]>;
	end(): Promise<void>;
}

export async function world(): Promise<World> {
	const dns = await dnsServer();
	for (const [key, records] of Object.entries(rightRecords())) dns.records.set(key, records);
	const config = dnsShape.dns.parse({ names: ["mail.example.org"] });
	const world: World = {
		...{ dns, records: dns.records, told: told(), end: dns.stop },
		beforehand: {
			config: { relays: [], mail: { domains: ["example.org"], outgoing: "relay" }, dns: config },
			...{ domains: [], asked: { why: "it was not asked yet" } },
		},
		deps: {
			examine: (domains, eyes) => examineHome(domains, eyes, { betweenTries: 0 }),
			run: async () => "",
			out: { write: () => {} },
			speak: english,
			dns: () => createDns({ resolvers: [dns.address], port: dns.port }),
		},
		findings: () =>
			examineAll({ ...world.beforehand, asked: { told: JSON.stringify(world.told) } }, world.deps),
	};
	return world;
}
