import { afterEach, beforeEach, expect, test } from "vitest";
import { untilVisible } from "../../../shared/dns/visibility.ts";
import { type NameServer, nameServer } from "./name-server.ts";

const wanted = [
	{ name: "mail.example.org", type: "A", records: ["198.51.100.7"] },
	{ name: "mail.example.org", type: "AAAA", records: ["2001:db8::7"] },
];
const never = new AbortController().signal;
let one: NameServer;
let two: NameServer;

beforeEach(async () => {
	[one, two] = [await nameServer(), await nameServer()];
	for (const server of [one, two]) serve(server, "198.51.100.1");
});
afterEach(async () => {
	await one.stop();
	await two.stop();
});

function serve(server: NameServer, four: string): void {
	server.table.set("mail.example.org A", [four]).set("mail.example.org AAAA", ["2001:db8::7"]);
}

const servers = async () => [
	{ name: "ns1.example.net", addresses: [one.address] },
	{ name: "ns2.example.net", addresses: [two.address] },
];

test("waits until every server of the zone answers every record, and asks no server again that did", async () => {
	let visible = false;
	const done = untilVisible("example.org", wanted, never, { servers }).then((took) => {
		visible = true;
		return took;
	});
	await expect.poll(() => two.asked.length).toBeGreaterThan(4);
	serve(one, "198.51.100.7");
	await expect.poll(() => two.asked.length - one.asked.length).toBeGreaterThan(4);
	expect(visible).toBe(false);
	serve(two, "198.51.100.7");
	expect(await done).toBeGreaterThan(0);
});

test("a removed RRset is visible when nobody answers it any more, be the name still there or not", async () => {
	one.table.delete("mail.example.org AAAA");
	two.table.clear();
	const gone = [{ name: "mail.example.org", type: "AAAA", records: [] }];
	await untilVisible("example.org", gone, never, { servers });
});

test("the servers that are still missing at the end are named", async () => {
	serve(two, "198.51.100.7");
	await expect(untilVisible("example.org", wanted, never, { servers, giveUpAfter: 300 })).rejects.toThrow(
		/^ns1\.example\.net$/,
	);
});

test("a server that says nothing has not answered, and one that is reached under another address has", async () => {
	serve(one, "198.51.100.7");
	serve(two, "198.51.100.7");
	two.silent = true;
	const addresses = [two.address, one.address];
	await expect(untilVisible("example.org", wanted, never, { servers, giveUpAfter: 300 })).rejects.toThrow(
		"ns2.example.net",
	);
	await untilVisible("example.org", wanted, never, {
		servers: async () => [{ name: "ns2.example.net", addresses }],
	});
});

test("a resolver that does not work yet is asked again", async () => {
	serve(one, "198.51.100.7");
	serve(two, "198.51.100.7");
	let tries = 0;
	await untilVisible("example.org", wanted, never, {
		async servers() {
			tries += 1;
			if (tries < 3) throw new Error("queryNs ETIMEOUT example.org");
			return servers();
		},
	});
	await expect(
		untilVisible("example.org", wanted, never, {
			servers: () => Promise.reject(new Error("queryNs ETIMEOUT example.org")),
			giveUpAfter: 100,
		}),
	).rejects.toThrow("could not be found (queryNs ETIMEOUT example.org)");
});

test("stops when told", async () => {
	const stopping = new AbortController();
	const done = expect(untilVisible("example.org", wanted, stopping.signal, { servers })).rejects.toThrow();
	await expect.poll(() => one.asked.length).toBeGreaterThan(2);
	stopping.abort();
	await done;
});

const mail = [
	{ name: "example.org", type: "MX", records: ["10 Relay.example.net."] },
	{ name: "example.org", type: "TXT", records: ['"v=spf1 mx ~all"', '"other=1"'] },
	{ name: "_imap._tcp.example.org", type: "SRV", records: ["0 0 0 ."] },
	{ name: "_imaps._tcp.example.org", type: "SRV", records: ["0 1 993 mail.example.org."] },
	{ name: "autoconfig.example.org", type: "CNAME", records: ["www.example.org."] },
];

function serveMail(server: NameServer): void {
	server.table
		.set("example.org MX", ["10 relay.example.net."])
		.set("example.org TXT", ['"other=1"', '"v=spf1 " "mx ~all"'])
		.set("_imap._tcp.example.org SRV", ["0 0 0 ."])
		.set("_imaps._tcp.example.org SRV", ["0 1 993 mail.example.org."])
		.set("autoconfig.example.org CNAME", ["www.example.org."]);
}

test("records of every kind are seen in whatever spelling, and TXT however it is split", async () => {
	for (const server of [one, two]) serveMail(server);
	await untilVisible("example.org", mail, never, { servers });
});

test("a server that lies about one record has not answered", async () => {
	for (const server of [one, two]) serveMail(server);
	two.table.set("example.org MX", ["10 other.example.net."]);
	const looked = untilVisible("example.org", mail, never, { servers, giveUpAfter: 300 });
	await expect(looked).rejects.toThrow(/^ns2\.example\.net$/);
});

test("a server that fails for the moment proves neither that a record is there nor that it is gone", async () => {
	const gone = [{ name: "example.org", type: "MX", records: [] }];
	two.code = 2;
	const looked = untilVisible("example.org", gone, never, { servers, giveUpAfter: 300 });
	await expect(looked).rejects.toThrow(/^ns2\.example\.net$/);
});

test("a server that has answered one record is asked for the others alone", async () => {
	const half = [{ name: "mail.example.org", type: "A", records: ["198.51.100.9"] }, wanted[1]!];
	const looked = untilVisible("example.org", half, never, { servers, giveUpAfter: 300 });
	await expect(looked).rejects.toThrow("ns1.example.net and ns2.example.net");
	expect(one.asked.filter((question) => question.endsWith("AAAA"))).toHaveLength(1);
	expect(one.asked.length).toBeGreaterThan(2);
});

test("when no more questions may be asked it is given up, and who has not answered is named", async () => {
	let left = 12;
	const mayAsk = () => left-- > 0;
	await expect(untilVisible("example.org", wanted, never, { servers, mayAsk })).rejects.toThrow(
		"ns1.example.net and ns2.example.net",
	);
	expect(one.asked.length + two.asked.length).toBeLessThanOrEqual(12);
});
