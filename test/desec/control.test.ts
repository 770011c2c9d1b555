import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, TOKEN } from "./asking.ts";
import { serveControl } from "./control.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

let folder: string;
let standIn: StandIn;
let control: { stop(): Promise<void> };
let agent: Agent;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "heimweg-test-"));
	standIn = await startStandIn({ domains: [{ name: "example.org" }], tokens: [{ secret: TOKEN }] });
	control = await serveControl(standIn, join(folder, "control"));
	agent = new Agent({ connect: { socketPath: join(folder, "control") } });
});
afterEach(async () => {
	await agent.close();
	await control.stop();
	await standIn.stop();
	rmSync(folder, { recursive: true });
});

async function turn(method: "GET" | "POST" | "DELETE", path: string, body?: unknown) {
	const answer = await request(`http://desec${path}`, {
		method,
		dispatcher: agent,
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

test("only its owner may turn the switches", () => {
	expect(statSync(join(folder, "control")).mode & 0o777).toBe(0o600);
});

test("faults, records and tokens change from outside, and what happened can be read", async () => {
	await turn("POST", "/rrsets", {
		domain: "example.org",
		subname: "mail",
		type: "A",
		ttl: 60,
		records: ["198.51.100.7"],
	});
	expect((await turn("GET", "/state")).body).toMatchObject({
		domains: [{ name: "example.org", rrsets: [{ name: "mail.example.org.", ttl: 60 }] }],
	});
	await turn("POST", "/faults", { kind: "maintenance" });
	expect((await ask(standIn, "GET", "domains/")).status).toBe(503);
	await turn("DELETE", "/faults");
	await turn("DELETE", "/tokens", { secret: TOKEN });
	expect((await ask(standIn, "GET", "domains/")).status).toBe(401);
	const log = await turn("GET", "/requests");
	expect(log.body).toMatchObject([{ status: 503, faults: ["maintenance"] }, { status: 401 }]);
});

test("a wrong turn is an error, not the end", async () => {
	expect((await turn("POST", "/rrsets", { domain: "example.com" })).status).toBe(400);
	expect((await turn("GET", "/nothing")).status).toBe(404);
	expect((await turn("GET", "/state")).status).toBe(200);
});
