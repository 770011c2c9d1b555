import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { pathWorks } from "../../../agent/relay/path.ts";
import { parseAddress } from "../../../shared/address.ts";

const loopback = parseAddress("127.0.0.1");
const servers: Server[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
});

async function listening(onConnection = () => {}): Promise<number> {
	const server = createServer((socket) => socket.on("error", () => {}).end());
	server.on("connection", onConnection);
	servers.push(server);
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	return (server.address() as AddressInfo).port;
}

test("a relay that takes a connection on one of its ports is reached", async () => {
	expect(await pathWorks(loopback, 5_000, [await listening(), 1])).toBe(true);
});

test("a relay that refuses a connection is reached too", async () => {
	expect(await pathWorks(loopback, 5_000, [1])).toBe(true);
});

test("an address that nothing leads to is not reached", async () => {
	expect(await pathWorks(parseAddress("224.0.0.1"), 200), "TCP to multicast is refused by the kernel").toBe(
		false,
	);
	expect(await pathWorks(parseAddress("ff02::1"), 200)).toBe(false);
});

test("the ports have their turns one after the other, and none has one after an answer", async () => {
	let asked = 0;
	const second = await listening(() => {
		asked += 1;
	});
	expect(await pathWorks(loopback, 200, [await listening(), second])).toBe(true);
	expect(await pathWorks(loopback, 200, [1, second])).toBe(true);
	await new Promise((done) => setTimeout(done, 300));
	expect(asked).toBe(0);
	expect(await pathWorks(parseAddress("224.0.0.1"), 200, [1, 2])).toBe(false);
});
