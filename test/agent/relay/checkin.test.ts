import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCheckin, whileSilent } from "../../../agent/relay/checkin.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { Duty } from "../../../shared/duty.ts";
import { Health } from "../../../shared/health.ts";
import { isBearer } from "../../../shared/protocol/bearer.ts";
import { type CheckinAnswer, checkinSchema } from "../../../shared/protocol/checkin.ts";
import { logLines } from "../log-lines.ts";

const loopback = parseAddress("127.0.0.1");
const bearer = "a-bearer-that-follows-from-two-keys";
const good: CheckinAnswer = { version: "1.2.3", home: "muller", domains: ["example.org"], notices: [] };

let relay: Server;
let bodies: unknown[];
let give: (request: IncomingMessage, response: ServerResponse) => void;
let answers: CheckinAnswer[];
let health: Health;
let lines: string[];
let tunnelUp: boolean;
let expected: string[] | undefined;
let duty: Duty;

beforeEach(async () => {
	[bodies, answers, tunnelUp] = [[], [], true];
	expected = ["example.org", "example.net"];
	give = (_, response) => response.end(JSON.stringify(good));
	relay = createServer(async (request, response) => {
		let text = "";
		for await (const chunk of request) text += chunk;
		bodies.push(JSON.parse(text));
		if (!isBearer(request.headers.authorization, bearer)) response.writeHead(401).end();
		else if (request.url !== "/v1/checkin" || request.method !== "POST") response.writeHead(404).end();
		else give(request, response);
	});
	await new Promise<void>((done) => relay.listen(0, loopback, done));
	const { log, lines: written } = logLines();
	lines = written;
	health = new Health(log);
	duty = createCheckin({
		relay: loopback,
		from: loopback,
		port: (relay.address() as AddressInfo).port,
		bearer,
		keys: { pulse: Buffer.alloc(32, 1), answer: Buffer.alloc(32, 2), checkin: Buffer.alloc(32, 3) },
		// A relay of version 1: TLS is tried first, each time.
		spoken: { has: () => false, add: () => {} },
		report: () => ({
			version: "1.2.4",
			addresses: { ipv4: parseAddress("198.51.100.7") },
			conditions: ["dns.failing"],
		}),
		get expected() {
			return expected;
		},
		tunnelUp: () => tunnelUp,
		onAnswer: (answer) => answers.push(answer),
		health,
		log,
	});
});
afterEach(async () => {
	await duty.stop();
	relay.closeAllConnections();
	await new Promise((done) => relay.close(done));
});

async function checkIn(): Promise<void> {
	duty.poke(undefined, { urgent: true });
	await duty.settled();
}

const codes = () => health.list().map(({ code, subject }) => `${code} ${subject}`.trim());
const failing = () => health.list().find((one) => one.code === "relay.checkin_failing");

test("tells the relay version, addresses and conditions, and hears what the relay does for us", async () => {
	await checkIn();
	expect(bodies).toEqual([
		{ version: "1.2.4", addresses: { ipv4: "198.51.100.7" }, conditions: ["dns.failing"] },
	]);
	expect(checkinSchema.safeParse(bodies[0]).success).toBe(true);
	expect(answers).toMatchObject([good]);
});

test("a domain that the relay does not route is a condition until it does", async () => {
	await checkIn();
	expect(codes()).toEqual(["relay.routes_missing"]);
	expect(health.list()[0]?.text).toContain("example.net");
	expect(health.list()[0]?.remedy).toContain("homes.d/muller.toml");
	give = (_, response) =>
		response.end(JSON.stringify({ ...good, domains: ["example.net", "example.org", "example.com"] }));
	await checkIn();
	expect(codes()).toEqual([]);
});

test("what the relay says of us is a condition each, until it says so no more", async () => {
	const notice = (code: string, text: string) => ({ code, text, remedy: "", since: "2026-01-01T00:00:00Z" });
	const say = (...notices: unknown[]) => {
		give = (_, response) =>
			response.end(JSON.stringify({ ...good, domains: ["example.org", "example.net"], notices }));
	};
	say(notice("home.file", "a key is wrong"), notice("pulse.home_away", "nobody answers"));
	await checkIn();
	expect(codes().sort()).toEqual(["relay.says home.file", "relay.says pulse.home_away"]);
	say(notice("pulse.home_away", "nobody answers"));
	await checkIn();
	expect(codes()).toEqual(["relay.says pulse.home_away"]);
	say();
	await checkIn();
	expect(codes()).toEqual([]);
});

test("a relay of another version may say more, and is understood", async () => {
	give = (_, response) => response.end(JSON.stringify({ ...good, version: "9.0.0", mood: "splendid" }));
	await checkIn();
	expect(answers[0]).toMatchObject({ version: "9.0.0", home: "muller" });
});

test("while the tunnel is down nothing is sent", async () => {
	tunnelUp = false;
	await checkIn();
	expect([bodies, codes()]).toEqual([[], []]);
});

test("while pulses count as lost a check-in is tried now and then; that it fails is not told besides", async () => {
	tunnelUp = false;
	give = (_, response) => response.destroy();
	duty.poke(whileSilent);
	await duty.settled();
	expect([answers, codes()]).toEqual([[], []]);
	expect(bodies.length).toBeGreaterThan(0);
	const blocking = { severity: "error", blocksMail: true };
	const notice = { code: "pulse.port_taken", text: "the port is held", remedy: "", since: "", ...blocking };
	give = (_, response) => response.end(JSON.stringify({ ...good, notices: [notice] }));
	duty.poke(whileSilent);
	await duty.settled();
	const told = health.list().find(({ subject }) => subject === "pulse.port_taken");
	expect(told, "it may know why").toMatchObject({ code: "relay.says", ...blocking });
	expect(health.mailFlows).toBe(false);
});

test("a relay that routes no domain here is an error, whether the config names domains or not", async () => {
	give = (_, response) => response.end(JSON.stringify({ ...good, domains: [] }));
	expected = undefined;
	await checkIn();
	expect(codes()).toEqual(["relay.routes_nothing"]);
	expected = ["example.org"];
	await checkIn();
	expect(codes()).toEqual(["relay.routes_missing"]);
	give = (_, response) => response.end(JSON.stringify(good));
	await checkIn();
	expect(codes()).toEqual([]);
});

test.each<[string, (response: ServerResponse) => void, RegExp, RegExp]>([
	[
		"401",
		(r) => r.writeHead(401).end(),
		/does not accept what follows from the two WireGuard keys/,
		/compare relays\.public_key/,
	],
	["403", (r) => r.writeHead(403).end(), /does not know our tunnel address/, /homes\.d/],
	["500", (r) => r.writeHead(500).end("oops"), /the relay answered 500/, /journalctl -u heimweg-relay/],
	["no JSON", (r) => r.end("<html>"), /the answer is not JSON/, /heimweg-relay status/],
	["another form", (r) => r.end('{"home": 7}'), /does not have the agreed form/, /heimweg-relay status/],
	["a cut line", (r) => r.destroy(), /did not answer as it should/, /heimweg-relay status/],
	[
		"a flood",
		(r) => void r.end(Buffer.alloc(6_000_000, " ")),
		/did not answer as it should/,
		/heimweg-relay status/,
	],
])("%s is a condition that says what to do, without the bearer", async (_, answer, text, remedy) => {
	give = (_request, response) => answer(response);
	duty.poke();
	await expect.poll(failing).toBeDefined();
	expect(failing()?.text).toMatch(text);
	expect(failing()?.remedy).toMatch(remedy);
	expect(lines.join()).not.toContain(bearer);
	give = (_request, response) => response.end(JSON.stringify(good));
	await checkIn();
	expect(failing()).toBeUndefined();
});

test("429 waits a minute, whatever happens meanwhile", async () => {
	give = (_, response) => response.writeHead(429).end();
	duty.poke();
	await expect.poll(failing).toBeDefined();
	for (let at = 0; at < 3; at++) duty.poke(undefined, { urgent: true });
	await new Promise((done) => setTimeout(done, 50));
	expect(bodies).toHaveLength(1);
});
