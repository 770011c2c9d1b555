import { afterEach, expect, test } from "vitest";
import { planText } from "../../../shared/dns/zones/plan-text.ts";
import { rsaKey, type ZonesScene, zonesScene } from "./zones-scene.ts";

let scene: ZonesScene;
const made = async (...options: Parameters<typeof zonesScene>) => {
	scene = await zonesScene(...options);
	return scene;
};
afterEach(() => scene.end());

const aRRset = (subname: string, type: string, ...records: string[]) => ({
	subname,
	type,
	ttl: 3600,
	records,
});

test("a zone of 5,000 RRsets is planned and applied, and none of them touched", async () => {
	const many = Array.from({ length: 5_000 }, (_, at) => aRRset(`host${at}`, "A", "192.0.2.1"));
	const { apply, shown, requests } = await made({
		desec: { domains: [{ name: "example.org", rrsets: many }] },
	});
	const { done } = await apply();
	expect(done).toHaveLength(12);
	expect(shown()).toHaveLength(5_012);
	// Ten pages each time, and one write.
	expect(requests().filter((method) => method !== "GET")).toEqual(["POST"]);
});

test("TXT records of 64 kB and of every byte stay as they are beside ours", async () => {
	const long = `"${"x".repeat(255)}" `.repeat(250).trim();
	const odd = '"\\195\\188 \\" \\\\ ; #"';
	const { apply, put, desec } = await made();
	await put("", "TXT", long, odd);
	const before = desec
		.rrsets("example.org")
		.find(({ type, subname }) => type === "TXT" && subname === "")!.records;
	await apply();
	const after = desec
		.rrsets("example.org")
		.find(({ type, subname }) => type === "TXT" && subname === "")!.records;
	expect(after).toEqual([...before, '"v=spf1 mx ~all"']);
});

test("a wildcard keeps its answers: what would end one is left out, with what to add first", async () => {
	const { apply, plan, put, shown } = await made();
	await put("*", "A", "192.0.2.80");
	const { leftOut, changes } = await plan();
	expect(changes.map(({ name }) => name)).toEqual(["example.org", "example.org"]);
	expect(leftOut).toContainEqual(
		expect.objectContaining({
			name: "_dmarc.example.org",
			why: expect.stringContaining("_dmarc.example.org A would answer nothing instead of A 192.0.2.80"),
			remedy: expect.stringContaining("_dmarc.example.org. IN A 192.0.2.80"),
		}),
	);
	await apply();
	expect(shown()).toEqual(["* A 192.0.2.80", "@ MX 10 relay.example.net.", '@ TXT "v=spf1 mx ~all"']);
});

test("what the plan says to add first makes way for the record", async () => {
	const { plan, put } = await made();
	await put("*", "A", "192.0.2.80");
	const missing = (await plan()).leftOut.find(({ name }) => name === "_dmarc.example.org")?.remedy ?? "";
	for (const [, name = "", type = "", record = ""] of missing.matchAll(/([^ ;]+)\. IN (\S+) ([^;]+)/g))
		await put(name.replace(/\.?example\.org$/, ""), type, record);
	expect((await plan()).changes.map(({ name }) => name)).toContain("_dmarc.example.org");
});

test("a CNAME, a DNAME or a delegation where a record should go is shown, and never replaced", async () => {
	const { apply, plan, put, shown } = await made();
	await put("_dmarc", "CNAME", "policy.example.com.");
	await put("_tcp", "DNAME", "_tcp.example.com.");
	await put("mail", "NS", "ns1.example.com.");
	const { leftOut } = await plan({ take: [{ name: "_dmarc.example.org", type: "TXT" }] });
	const why = (name: string) => leftOut.find((one) => one.name === name)?.why;
	expect(why("_dmarc.example.org")).toContain("there is a CNAME to policy.example.com, beside");
	expect(why("_imaps._tcp.example.org")).toContain("is redirected by a DNAME");
	expect(why("mail.example.org")).toContain("is delegated to other name servers");
	await apply();
	expect(shown()).toEqual(
		expect.arrayContaining(["_dmarc CNAME policy.example.com.", "_tcp DNAME _tcp.example.com."]),
	);
	expect(shown().filter((line) => line.startsWith("_dmarc") || line.includes("_tcp"))).toHaveLength(2);
});

test("two SPF records are told as what they are, and left to a person", async () => {
	const { plan, put } = await made();
	await put("", "TXT", '"v=spf1 mx ~all"', '"v=spf1 a -all"');
	const { faults, leftOut, changes } = await plan();
	expect(faults.join()).toContain("example.org SPF: there are 2 SPF records");
	expect(leftOut).toContainEqual(
		expect.objectContaining({ kind: "SPF", remedy: expect.stringContaining("--take") }),
	);
	expect(changes.map(({ name, type }) => `${name} ${type}`)).not.toContain("example.org TXT");
});

test("an SPF record that is split over strings is read as one, and is as good", async () => {
	const { plan, put } = await made();
	await put("", "TXT", '"v=spf1 m" "x ~all"');
	const { right } = await plan();
	expect(right.map(({ kind }) => kind)).toContain("SPF");
});

test("a DMARC record with a slip of the pen is told, and replaced only with --take", async () => {
	const { apply, plan, put, shown } = await made();
	await put("_dmarc", "TXT", '"v=DMARC1; p=quarantene"');
	expect((await plan()).faults.join()).toContain('"p=quarantene" is no policy');
	await apply({ take: [{ name: "_dmarc.example.org", type: "TXT" }] });
	expect(shown().join()).toContain("p=quarantine; rua=");
});

test("a key that is revoked in DNS, or another than the one that signs, is told", async () => {
	const { plan, put } = await made();
	await put("home._domainkey", "TXT", '"v=DKIM1; k=rsa; p="');
	expect((await plan()).faults.join()).toContain("the key is revoked");
	await put("home._domainkey", "TXT", '"v=DKIM1; k=rsa; p=QUJD"');
	expect((await plan()).faults.join()).toContain(`another key than the one in ${rsaKey.source}`);
});

test("an MX that names an address is told, since deSEC takes it without a word", async () => {
	const { plan, put } = await made();
	await put("", "MX", "10 192.0.2.1.");
	expect((await plan()).faults.join()).toContain("names an address");
});

test("somebody else's records, CAA among them, are as they were after apply and undo", async () => {
	const foreign = [
		aRRset("", "CAA", '0 issue "letsencrypt.org"'),
		aRRset("", "TXT", '"google-site-verification=abc"'),
		aRRset("www", "A", "192.0.2.80"),
		aRRset("_443._tcp.www", "TLSA", "3 1 1 abcd"),
	];
	const { apply, later, shown } = await made({
		desec: { domains: [{ name: "example.org", rrsets: foreign }] },
	});
	const before = shown();
	await apply();
	expect(shown()).toEqual(expect.arrayContaining(before.filter((line) => !line.includes("TXT"))));
	later();
	await apply({ undo: true });
	expect(shown()).toEqual(before);
});

test("what is somebody else's is shown with what would stand there once it is taken", async () => {
	const { apply, plan, put, shown } = await made();
	await put("", "TXT", '"v=spf1 include:_spf.example.com ~all"');
	await put("", "MX", "10 mx.example.com.");
	const text = planText(await plan());
	expect(text).toContain('; wanted: "v=spf1 mx include:_spf.example.com ~all"');
	expect(text).toContain("\n  ? example.org MX: it is somebody else's");
	await apply({ take: [{ name: "example.org", type: "TXT" }] });
	expect(shown()).toContain('@ TXT "v=spf1 mx include:_spf.example.com ~all"');
});
