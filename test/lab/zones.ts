import { addresses } from "./network.ts";

const nameServers = "@ NS ns1.desec.test.\n@ NS ns2.desec.test.";
const head = `$TTL 60\n@ SOA ns1.desec.test. hostmaster.desec.test. 1 3600 600 86400 60\n${nameServers}`;

/** A name with the addresses of both families. */
function both(name: string, to: { ipv4: string; ipv6: string }): string {
	return `${name} A ${to.ipv4}\n${name} AAAA ${to.ipv6}`;
}

const { services, relay } = addresses;

/** The user's zone, which deSEC serves, signed. */
export const userZone = "example.org";

/** The zone of the relay's name, which its owner has at deSEC, too. */
export const relayZone = "example.net";

/** Of the relay's and the services' addresses, in both families. */
const reverseZones = [
	"113.0.203.in-addr.arpa",
	"2.0.192.in-addr.arpa",
	"1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	"3.5.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
] as const;

/** Names of the services that the lab's certificate is for. */
export const serviceNames = [
	"desec.test",
	"update.desec.test",
	"checkipv4.desec.test",
	"checkipv6.desec.test",
	// For programs that know deSEC by its own name alone.
	"desec.io",
];

/**
 * The zones of the lab's internet, as master files (RFC 1035, section 5), each above those that it delegates; names
 * without a final dot are relative. All are signed, up to the root (powerdns.ts).
 */
export const zones: Record<string, string> = {
	// With the root served too, a name that does not exist is known not to, as in the real world.
	".": `$TTL 60
@ SOA ns1.desec.test. hostmaster.desec.test. 1 3600 600 86400 60
@ NS ns1.desec.test.
${["org", "net", "test", ...reverseZones].map((zone) => `${zone}. NS ns1.desec.test.`).join("\n")}
${both("ns1.desec.test.", services)}
`,
	org: `${head}
example NS ns1.desec.test.
example NS ns2.desec.test.
`,
	net: `${head}\nexample NS ns1.desec.test.\n`,
	test: `${head}
desec NS ns1.desec.test.
desec NS ns2.desec.test.
sender NS ns1.desec.test.
${["ns1.desec", "ns2.desec"].map((name) => both(name, services)).join("\n")}
`,
	"example.org": `${head}
@ MX 10 relay.example.net.
@ TXT "v=spf1 mx -all"
`,
	"example.net": `${head}
${both("relay", relay)}
`,
	"desec.test": `${head}
${["@", "ns1", "ns2", "update", "checkip"].map((name) => both(name, services)).join("\n")}
checkipv4 A ${services.ipv4}
checkipv6 AAAA ${services.ipv6}
`,
	// Where the lab's stranger writes from, so that a mail's sender and greeting can be looked up.
	"sender.test": `${head}
${both("@", services)}
@ MX 10 @
@ TXT "v=spf1 ip4:203.0.113.1 ip4:${services.ipv4} ip6:${services.ipv6} -all"
`,
	[reverseZones[0]]: `${head}\n10 PTR relay.example.net.\n`,
	[reverseZones[1]]: `${head}\n53 PTR sender.test.\n`,
	[reverseZones[2]]: `${head}\n${reversed("10")} PTR relay.example.net.\n`,
	[reverseZones[3]]: `${head}\n${reversed("53")} PTR sender.test.\n`,
};

/** The zone that delegates this one; none delegates the root. */
export function parentOf(zone: string): string | undefined {
	return [...Object.keys(zones)]
		.filter((other) => other !== zone && (other === "." || zone.endsWith(`.${other}`)))
		.sort((a, b) => b.length - a.length)[0];
}

/** The part of a reverse name below a /48, for an address that ends in these digits (RFC 3596, section 2.5). */
function reversed(digits: string): string {
	return [...digits.padStart(20, "0")].reverse().join(".");
}
