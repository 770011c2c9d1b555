import { afterEach, expect, test } from "vitest";
import { reviewDns } from "../../../agent/dns/config.ts";
import { followWay } from "../../../agent/ports/way.ts";
import { parseAddress } from "../../../shared/address.ts";
import { type RecordsScene, recordsScene } from "./records-scene.ts";

let scene: RecordsScene;
let scenes: RecordsScene[] = [];
afterEach(async () => {
	for (const one of scenes) await one.end();
	scenes = [];
});

async function begin(...args: Parameters<typeof recordsScene>): Promise<RecordsScene> {
	const one = await recordsScene(...args);
	scenes.push(one);
	return one;
}

const relay4 = parseAddress("203.0.113.10");
const relay6 = parseAddress("2001:db8:1::10");

test("a name via the relay has the relay's addresses, and is not written again when the line's change", async () => {
	scene = await begin(["imap.example.org", "mail.example.org"], {
		via: { "imap.example.org": "relay" },
	});
	scene.relayAt(4, relay4);
	scene.relayAt(6, relay6);
	await scene.address("198.51.100.7", "2001:db8::7");
	const relayed = [`imap A 60 ${relay4}`, `imap AAAA 60 ${relay6}`];
	expect(scene.shown()).toEqual([...relayed, "mail A 60 198.51.100.7", "mail AAAA 60 2001:db8::7"]);
	await scene.address("198.51.100.8", "2001:db8::8");
	expect(scene.shown()).toEqual([...relayed, "mail A 60 198.51.100.8", "mail AAAA 60 2001:db8::8"]);
});

test("while the relay's addresses are not known, what the name has stays; a family that it lacks goes", async () => {
	scene = await begin(["mail.example.org"]);
	await scene.address("198.51.100.7", "2001:db8::7");
	const before = scene.shown();
	scene = await begin(["mail.example.org"], {
		via: "relay",
		domains: [
			{
				name: "example.org",
				rrsets: [
					{ subname: "mail", type: "A", ttl: 60, records: ["198.51.100.7"] },
					{ subname: "mail", type: "AAAA", ttl: 60, records: ["2001:db8::7"] },
				],
			},
		],
	});
	await scene.address("198.51.100.9", "2001:db8::9");
	expect(scene.shown()).toEqual(before);
	scene.relayAt(4, relay4);
	scene.relayAt(6, "gone");
	await scene.run();
	expect(scene.shown()).toEqual([`mail A 60 ${relay4}`]);
});

test("where the relay is comes from itself, or from its endpoint; a family goes only after five minutes", () => {
	let time = 0;
	const way = followWay(() => time);
	expect(way.after(undefined, [relay4])).toEqual({ 4: relay4, 6: undefined });
	expect(way.after({ addresses: [relay4, relay6], complete: true }, [])).toEqual({ 4: relay4, 6: relay6 });
	expect(way.after({ addresses: [relay4], complete: true }, [])).toEqual({ 4: relay4, 6: relay6 });
	time = 5 * 60_000;
	expect(way.after({ addresses: [relay4], complete: true }, [])).toEqual({ 4: relay4, 6: "gone" });
	expect(way.after(undefined, [])).toEqual({ 4: relay4, 6: "gone" });
	const ofOneFamily = followWay(() => time).after({ addresses: [relay4], complete: true }, [relay6]);
	expect(ofOneFamily).toEqual({ 4: relay4, 6: "gone" });
});

test("a name in dns.via that is not kept is refused", () => {
	const said: string[] = [];
	const dns = { names: ["mail.example.org"], via: { "imap.example.org": "relay" } } as never;
	reviewDns({ dns }, (path, message) => said.push(`${path.join(".")}: ${message}`));
	expect(said).toEqual(['dns.via.imap.example.org: expected one of dns.names, got "imap.example.org"']);
});
