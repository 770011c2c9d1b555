import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, TOKEN } from "./asking.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

const RRSETS = "domains/example.org/rrsets/";
const A = { subname: "mail", type: "A", ttl: 3600, records: ["198.51.100.7"] };
let standIn: StandIn;

beforeEach(async () => {
	standIn = await startStandIn({ domains: [{ name: "example.org" }], tokens: [{ secret: TOKEN }] });
});
afterEach(() => standIn.stop());

test("an error comes as often as asked for, only for the traffic asked for, and without effect", async () => {
	await standIn.faults.set({ kind: "status", code: 503, retryAfter: 7, times: 1, on: "write" });
	expect((await ask(standIn, "GET", RRSETS)).status).toBe(200);
	const failed = await ask(standIn, "PATCH", RRSETS, [A]);
	expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, "7"]);
	expect(standIn.rrsets("example.org")).toEqual([]);
	expect((await ask(standIn, "PATCH", RRSETS, [A])).status).toBe(200);
});

test("a change can take effect although its answer is lost", async () => {
	await standIn.faults.set({ kind: "half" });
	await expect(ask(standIn, "PATCH", RRSETS, [A])).rejects.toThrow();
	expect(standIn.rrsets("example.org")).toHaveLength(1);
});

test("refused connections work again after clearing, on the same port", async () => {
	await standIn.faults.set({ kind: "refused" });
	await expect(fetch(standIn.checkIpUrl)).rejects.toThrow();
	await standIn.faults.clear();
	expect((await fetch(standIn.checkIpUrl)).status).toBe(200);
});

test("stopping ends what is still waiting", async () => {
	await standIn.faults.set({ kind: "silence" });
	const waiting = expect(ask(standIn, "GET", RRSETS)).rejects.toThrow();
	await expect.poll(() => standIn.requests.length).toBe(1);
	await standIn.stop();
	await waiting;
});
