import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { parseAddress } from "../../../../shared/address.ts";
import { textOf } from "../../../../shared/dns/text.ts";
import { wishesOf } from "../../../../shared/dns/wanted/all.ts";
import { autoconfigFile, autodiscoverFile } from "../../../../shared/dns/wanted/autoconfig.ts";
import { dkimFaults } from "../../../../shared/dns/wanted/dkim.ts";
import { dmarcFaults } from "../../../../shared/dns/wanted/dmarc.ts";
import type { ClientService, DkimKey, MailDomain } from "../../../../shared/dns/wanted/mail-domain.ts";
import { lookupsOf, spfFaults } from "../../../../shared/dns/wanted/spf.ts";
import { together } from "../../../../shared/dns/wanted/wish.ts";

const relay = {
	name: "relay.example.net",
	addresses: ["203.0.113.10"].map(parseAddress),
	forward: ["203.0.113.10"].map(parseAddress),
};
const rsa: DkimKey = {
	...{ domain: "example.org", selector: "home", type: "rsa", bits: 2048 },
	...{ publicKey: "TUlJQg==", source: "/etc/dkimkeys/home.private" },
};

function domain(change: Partial<MailDomain> = {}, policy: Partial<MailDomain["policy"]> = {}): MailDomain {
	return {
		...{ domain: "example.org", zone: "example.org", relay, client: "mail.example.org" },
		...{ clientNames: ["mail.example.org"], homeAddresses: [], services: { offered: ["imaps"], all: true } },
		keys: [rsa],
		policy: { spfAlso: [], tlsReports: [], noMail: [], ...policy },
		...change,
	};
}

const texts = (mail: MailDomain, kind: string) =>
	wishesOf(mail)
		.wanted.filter((wish) => wish.kind === kind)
		.map(({ name, type, records }) => {
			const shown = records.map((one) => (type === "TXT" ? textOf(one) : one));
			return `${name} ${shown.join(" | ")}`;
		});

const left = (mail: MailDomain, kind: string) =>
	wishesOf(mail).leftOut.filter((omission) => omission.kind === kind);

test("SPF names the MX, what the relay sends from besides, and what the configuration adds", () => {
	expect(texts(domain(), "SPF")).toEqual(["example.org v=spf1 mx ~all"]);
	const more = {
		...relay,
		addresses: [...relay.addresses, ...["203.0.113.11", "2001:db8::11"].map(parseAddress)],
	};
	expect(texts(domain({ relay: more }, { spfAlso: ["include:_spf.example.net"] }), "SPF")).toEqual([
		"example.org v=spf1 mx ip4:203.0.113.11 ip6:2001:db8::11 include:_spf.example.net ~all",
	]);
});

test("a name has one SPF record, whatever it is besides a mail domain, and nothing is wished twice", () => {
	const places = (...mails: MailDomain[]) =>
		together(mails.map(wishesOf))
			.wanted.filter(({ type, kind }) => type === "A" || ["SPF", "no mail"].includes(kind))
			.map(({ name, records }) => `${name} ${textOf(records[0]!) ?? records}`);
	const self = { ...relay, name: "example.org" };
	const own = domain({ relay: self, clientNames: [] });
	expect(places(own)).toEqual(["example.org 203.0.113.10", "example.org v=spf1 mx ~all"]);
	const sub = domain({ domain: "mail.example.org", relay: self });
	expect(places(domain({ relay: self }), sub)).toEqual([
		"example.org 203.0.113.10",
		"example.org v=spf1 mx ~all",
		"mail.example.org v=spf1 mx ~all",
	]);
	const inside = { ...relay, name: "relay.example.org" };
	expect(places(domain({ relay: inside }), domain({ relay: inside, domain: "b.example.org" }))).toEqual([
		"relay.example.org 203.0.113.10",
		"relay.example.org v=spf1 a -all",
		"example.org v=spf1 mx ~all",
		"mail.example.org v=spf1 -all",
		"b.example.org v=spf1 mx ~all",
	]);
});

test("an SPF record that needs more than ten look-ups is not planned, and nothing of it removed", () => {
	const spfAlso = Array.from({ length: 10 }, (_, at) => `include:spf${at}.example.net`);
	expect(texts(domain({}, { spfAlso }), "SPF")).toEqual([]);
	expect(left(domain({}, { spfAlso }), "SPF")).toMatchObject([
		{ unknown: true, why: expect.stringContaining("has 11 terms") },
	]);
	expect(lookupsOf("v=spf1 a:x mx/24 ptr exists:%{i}.x redirect=y ip4:192.0.2.1 include:z ?all")).toBe(6);
});

test.each([
	[["v=spf1 mx ~all", "v=spf1 a -all"], "there are 2 SPF records"],
	[["v=spf1 +all"], "lets everybody send"],
	[["v=spf1 ip4:198.51.100.7 -all"], "this home's own address"],
	[[`v=spf1 ${"include:a.example ".repeat(11)}~all`], "more than 10 terms"],
])("what is wrong with SPF records is said: %j", (present, fault) => {
	const records = present.map((text) => `"${text}"`);
	expect(
		spfFaults(records, ["198.51.100.7"])
			.map(({ so }) => so)
			.join(),
	).toContain(fault);
});

test("each key of the domain gets a record; one of 512 bits gets none, and ed25519 stands beside RSA", () => {
	const short: DkimKey = { ...rsa, selector: "old", bits: 512 };
	const edwards: DkimKey = { ...rsa, selector: "ed", type: "ed25519", bits: 256 };
	const other: DkimKey = { ...rsa, domain: "example.com" };
	const mail = domain({ keys: [rsa, short, edwards, other] });
	expect(texts(mail, "DKIM")).toEqual([
		"home._domainkey.example.org v=DKIM1; k=rsa; p=TUlJQg==",
		"ed._domainkey.example.org v=DKIM1; k=ed25519; p=TUlJQg==",
	]);
	expect(left(mail, "DKIM")).toMatchObject([
		{ name: "old._domainkey.example.org", why: expect.stringContaining("512 bits") },
	]);
});

test("two keys with one selector are said once: the RSA one is published, the other needs its own", () => {
	const edwards: DkimKey = { ...rsa, type: "ed25519", bits: 256, publicKey: "ZWQ=", source: "/keys/ed" };
	const mail = domain({ keys: [edwards, rsa] });
	expect(texts(mail, "DKIM")).toEqual(["home._domainkey.example.org v=DKIM1; k=rsa; p=TUlJQg=="]);
	expect(left(mail, "DKIM")).toEqual([
		{
			...{ kind: "DKIM", name: "home._domainkey.example.org", type: "TXT" },
			why: "/keys/ed signs with the selector home, too, and a selector has one key (RFC 6376, 3.6.2.2): nobody can check what it signs",
			remedy: "give the key in /keys/ed a selector of its own where it is set up to sign",
		},
	]);
});

test("where two keys of one kind sign with one selector none is published, and what is there stays", () => {
	const mail = domain({ keys: [rsa, { ...rsa, publicKey: "AAAA", source: "/keys/other" }] });
	expect(texts(mail, "DKIM")).toEqual([]);
	expect(left(mail, "DKIM")).toMatchObject([
		{ unknown: true, why: expect.stringContaining("/etc/dkimkeys/home.private and /keys/other") },
	]);
});

test.each([
	['"v=DKIM1; k=rsa; p="', "revoked"],
	['"v=DKIM1; t=y; p=TUlJQg=="', "t=y"],
	['"v=DKIM1; p=QUJD"', "another key"],
	['"hello"', "is no DKIM key"],
	['"v=DKIM1; p=TUlJ" "Qg=="', undefined],
])("what is wrong with a published key is said: %s", (record, fault) => {
	expect(
		dkimFaults([record], rsa)
			.map(({ so }) => so)
			.join(),
	).toContain(fault ?? "");
	if (fault === undefined) expect(dkimFaults([record], rsa)).toEqual([]);
});

test("a published key of 512 bits is said to be too short, whoever's it is, and one of 1024 is not", () => {
	const published = (modulusLength: number) => {
		const { publicKey } = generateKeyPairSync("rsa", { modulusLength });
		return `"v=DKIM1; k=rsa; p=${publicKey.export({ type: "spki", format: "der" }).toString("base64")}"`;
	};
	expect(dkimFaults([published(512)]).map(({ so }) => so)).toEqual([
		"the key has 512 bits, and receivers take 1024 to 4096 (RFC 8301, 3.2)",
	]);
	expect(dkimFaults([published(1024)])).toEqual([]);
});

test("DMARC says what the configuration says, in the tags of RFC 9989", () => {
	const dmarc = {
		policy: "quarantine",
		subdomains: "reject",
		nonexistent: "reject",
		reports: ["a@example.org"],
	} as const;
	expect(texts(domain({}, { dmarc }), "DMARC")).toEqual([
		"_dmarc.example.org v=DMARC1; p=quarantine; sp=reject; np=reject; rua=mailto:a@example.org",
	]);
	expect(texts(domain(), "DMARC")).toEqual(["_dmarc.example.org v=DMARC1; p=none"]);
});

test("reports that go to another domain need its word, and the line for it is told", () => {
	const dmarc = { policy: "none", reports: ["a@reports.example.com"] } as const;
	expect(left(domain({}, { dmarc }), "report")).toMatchObject([
		{ remedy: expect.stringContaining('example.org._report._dmarc.reports.example.com. IN TXT "v=DMARC1;"') },
	]);
});

test.each([
	["v=DMARC1; p=quarantene", "is no policy"],
	["v=DMARC1; p=none; pct=50", "no longer part"],
	["v=DMARC1; p=none; rau=mailto:a@example.org", '"rau=" is no tag'],
	["v=DMARC1; p=none; rua=a@example.org", "is no mailto"],
	["v=dmarc1; p=none", "does not begin"],
	["v=DMARC1; p=none; p=reject", "cannot be read"],
	["v=DMARC1; rua=mailto:a@example.org", "no policy"],
])("a slip of the pen in a DMARC record is said: %s", (text, fault) => {
	expect(
		dmarcFaults([`"${text}"`])
			.map(({ so }) => so)
			.join(),
	).toContain(fault);
	expect(dmarcFaults(['"v=DMARC1; p=reject; np=reject; psd=n; t=n"'])).toEqual([]);
});

test("what listens here is found by SRV; that the rest is not offered is said only where that is known", () => {
	expect(texts(domain({ services: { offered: ["imaps"], all: false } }), "SRV")).toEqual([
		"_imaps._tcp.example.org 0 1 993 mail.example.org.",
	]);
	expect(texts(domain(), "SRV")).toContain("_pop3._tcp.example.org 0 0 0 .");
	expect(texts(domain({ services: undefined }), "SRV")).toEqual([]);
});

test("names that send no mail say so, and the relay's own where its zone is ours", () => {
	expect(texts(domain({}, { noMail: ["www.example.org"] }), "no mail")).toEqual([
		"mail.example.org v=spf1 -all",
		"www.example.org v=spf1 -all",
		"www.example.org 0 .",
	]);
	const inside = { ...relay, name: "mx.example.org" };
	expect(texts(domain({ relay: inside }), "SPF")).toContain("mx.example.org v=spf1 a -all");
	expect(texts(domain({ relay: inside }), "A")).toEqual(["mx.example.org 203.0.113.10"]);
	expect(left(domain(), "relay")).toMatchObject([
		{ remedy: expect.stringContaining('relay.example.net. IN TXT "v=spf1 a -all"') },
	]);
});

test("mail programs get a file with what is offered, and a way to it only where somebody serves it", () => {
	expect(texts(domain({}, { autoconfig: "www.example.org" }), "autoconfig")).toEqual([
		"autoconfig.example.org www.example.org.",
		"_autodiscover._tcp.example.org 0 1 443 www.example.org.",
	]);
	expect(left(domain(), "autoconfig")).toHaveLength(1);
	const file = autoconfigFile(domain());
	expect(file).toContain("<hostname>mail.example.org</hostname>");
	expect(file).toContain("<port>993</port>");
	expect(file).not.toContain("<port>465</port>");
});

test("Outlook gets a file with what is offered, and of the ways to send the one that it knows best", () => {
	const file = (offered: ClientService[]) =>
		autodiscoverFile(domain({ services: { offered, all: true } }))
			.replace(/\s+/g, "")
			.replace(/.*<Action>settings<\/Action>|<\/Account>.*/g, "");
	const server = (type: string, port: number, encryption: string) =>
		`<Protocol><Type>${type}</Type><Server>mail.example.org</Server><Port>${port}</Port><DomainRequired>on</DomainRequired><SPA>off</SPA>${encryption}<AuthRequired>on</AuthRequired></Protocol>`;
	expect(file(["imaps", "submissions", "submission"])).toBe(
		server("IMAP", 993, "<SSL>on</SSL>") + server("SMTP", 465, "<SSL>on</SSL>"),
	);
	expect(file(["submission"])).toBe(server("SMTP", 587, "<Encryption>TLS</Encryption>"));
});

test("no CAA is ever planned, nor NS or DS", () => {
	const types = wishesOf(domain()).wanted.map(({ type }) => type);
	for (const type of ["CAA", "NS", "DS"]) expect(types).not.toContain(type);
});
