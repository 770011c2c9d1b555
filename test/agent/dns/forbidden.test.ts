import { afterEach, expect, test } from "vitest";
import { TOKEN } from "../../desec/asking.ts";
import { onlyThese } from "../../desec/policies.ts";
import { aRRset, type RecordsScene, recordsScene } from "./records-scene.ts";

let scene: RecordsScene;
afterEach(() => scene.end());

const names = ["mail", "www", "imap"];
const mayWrite = (...subnames: string[]) =>
	scene.desec.addToken({
		secret: TOKEN,
		policies: onlyThese(
			subnames.flatMap((subname) => ["A", "AAAA"].map((type) => ({ domain: "example.org", subname, type }))),
		),
	});

async function threeNames(...rrsets: ReturnType<typeof aRRset>[]): Promise<void> {
	scene = await recordsScene(
		names.map((name) => `${name}.example.org`),
		{ domains: [{ name: "example.org", rrsets }] },
	);
}

test("one RRset that the token may not write keeps no other from being true, and is named", async () => {
	await threeNames(...names.map((name) => aRRset(name, ["198.51.100.7"])));
	await scene.address("198.51.100.7");
	mayWrite("mail", "imap");
	void scene.address("198.51.100.8");
	await expect
		.poll(scene.shown)
		.toEqual(["imap A 60 198.51.100.8", "mail A 60 198.51.100.8", "www A 60 198.51.100.7"]);
	await expect.poll(() => scene.trouble()).toMatch(/wanted to write www A of example\.org, but/);
	const [told] = scene.health.list();
	expect(told?.remedy).toContain("domain example.org, subname www, type A");
	expect(told?.remedy).not.toContain("subname mail");
	scene.requests();
	void scene.address("198.51.100.9");
	await expect.poll(scene.shown).toContain("mail A 60 198.51.100.9");
	expect(scene.requests(), "the others change together, at once").toEqual(["write"]);
	mayWrite(...names);
	await expect
		.poll(() => {
			scene.time(60_000);
			scene.poke();
			return [scene.trouble(), scene.shown().includes("www A 60 198.51.100.9")];
		})
		.toEqual([undefined, true]);
});

test("one that is missing and may not be made keeps no other from being made", async () => {
	await threeNames();
	mayWrite("mail", "www");
	void scene.address("198.51.100.7");
	await expect
		.poll(() => {
			// dynDNS takes two updates in two minutes.
			scene.time(70_000);
			scene.desec.resetThrottle();
			scene.poke();
			return scene.shown();
		})
		.toEqual(["mail A 60 198.51.100.7", "www A 60 198.51.100.7"]);
	await expect.poll(() => scene.trouble()).toMatch(/wanted to write imap A of example\.org/);
});

test("to find out what is forbidden deletes nothing and publishes nothing", async () => {
	await threeNames(
		...names.flatMap((name) => [aRRset(name, ["198.51.100.7"]), aRRset(name, ["2001:db8::7"], 3600, "AAAA")]),
	);
	mayWrite();
	void scene.address("198.51.100.8", "2001:db8::8");
	await expect.poll(() => scene.trouble()).toMatch(/mail A, .*imap AAAA|403/);
	expect(scene.shown()).toEqual(
		names.flatMap((name) => [`${name} A 60 198.51.100.7`, `${name} AAAA 3600 2001:db8::7`]).sort(),
	);
});
