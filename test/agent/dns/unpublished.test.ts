import { afterEach, expect, test } from "vitest";
import { aRRset, type RecordsScene, recordsScene } from "./records-scene.ts";

let scene: RecordsScene;
afterEach(() => scene.end());

const name = "mail.example.org";
const seen = () => scene.desec.public("example.org").map(({ name, ttl, records }) => [name, ttl, ...records]);
const behind = () => scene.health.list().find((one) => one.code === "dns.not_visible");

/** The stand-in has our A, and keeps what comes now without publishing it. */
async function unpublished(ipv6?: string): Promise<void> {
	const others = ipv6 ? [aRRset("mail", [ipv6], 60, "AAAA")] : [];
	scene = await recordsScene([name], {
		domains: [{ name: "example.org", rrsets: [aRRset("mail", ["198.51.100.7"]), ...others] }],
	});
	await scene.address("198.51.100.7", ipv6);
	scene.requests();
	scene.time(10_000);
	await scene.desec.faults.set({ kind: "unpublished" });
	void scene.address("198.51.100.8", ipv6);
	await expect.poll(() => behind()).toBeDefined();
	scene.time(10_000);
	scene.poke();
}

test("a change that deSEC keeps and does not publish is told, although reading it says that all is well", async () => {
	await unpublished();
	expect(behind()?.text).toMatch(/deSEC has taken mail\.example\.org A, but .* the world still sees/);
	expect(scene.desec.rrsets("example.org")[0]).toMatchObject({ records: ["198.51.100.8"] });
	expect(seen()).toEqual([["mail.example.org.", 60, "198.51.100.7"]]);
	await expect.poll(() => scene.records().state().unseen).toEqual(["mail.example.org A"]);
});

/** Lets time pass until the world sees what is right and nothing is wrong any more. */
async function published(): Promise<void> {
	await scene.desec.faults.clear();
	await expect
		.poll(() => {
			scene.time(5_000);
			scene.poke();
			return [behind(), scene.trouble(), scene.records().state().unseen];
		})
		.toEqual([undefined, undefined, []]);
}

test("it is published anew as soon as deSEC can, by another TTL and back, and then left alone", async () => {
	await unpublished();
	await published();
	await expect.poll(seen).toEqual([["mail.example.org.", 60, "198.51.100.8"]]);
	await scene.records().duty.settled();
	scene.requests();
	await scene.run();
	expect(scene.requests()).toEqual([]);
});

test("an RRset that the world sees as it should be gets the other TTL, where there is one", async () => {
	await unpublished("2001:db8::7");
	await published();
	const isTtl = (body: unknown) => JSON.stringify(body).includes("ttl");
	const bodies = scene.desec.requests.flatMap(({ traffic, body }) => (traffic === "write" ? [body] : []));
	const [first] = bodies.filter(isTtl);
	expect(first).toEqual([{ subname: "mail", type: "AAAA", ttl: 3600 }]);
	const goOn = () => {
		scene.time(5_000);
		scene.poke();
		return scene.shown();
	};
	await expect.poll(goOn).toEqual(["mail A 60 198.51.100.8", "mail AAAA 60 2001:db8::7"]);
});

test("what was kept and not published is found out after a restart, too", async () => {
	await unpublished();
	await scene.restart();
	scene.watched.length = 0;
	scene.poke();
	await expect.poll(() => scene.watched[0]).toEqual(["mail.example.org A 198.51.100.8"]);
	await published();
	await expect.poll(seen).toEqual([["mail.example.org.", 60, "198.51.100.8"]]);
});

test("servers that are only late get no write: deSEC says that it has published", async () => {
	scene = await recordsScene([name], {
		domains: [{ name: "example.org", rrsets: [aRRset("mail", ["198.51.100.7"])] }],
	});
	await scene.address("198.51.100.7");
	scene.desec.late("example.org", true);
	scene.requests();
	void scene.address("198.51.100.8");
	await expect.poll(() => behind()).toBeDefined();
	const goOn = () => {
		scene.time(5_000);
		return scene.watched.length;
	};
	await expect.poll(goOn).toBeGreaterThan(5);
	expect(scene.requests().filter((one) => one !== "read")).toEqual(["write"]);
	scene.desec.late("example.org", false);
	await expect.poll(() => behind()).toBeUndefined();
});
