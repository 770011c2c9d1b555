import { afterEach, expect, test } from "vitest";
import { TOKEN } from "../../desec/asking.ts";
import type { Fault } from "../../desec/faults.ts";
import { onlyThese } from "../../desec/policies.ts";
import { aRRset, type RecordsScene, recordsScene } from "./records-scene.ts";

let scene: RecordsScene;
afterEach(() => scene.end());

/** What deSEC, or somebody in its place, does wrong, and how it is undone. */
type Trouble = [name: string, begin: () => unknown, end: () => unknown];

const fault = (name: string, fault: Fault): Trouble => [
	name,
	() => scene.desec.faults.set(fault),
	() => scene.desec.faults.clear(),
];

const troubles: Trouble[] = [
	[
		"401, the token being revoked",
		() => scene.desec.revokeToken(TOKEN),
		() => scene.desec.addToken({ secret: TOKEN }),
	],
	[
		"403, the token's policies being too narrow",
		() => scene.desec.addToken({ secret: TOKEN, policies: onlyThese([]) }),
		() => scene.desec.addToken({ secret: TOKEN }),
	],
	fault("404", { kind: "status", code: 404 }),
	fault("409", { kind: "conflict", code: 409 }),
	fault("429 without Retry-After", { kind: "conflict", code: 429 }),
	fault("429 with Retry-After", { kind: "status", code: 429, retryAfter: 2 }),
	fault("500", { kind: "status", code: 500 }),
	fault("503", { kind: "maintenance" }),
	fault("503 with Retry-After", { kind: "maintenance", retryAfter: 90 }),
	fault("a refused connection", { kind: "refused" }),
	fault("something else than TLS", { kind: "tls" }),
	fault("silence", { kind: "silence" }),
	fault("half an answer", { kind: "half" }),
	fault("a web page with status 200", { kind: "html" }),
];

test.each(troubles)(
	"%s is told while it lasts, and over by itself, with the record right and written once",
	async (_, begin, end) => {
		scene = await recordsScene(["mail.example.org"], {
			domains: [
				{ name: "example.org", rrsets: [aRRset("mail", ["198.51.100.7"]), aRRset("www", ["203.0.113.5"])] },
			],
		});
		await scene.address("198.51.100.7");
		await begin();
		const settled = scene.address("198.51.100.8");
		await expect.poll(() => scene.trouble()).toBeDefined();
		const [told] = scene.health.list();
		expect([told?.code, told?.remedy]).toEqual(["dns.failing", expect.stringMatching(/\w/)]);
		expect(scene.records().state().inSync).toBe(false);
		// Half an hour of it, in which it is tried again and again.
		for (let minute = 0; minute < 30; minute++) {
			scene.time(60_000);
			scene.poke();
			await new Promise((done) => setTimeout(done, 5));
		}
		const tries = scene.requests().length;
		expect(tries, "within deSEC's limits").toBeLessThan(100);
		await end();
		await expect
			.poll(
				() => {
					scene.time(400_000);
					scene.poke();
					return scene.trouble();
				},
				{ interval: 50 },
			)
			.toBeUndefined();
		await settled;
		expect(scene.shown()).toEqual(["mail A 60 198.51.100.8", "www A 60 203.0.113.5"]);
		expect(scene.records().state().inSync).toBe(true);
		// What was written is known: another look writes nothing.
		scene.requests();
		scene.records().recheck();
		await scene.records().duty.settled();
		expect(scene.requests()).toEqual(["read"]);
	},
);
