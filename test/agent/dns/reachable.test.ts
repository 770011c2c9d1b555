import { afterEach, beforeEach, expect, test } from "vitest";
import { aRRset, type RecordsScene, recordsScene } from "./records-scene.ts";

let scene: RecordsScene;
beforeEach(async () => {
	scene = await recordsScene(["mail.example.org"]);
	await scene.address("198.51.100.7", "2001:db8::7");
});
afterEach(() => scene.end());

test("an address that is proven not to lead home loses its record, and the other family keeps it", async () => {
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7", "mail AAAA 60 2001:db8::7"]);
	scene.refute(4, "198.51.100.7");
	await scene.run();
	expect(scene.shown()).toEqual([aRRset("mail", ["2001:db8::7"], 60, "AAAA")].map(line));
	scene.refute(4, undefined);
	await scene.run();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7", "mail AAAA 60 2001:db8::7"]);
});

test("a proof about an address that is ours no more says nothing of the next one", async () => {
	scene.refute(4, "198.51.100.7");
	await scene.address("198.51.100.8", "2001:db8::7");
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8", "mail AAAA 60 2001:db8::7"]);
});

const line = ({ subname, type, ttl, records }: ReturnType<typeof aRRset>) =>
	`${subname} ${type} ${ttl} ${records.join()}`;
