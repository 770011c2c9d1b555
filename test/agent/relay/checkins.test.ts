import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createCheckins } from "../../../agent/relay/checkins.ts";
import { relayNotice, routesMissing, tunnelDown } from "../../../agent/relay/conditions.ts";
import type { RelayConfig } from "../../../agent/relay/config.ts";
import { parseAddress } from "../../../shared/address.ts";
import { type Checkin, checkinSchema } from "../../../shared/protocol/checkin.ts";
import { silent as log, silentHealth } from "../../shared/silent.ts";

const loopback = parseAddress("127.0.0.1");
const answer = { version: "1", home: "anna", domains: ["example.org"], notices: [] };

/** A relay of version 1 that keeps what it is told, and a home that checks in with it. */
async function stage() {
	const told: Checkin[] = [];
	const server = createServer(async (request, response) => {
		let text = "";
		for await (const chunk of request) text += chunk;
		told.push(checkinSchema.parse(JSON.parse(text)));
		response.end(JSON.stringify(answer));
	});
	await new Promise<void>((done) => server.listen(0, loopback, done));
	const { port } = server.address() as AddressInfo;
	const health = silentHealth();
	const key = (fill: number) => Buffer.alloc(32, fill);
	const checkins = createCheckins({
		relay: { endpoint: { host: "relay.example", port: 1 } } as RelayConfig,
		port: {
			...{ relay: loopback, from: loopback, port, bearer: "b" },
			keys: { pulse: key(1), answer: key(2), checkin: key(3) },
			spoken: { has: () => false, add: () => {} },
		},
		...{ jitter: 0.5, expected: undefined, health, log },
		addresses: () => ({}),
		sections: () => [],
		proofs: () => [{ records: { verdict: "yes", because: "compared with deSEC at 12:03 UTC" } }],
		tunnelUp: () => true,
	});
	onTestFinished(async () => {
		checkins.stop();
		await checkins.duty.stop();
		server.closeAllConnections();
		await new Promise((done) => server.close(done));
	});
	checkins.start();
	return { checkins, health, told };
}

test("what begins to be wrong at home is told to the relay soon, bounded, without the relay's own words", async () => {
	const { checkins, health, told } = await stage();
	checkins.news();
	await checkins.duty.settled();
	expect(told.at(-1)).toMatchObject({ errors: [], proofs: [{ direction: "records", verdict: "yes" }] });
	const grave = { ...relayNotice, severity: "error" as const };
	health.set(grave, "postfix.not_running", { text: "Postfix does not run", remedy: "" });
	health.set(routesMissing, "", { missing: "example.net ".repeat(100), home: "anna" });
	for (let n = 0; n < 30; n++) health.set(tunnelDown, `relay ${n}`, { relay: "r", lastAnswer: "none" });
	await expect.poll(() => told.at(-1)?.errors?.length, { timeout: 15_000 }).toBe(20);
	const { errors = [] } = told.at(-1)!;
	expect(errors.map(({ code }) => code)).not.toContain(relayNotice.code);
	expect(errors.find(({ code }) => code === routesMissing.code)?.text).toHaveLength(300);
}, 30_000);
