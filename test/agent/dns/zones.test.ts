import { afterEach, expect, test } from "vitest";
import { type ZonesScene, zonesScene } from "./zones-scene.ts";

let scene: ZonesScene;
const made = async (...options: Parameters<typeof zonesScene>) => {
	scene = await zonesScene(...options);
	return scene;
};
afterEach(() => scene.end());

const all = [
	"@ MX 10 relay.example.net.",
	'@ TXT "v=spf1 mx ~all"',
	'_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org"',
	"_imap._tcp SRV 0 0 0 .",
	"_imaps._tcp SRV 0 1 993 mail.example.org.",
	"_pop3._tcp SRV 0 0 0 .",
	"_pop3s._tcp SRV 0 0 0 .",
	'_smtp._tls TXT "v=TLSRPTv1; rua=mailto:postmaster@example.org"',
	"_submission._tcp SRV 0 0 0 .",
	"_submissions._tcp SRV 0 1 465 mail.example.org.",
	'mail TXT "v=spf1 -all"',
];

test("a bare domain has all its records after one apply, which takes three requests", async () => {
	const { apply, plan, shown, requests, watched, snapshots } = await made();
	const { digest, changes } = await plan();
	expect(changes.every(({ action }) => action === "create")).toBe(true);
	expect(requests()).toEqual(["GET"]);
	const done = (await scene.command("dns-apply", {
		take: [],
		undo: false,
		agreed: { "example.org": digest },
	})) as [{ visible: object }];
	expect(requests()).toEqual(["GET", "POST", "GET"]);
	expect(done[0].visible).toEqual({ after: 1 });
	expect(shown().filter((line) => !line.startsWith("home._domainkey"))).toEqual(all);
	expect(shown().find((line) => line.startsWith("home._domainkey"))).toMatch(
		/^home._domainkey TXT "v=DKIM1; k=rsa; p=MIIB/,
	);
	expect(watched[0]).toHaveLength(12);
	expect(snapshots).toHaveLength(1);
	expect((await plan()).changes).toEqual([]);
	expect((await apply()).done).toEqual([]);
});

test("an undo takes away what was applied, and leaves what others added since", async () => {
	const { apply, shown, put, later } = await made();
	await put("", "TXT", '"google-site-verification=abc"');
	await apply();
	later();
	await put("", "TXT", '"google-site-verification=abc"', '"v=spf1 mx ~all"', '"another=1"');
	await put("www", "A", "192.0.2.80");
	await apply({ undo: true });
	expect(shown()).toEqual(['@ TXT "google-site-verification=abc" | "another=1"', "www A 192.0.2.80"]);
	await expect(scene.plan({ undo: true })).rejects.toThrow("nothing was applied");
});

test("what an undo cannot take back, since somebody has changed it, is left and told", async () => {
	const { apply, plan, shown, put, later } = await made();
	await put("_dmarc", "TXT", '"v=DMARC1; p=none"');
	await apply({ take: [{ name: "_dmarc.example.org", type: "TXT" }] });
	later();
	await put("_dmarc", "TXT", '"v=DMARC1; p=reject"');
	const { leftOut } = await plan({ undo: true });
	expect(leftOut).toMatchObject([{ name: "_dmarc.example.org", why: expect.stringContaining("p=reject") }]);
	await apply({ undo: true });
	expect(shown()).toEqual(['_dmarc TXT "v=DMARC1; p=reject"']);
});

test("what is as wanted is taken over, and what differs waits for --take", async () => {
	const { apply, plan, shown, put } = await made();
	await put("", "MX", "20 old.example.com.");
	await put("_dmarc", "TXT", '"v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org"');
	const { right, leftOut } = await plan();
	expect(right.map(({ kind }) => kind)).toEqual(["DMARC"]);
	expect(leftOut).toContainEqual(
		expect.objectContaining({ kind: "MX", remedy: expect.stringContaining("--take example.org MX") }),
	);
	await apply();
	expect(shown()).toContain("@ MX 20 old.example.com.");
	await apply({ take: [{ name: "example.org", type: "MX" }] });
	expect(shown()).toContain("@ MX 10 relay.example.net.");
});

test("somebody's SPF string is changed only with --take, and keeps what it has", async () => {
	const { apply, plan, shown, put } = await made();
	await put("", "TXT", '"verify=1"', '"v=spf1 include:_spf.example.com -all"');
	await apply();
	expect(shown()).toContain('@ TXT "verify=1" | "v=spf1 include:_spf.example.com -all"');
	await apply({ take: [{ name: "example.org", type: "TXT" }] });
	expect(shown()).toContain('@ TXT "verify=1" | "v=spf1 mx include:_spf.example.com -all"');
	expect((await plan()).changes).toEqual([]);
});

test("an SPF record that has all that is wanted and more is as good, and stays as it is", async () => {
	const { plan, put } = await made();
	await put("", "TXT", '"v=spf1 a mx ip4:192.0.2.9 -all"');
	const { right, changes } = await plan();
	expect(right.map(({ kind }) => kind)).toContain("SPF");
	expect(changes.map(({ type, subname }) => `${subname} ${type}`)).not.toContain(" TXT");
});

test("while the relay has not said who it is, what was applied from its word stays", async () => {
	const { apply, plan, truth } = await made();
	await apply();
	truth.relay = undefined;
	truth.keys = undefined;
	const { changes, leftOut } = await plan();
	expect(changes).toEqual([]);
	expect(leftOut.map(({ kind }) => kind)).toEqual(["MX", "SPF", "DKIM", "autoconfig"]);
});

test("a plan that somebody has said yes to is not carried out once it is another", async () => {
	const { plan, put, shown } = await made();
	const { digest } = await plan();
	await put("_dmarc", "TXT", '"v=DMARC1; p=reject"');
	const order = { take: [], undo: false, agreed: { "example.org": digest } };
	await expect(scene.command("dns-apply", order)).rejects.toThrow(
		"the plan for example.org is another by now",
	);
	expect(shown()).toEqual(['_dmarc TXT "v=DMARC1; p=reject"']);
});

test("a plan that changes or deletes more than a third of the zone asks again", async () => {
	const { apply, plan, later } = await made();
	await apply();
	expect((await plan()).asksAgain).toBeUndefined();
	later();
	expect((await plan({ undo: true })).asksAgain).toBe(
		"12 of the 12 RRsets in example.org would be changed or deleted, which is more than a third",
	);
});

test("a write that deSEC commits without an answer counts as done", async () => {
	const { desec, apply, plan } = await made();
	desec.faults.set({ kind: "half", on: "write", times: 1, applied: true });
	const { done } = await apply();
	expect(done).toHaveLength(12);
	expect((await plan()).changes).toEqual([]);
});

test("a write that deSEC refuses changes nothing, and nothing is remembered of it", async () => {
	const { desec, apply, plan, shown } = await made();
	desec.faults.set({ kind: "status", code: 403, on: "write", times: 1 });
	await expect(apply()).rejects.toThrow("the token may not do that");
	expect(shown()).toEqual([]);
	await expect(plan({ undo: true })).rejects.toThrow("nothing was applied");
});
