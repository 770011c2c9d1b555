import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { changeMap, changesBetween, replaceMap, runningMap } from "../../../shared/haproxy/map.ts";
import { askHaproxy } from "../../../shared/haproxy/runtime.ts";
import { type FakeHaproxy, fakeHaproxy } from "./fake-haproxy.ts";

let folder: string;
let haproxy: FakeHaproxy;
const place = () => ({ socket: haproxy.socket, file: "/maps/names.map" });

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-haproxy-"));
	haproxy = await fakeHaproxy(folder);
});
afterEach(async () => {
	await haproxy.stop();
	await rm(folder, { recursive: true });
});

const many = (count: number) =>
	new Map(
		Array.from({ length: count }, (_, at) => [`mail.home-${at}.example:993`, `10.86.0.2|10993|home-${at}`]),
	);

it("a map of thousands goes to HAProxy in pieces that its buffer takes, and is put in force at once", async () => {
	const entries = many(3_000);
	await replaceMap(place(), entries);
	expect(haproxy.map).toEqual(entries);
	expect(haproxy.commands.filter((one) => one.startsWith("add map")).length).toBeGreaterThan(8);
	expect(await runningMap(place())).toEqual(entries);
});

it("a map that did not arrive whole is not put in force, and the one before serves on", async () => {
	await replaceMap(place(), many(3));
	haproxy.loseAfter = 10;
	await expect(replaceMap(place(), many(3_000))).rejects.toThrow(/took \d+ of 3000 entries/);
	expect(haproxy.map).toEqual(many(3));
	expect(haproxy.commands.at(-1)).toMatch(/^clear map @2 /);
});

it("an empty map is a map, too", async () => {
	await replaceMap(place(), many(3));
	await replaceMap(place(), new Map());
	expect(haproxy.map.size).toBe(0);
});

it("entries are added, changed and taken out without the others, new ones in one command", async () => {
	await replaceMap(place(), many(3));
	haproxy.commands.length = 0;
	const after = many(200);
	after.delete("mail.home-0.example:993");
	after.set("mail.home-1.example:993", "10.86.0.9|10993|home-1");
	await changeMap(place(), changesBetween(many(3), after));
	expect(haproxy.map).toEqual(after);
	expect(haproxy.commands.map((one) => one.split(" ")[0])).toEqual(["add", "set", "del"]);
});

it("what somebody else has changed in the running map is made right all the same", async () => {
	await replaceMap(place(), many(1));
	const [key, gone] = ["mail.home-1.example:993", "mail.home-2.example:993"];
	await changeMap(place(), { fresh: new Map(), changed: new Map([[key, "x"]]), gone: [gone] });
	expect(haproxy.map).toEqual(new Map([...many(1), [key, "x"]]));
});

it("an HAProxy that does not run is told of with what to do", async () => {
	const error = await askHaproxy(join(folder, "none.sock"), "show info").catch((thrown) => thrown);
	expect(String(error)).toContain('did not answer "show info": ENOENT');
	expect(error.remedy).toContain("systemctl status heimweg-relay-haproxy");
});
