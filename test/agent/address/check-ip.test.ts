import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskError, askAddress } from "../../../agent/address/ask-address.ts";
import { type CheckIpWatcher, watchCheckIp } from "../../../agent/address/check-ip.ts";
import type { Family } from "../../../shared/address.ts";

let servers: Server[];
let watcher: CheckIpWatcher;
let said: string[];
let time: number;

beforeEach(() => {
	servers = [];
	said = [];
	time = 0;
});
afterEach(async () => {
	vi.useRealTimers();
	await watcher.stop();
	for (const server of servers) {
		server.closeAllConnections();
		await new Promise((done) => server.close(done));
	}
});

/** A service that gives this answer, or the caller's address; counts who asked. */
async function service(host: "127.0.0.1" | "::1", give?: (response: ServerResponse) => void) {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const from = request.socket.remoteAddress!;
		asked.push(from);
		if (give) give(response);
		else response.end(`${from}\n`);
	});
	servers.push(server);
	await new Promise<void>((done) => server.listen(0, host, done));
	const { port } = server.address() as AddressInfo;
	return { url: `http://${host === "::1" ? "[::1]" : host}:${port}/`, asked };
}

function watch(urls: Partial<Record<Family, string[]>>, ask = askAddress): void {
	watcher = watchCheckIp({
		urls: { 4: [], 6: [], ...urls },
		onAddress: (family, address) => said.push(`IPv${family} ${address}`),
		onUnreachable: (family) => said.push(`IPv${family} unreachable`),
		onFailure: (family, error, unreachable) =>
			said.push(`IPv${family} failed: ${error}${unreachable ? " (unreachable)" : ""}`),
		...{ now: () => time, ask },
	});
}

test("asks each family's service over that family", async () => {
	const [four, six] = [await service("127.0.0.1"), await service("::1")];
	watch({ 4: [four.url], 6: [six.url] });
	watcher.ask(4);
	watcher.ask(6);
	await expect.poll(() => said).toEqual(["IPv4 127.0.0.1", "IPv6 ::1"]);
});

test("asks another service when one fails, and says of each what was wrong with it", async () => {
	const broken = await service("127.0.0.1", (response) => response.writeHead(500).end("oops"));
	const good = await service("127.0.0.1");
	watch({ 4: [broken.url, good.url] });
	watcher.ask(4);
	await expect.poll(() => said).toEqual(["IPv4 127.0.0.1"]);
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
	["an error", (response) => response.writeHead(500).end("out of order"), /answered 500/],
	["a web page", (response) => response.end("<html>Welcome to the hotel"), /is not an IP address/],
	["nothing", (response) => response.end(), /is not an IP address/],
	["the other family", (response) => response.end("2001:db8::1"), /which is not IPv4/],
	["a flood", (response) => response.end("1".repeat(5_000)), /too long/],
	["a cut line", (response) => response.destroy(), /failed: http/],
])("%s is a failure of the service, and never tells that the family is gone", async (_, give, reason) => {
	const bad = await service("127.0.0.1", give);
	const six = await service("::1");
	watch({ 4: [bad.url], 6: [six.url] });
	watcher.ask(4);
	await expect.poll(() => said).toEqual([expect.stringMatching(reason)]);
	await watcher.stop();
	expect([said.length, six.asked.length]).toEqual([1, 0]);
});

test("a refused connection is no silence either: somebody refused it", async () => {
	watch({ 4: ["http://127.0.0.1:1/"], 6: [(await service("::1")).url] });
	watcher.ask(4);
	await expect.poll(() => said).toEqual([expect.stringContaining("connection refused")]);
});

test("a service that failed is asked again after a minute, until it answers", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	let broken = true;
	const four = await service("127.0.0.1", (response) => {
		if (broken) response.writeHead(500).end();
		else response.end("127.0.0.1\n");
	});
	watch({ 4: [four.url] });
	watcher.ask(4);
	for (let probe = 1; probe <= 8; probe++) {
		await expect.poll(() => said).toHaveLength(probe);
		await new Promise((done) => setImmediate(done));
		broken = probe < 7;
		time += 60_000;
		vi.advanceTimersByTime(60_000);
	}
	expect(said.at(-1)).toBe("IPv4 127.0.0.1");
	expect(vi.getTimerCount()).toBe(0);
	expect(four.asked).toHaveLength(8);
});

test("never asks more than three times a minute, and catches up when it may", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	const four = await service("127.0.0.1");
	watch({ 4: [four.url] });
	for (let at = 1; at <= 3; at++) {
		watcher.ask(4);
		await expect.poll(() => said).toHaveLength(at);
		await new Promise((done) => setImmediate(done));
	}
	for (let at = 1; at <= 5; at++) watcher.ask(4);
	await new Promise((done) => setImmediate(done));
	expect(four.asked).toHaveLength(3);
	time += 60_000;
	vi.advanceTimersByTime(60_000);
	await expect.poll(() => said).toHaveLength(4);
	expect(four.asked).toHaveLength(4);
});

test("stops in the middle of a question that nobody answers, without a word", async () => {
	const silent = await service("127.0.0.1", () => {});
	watch({ 4: [silent.url] });
	watcher.ask(4);
	await expect.poll(() => silent.asked.length).toBe(1);
	await watcher.stop();
	watcher.ask(4);
	expect(said).toEqual([]);
});

test("a service that was asked too often is asked again when it says, and has not failed", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	let busy = true;
	const four = await service("127.0.0.1", (response) => {
		if (busy) response.writeHead(429, { "retry-after": "40" }).end();
		else response.end("127.0.0.1\n");
	});
	let read = 0;
	const ask: typeof askAddress = (...about) => askAddress(...about).finally(() => read++);
	watch({ 4: [four.url] }, ask);
	watcher.ask(4);
	// Its answer must have been read, and not only sent, before the time goes on.
	await expect.poll(() => read).toBe(1);
	busy = false;
	await expect.poll(() => vi.getTimerCount()).toBe(1);
	time += 40_000;
	vi.advanceTimersByTime(40_000);
	await expect.poll(() => said).toEqual(["IPv4 127.0.0.1"]);
});

test("that nothing comes back from any service is told as such: it is the line, and not the services", async () => {
	const ask: typeof askAddress = async (url) => {
		throw new AskError(`${url}: no connection in time`, true);
	};
	watch({ 6: ["http://one.example/", "http://two.example/"] }, ask);
	watcher.ask(6);
	await expect
		.poll(() => said)
		.toContain("IPv6 failed: http://two.example/: no connection in time (unreachable)");
});
