import { afterEach, expect, test, vi } from "vitest";
import { onSchedule } from "../../../shared/schedule.ts";
import { agentConfigSchema, key } from "../config-examples.ts";
import { aRRset, type RecordsScene, recordsScene } from "./records-scene.ts";

let scene: RecordsScene;
afterEach(async () => {
	vi.useRealTimers();
	await scene.end();
});

/** When the records are compared with deSEC, unless its owner says otherwise. */
const { dns } = agentConfigSchema.parse({
	relays: [{ endpoint: "relay.example.org:51820", public_key: key, addresses: ["10.86.0.1"] }],
	tunnel: { addresses: ["10.86.0.2"], networks: ["10.86.0.0/24"] },
	dns: { names: ["mail.example.org"] },
});

const minute = 60_000;

test("a day without a change costs deSEC a handful of reads and no write, for a duty poked each minute", async () => {
	scene = await recordsScene(["mail.example.org", "example.org"], {
		domains: [
			{
				name: "example.org",
				rrsets: [aRRset("mail", ["198.51.100.7"]), aRRset("", ["198.51.100.7"])],
			},
		],
	});
	await scene.address("198.51.100.7");
	scene.requests();
	vi.useFakeTimers({
		now: Date.parse("2026-01-01T00:00:30Z"),
		toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
	});
	let rechecks = 0;
	const end = onSchedule(dns!.check, () => {
		rechecks += 1;
		scene.records().recheck();
	});
	for (let passed = 0; passed < 24 * 60; passed++) {
		await vi.advanceTimersByTimeAsync(minute);
		scene.time(minute);
		scene.poke();
		await scene.records().duty.settled();
	}
	end();
	expect(rechecks).toBe(4);
	const requests = scene.requests();
	expect(requests.filter((request) => request !== "read")).toEqual([]);
	expect(requests.length).toBeGreaterThanOrEqual(rechecks);
	expect(requests.length).toBeLessThanOrEqual(8);
	expect(scene.health.list()).toEqual([]);
});
