import { afterEach, beforeEach, expect, test } from "vitest";
import { recordsIn, troubleText } from "../../../../shared/doctor/dns/answer.ts";
import { createDns, type Dns } from "../../../../shared/doctor/dns/dns.ts";
import { type DnsServer, dnsServer, type Misbehaviour } from "./dns-server.ts";

let server: DnsServer;
let dns: Dns;

beforeEach(async () => {
	server = await dnsServer();
	dns = createDns({ resolvers: [server.address], port: server.port });
	for (const [key, ...records] of [
		["example.org SOA", "ns1.example.org. hostmaster.example.org. 7"],
		["example.org NS", "ns1.example.org."],
		["ns1.example.org A", "127.0.0.1"],
		["example.org MX", "10 relay.example.net."],
		["example.org TXT", '"v=spf1 mx ~all"', '"one" "two \\"three\\""'],
		["_25._tcp.example.org TLSA", "3 1 1 00ff"],
		["example.org CAA", '0 issue "letsencrypt.org"'],
		["www.example.org CNAME", "example.org."],
		["example.org AAAA", "2001:db8::1"],
	] as const)
		server.records.set(key, records);
});
afterEach(() => server.stop());

test("records come in the form in which zone files have them", async () => {
	const of = async (name: string, type: string) => recordsIn(await dns.published(name, type));
	expect(await of("example.org", "MX")).toEqual(["10 relay.example.net."]);
	expect(await of("example.org", "TXT")).toEqual(['"v=spf1 mx ~all"', '"one" "two \\"three\\""']);
	expect(await of("_25._tcp.example.org", "TLSA")).toEqual(["3 1 1 00ff"]);
	expect(await of("example.org", "CAA")).toEqual(['0 issue "letsencrypt.org"']);
	expect(await dns.published("www.example.org", "AAAA")).toMatchObject({
		...{ is: "there", records: ["2001:db8::1"], alias: "example.org" },
	});
	expect(await dns.published("none.example.org", "A")).toEqual({ is: "nothing", noName: true });
	expect(await dns.published("example.org", "A")).toEqual({ is: "nothing", noName: false });
});

test("each way in which a name server fails to answer has a sentence of its own", async () => {
	const ways: ReadonlyArray<[Misbehaviour, string]> = [
		["silent", "did not answer in time"],
		["SERVFAIL", "answers SERVFAIL"],
		["REFUSED", "refuses to answer"],
		["garbled", "answered something that is no answer"],
		["other_name", "answered something that is no answer"],
		["lame", "does not serve the zone"],
	];
	const nameOf = (way: string) => `${way.toLowerCase()}.example.org`;
	server.misbehave = ({ name, type, recursive }) => {
		const way = type === "A" ? ways.find(([one]) => nameOf(one) === name)?.[0] : undefined;
		// Behind a zone's server that does not serve it a resolver finds nothing either.
		return way === "lame" && recursive ? "SERVFAIL" : way;
	};
	await Promise.all(
		ways.map(async ([way, words]) => {
			const answer = await dns.published(nameOf(way), "A");
			expect(answer.is === "unknown" ? troubleText(answer.trouble) : answer, way).toContain(words);
		}),
	);
});

test("what does not fit into a datagram is asked again over TCP", async () => {
	server.misbehave = () => "truncated";
	expect(recordsIn(await dns.published("example.org", "MX"))).toEqual(["10 relay.example.net."]);
	expect(server.asked).toContain("example.org MX tcp");
});

test("where the zone's own servers cannot be reached, the resolver's word counts", async () => {
	server.misbehave = ({ recursive }) => (recursive ? undefined : "REFUSED");
	expect(recordsIn(await dns.published("example.org", "MX"))).toEqual(["10 relay.example.net."]);
});

test("what was asked once is not asked again by the same eyes", async () => {
	await Promise.all([1, 2, 3].map(() => dns.published("example.org", "MX")));
	expect(server.asked.filter((one) => one === "example.org MX")).toHaveLength(1);
});
