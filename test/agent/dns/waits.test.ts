import { afterEach, expect, test } from "vitest";
import { aRRset, type RecordsScene, recordsScene } from "./records-scene.ts";

let scene: RecordsScene;
afterEach(() => scene.end());

const zone = (...rrsets: ReturnType<typeof aRRset>[]) => ({ domains: [{ name: "example.org", rrsets }] });
const refuse = (on: "write" | "dyndns") =>
	scene.desec.faults.set({ kind: "status", code: 429, retryAfter: 120, on });

test("a wait for dynDNS does not hold up a change that needs one PATCH", async () => {
	scene = await recordsScene(["mail.example.org", "www.example.org"], zone(aRRset("mail", ["198.51.100.7"])));
	await scene.desec.edit("example.org", aRRset("www", ["198.51.100.7"]));
	await scene.address("198.51.100.7");
	await refuse("dyndns");
	void scene.address("198.51.100.7", "2001:db8::7");
	await expect.poll(() => scene.trouble()).toBeDefined();
	scene.requests();
	void scene.address("198.51.100.8", "2001:db8::7");
	await expect.poll(scene.shown).toEqual(["mail A 60 198.51.100.8", "www A 60 198.51.100.8"]);
	expect(scene.requests()).toEqual(["write"]);
	expect(scene.trouble(), "what still waits is still said").toBeDefined();
	await scene.desec.faults.clear();
	scene.time(140_000);
	await scene.run();
	expect(scene.shown()).toContain("www AAAA 60 2001:db8::7");
	expect(scene.trouble()).toBeUndefined();
});

test("when deSEC takes no more changes by REST, an address goes through dynDNS at once", async () => {
	scene = await recordsScene(["mail.example.org"], zone(aRRset("mail", ["198.51.100.7"])));
	await scene.address("198.51.100.7");
	await refuse("write");
	scene.requests();
	await scene.address("198.51.100.8");
	expect(scene.requests()).toEqual(["write", "dyndns", "read"]);
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
	expect(scene.trouble()).toBeUndefined();
});

test("a family that is gone loses its record through dynDNS, too, and the other keeps its own", async () => {
	const rrsets = [aRRset("mail", ["198.51.100.7"]), aRRset("mail", ["2001:db8::7"], 60, "AAAA")];
	scene = await recordsScene(["mail.example.org"], zone(...rrsets));
	await scene.address("198.51.100.7", "2001:db8::7");
	await refuse("write");
	scene.gone(6, scene.time());
	scene.time(300_000);
	await scene.run();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7"]);
});

test("an RRset of another TTL gets the right address by PATCH while dynDNS must wait", async () => {
	scene = await recordsScene(["mail.example.org"], zone(aRRset("mail", ["203.0.113.1"], 3600)));
	await refuse("dyndns");
	void scene.address("198.51.100.7");
	await expect.poll(scene.shown).toEqual(["mail A 3600 198.51.100.7"]);
	await scene.desec.faults.clear();
	scene.time(140_000);
	await scene.run();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7"]);
});

test("no demanded wait outlives an hour without a new try", async () => {
	scene = await recordsScene(["mail.example.org"], zone(aRRset("mail", ["198.51.100.7"])));
	await scene.address("198.51.100.7");
	const day = { kind: "status", code: 429, retryAfter: 86_400 } as const;
	await scene.desec.faults.set({ ...day, on: ["write", "dyndns"] });
	void scene.address("198.51.100.8");
	await expect.poll(() => scene.trouble()).toBeDefined();
	await scene.desec.faults.clear();
	scene.time(3_601_000);
	await scene.run();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
});
