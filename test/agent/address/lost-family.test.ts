import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskError, askAddress } from "../../../agent/address/ask-address.ts";
import { type CheckIpWatcher, type Host, watchCheckIp } from "../../../agent/address/check-ip.ts";
import { operatorOf, withBothFamilies } from "../../../agent/address/operators.ts";
import { type Family, parseAddress } from "../../../shared/address.ts";

/** When a family counts as gone because nobody is reached in it. */

const dedyn = { 4: ["https://checkipv4.dedyn.io/"], 6: ["https://checkipv6.dedyn.io/"] };
const other = { 4: ["https://v4.ident.example/"], 6: ["https://v6.ident.example/"] };
const both = { 4: [...dedyn[4], ...other[4]], 6: [...dedyn[6], ...other[6]] };
const seen = { 4: parseAddress("198.51.100.7"), 6: parseAddress("2001:db8:1::20") };

let watcher: CheckIpWatcher;
let said: string[];
let asked: string[];
let time: number;
/** What is lost: an operator, `relay`, in a family, as `dedyn.io 6`. */
let lost: Set<string>;

beforeEach(() => {
	said = [];
	asked = [];
	time = 0;
	lost = new Set();
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
	vi.useRealTimers();
	await watcher.stop();
});

const relay: Host = {
	reaches: async (family) => {
		asked.push(`relay ${family}`);
		return !lost.has(`relay ${family}`);
	},
};

function watch(urls: Record<Family, string[]>, hosts: Host[] = []): void {
	watcher = watchCheckIp({
		urls,
		hosts: () => hosts,
		onAddress: (family) => said.push(`IPv${family} seen`),
		onUnreachable: (family) => said.push(`IPv${family} gone`),
		onFailure: (family) => said.push(`IPv${family} failed`),
		now: () => time,
		async ask(url, family) {
			asked.push(`${operatorOf(url)} ${family}`);
			if (!lost.has(`${operatorOf(url)} ${family}`)) return seen[family];
			throw new AskError(`${url}: no answer`, true);
		},
	});
}

async function ask(family: Family): Promise<string[]> {
	said.length = 0;
	watcher.ask(family);
	for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
	return [...said];
}

test("a partial outage of the only operator says nothing of the family", async () => {
	watch(dedyn);
	lost.add("dedyn.io 6");
	expect(await ask(6)).toEqual(["IPv6 failed", "IPv4 seen"]);
});

test("two independent hosts with both families that are lost in one alone show that it is gone", async () => {
	watch(both);
	for (const operator of ["dedyn.io", "ident.example"]) lost.add(`${operator} 6`);
	expect(await ask(6), "packets may have been lost").toEqual(["IPv6 failed", "IPv4 seen", "IPv4 seen"]);
	time += 60_000;
	vi.advanceTimersByTime(60_000);
	for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
	expect(said.slice(3), "by itself").toEqual(["IPv6 failed", "IPv4 seen", "IPv4 seen", "IPv6 gone"]);
});

test("a line that loses packets takes no family away: a host is tried again, and so is all of it", async () => {
	let tries = 0;
	const lossy: Host = {
		reaches: async (family) => family === 4 || ++tries % 3 === 0,
	};
	lost = new Set(["dedyn.io 6"]);
	watch(dedyn, [lossy]);
	for (let at = 0; at < 5; at++) {
		time += 60_000;
		expect(await ask(6), "the third try reaches it").toEqual(["IPv6 failed", "IPv4 seen"]);
	}
	await watcher.stop();
	lost.add("relay 6");
	watch(dedyn, [relay]);
	for (let at = 0; at < 5; at++) {
		// One look in which all was lost, and one that reaches somebody, in turns.
		time += 60_000;
		lost.add("dedyn.io 6");
		expect(await ask(6)).not.toContain("IPv6 gone");
		time += 60_000;
		lost.delete("dedyn.io 6");
		expect(await ask(6)).toEqual(["IPv6 seen"]);
	}
});

test("one operator lost alone tells nothing, nor do both when neither family reaches anybody", async () => {
	watch(both);
	lost.add("dedyn.io 6");
	expect(await ask(6)).toEqual(["IPv6 seen"]);
	for (const one of ["ident.example 6", "dedyn.io 4", "ident.example 4"]) lost.add(one);
	time += 60_000;
	expect(await ask(6)).toEqual(["IPv6 failed"]);
	lost.delete("ident.example 4");
	time += 60_000;
	expect(await ask(6), "one host is one host").toEqual(["IPv6 failed", "IPv4 seen"]);
});

test("the relay is another host when it has both families, and one of a single family counts for nothing", async () => {
	lost = new Set(["dedyn.io 4", "relay 4"]);
	watch(dedyn, [relay]);
	await ask(4);
	time += 60_000;
	expect(await ask(4)).toEqual(["IPv4 failed", "IPv6 seen", "IPv4 gone"]);
	await watcher.stop();
	lost = new Set(["dedyn.io 4"]);
	watch(dedyn, [relay]);
	expect(await ask(4), "the relay is reached in both").toEqual(["IPv4 failed", "IPv6 seen"]);
	await watcher.stop();
	lost = new Set(["dedyn.io 4", "relay 4", "relay 6"]);
	watch(dedyn, [relay]);
	expect(await ask(4), "the relay is down").toEqual(["IPv4 failed", "IPv6 seen"]);
	await watcher.stop();
	watch({ 4: both[4], 6: dedyn[6] });
	lost = new Set(["dedyn.io 4", "ident.example 4"]);
	expect(await ask(4), "an operator with one family").toEqual(["IPv4 failed", "IPv6 seen"]);
});

test("a service that answers wrongly, or refuses, is no lost one", async () => {
	watcher = watchCheckIp({
		urls: both,
		onAddress: (family) => said.push(`IPv${family} seen`),
		onUnreachable: (family) => said.push(`IPv${family} gone`),
		onFailure: (family) => said.push(`IPv${family} failed`),
		async ask(url, family) {
			if (family === 4) return seen[4];
			throw new AskError(`${url}: answered 500`, operatorOf(url) === "dedyn.io");
		},
	});
	expect(await ask(6)).toEqual(["IPv6 failed"]);
});

test("a family that is lost is asked for again after a minute, a few times", async () => {
	watch(dedyn);
	lost.add("dedyn.io 6");
	await ask(6);
	for (let probe = 1; probe <= 10; probe++) {
		time += 60_000;
		vi.advanceTimersByTime(60_000);
		for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
	}
	expect(asked.filter((one) => one === "dedyn.io 6")).toHaveLength(6);
	expect(vi.getTimerCount()).toBe(0);
});

test("no operator is asked more than three times a minute, whatever is lost", async () => {
	watch(both);
	for (const operator of ["dedyn.io", "ident.example"]) lost.add(`${operator} 6`);
	for (let at = 0; at < 10; at++) await ask(at % 2 ? 4 : 6);
	for (const operator of ["dedyn.io", "ident.example"])
		expect(asked.filter((one) => one.startsWith(operator)).length).toBeLessThanOrEqual(3);
});

test("one that was asked too often is asked when it says, and no other is pestered meanwhile", async () => {
	watch(both);
	let requests = 0;
	await watcher.stop();
	watcher = watchCheckIp({
		urls: both,
		onAddress: () => said.push("seen"),
		onUnreachable: () => said.push("gone"),
		onFailure: () => said.push("failed"),
		now: () => time,
		async ask(url) {
			requests += 1;
			const busy = operatorOf(url) === "dedyn.io";
			throw new AskError(url, !busy, busy ? { retryAfter: 40_000 } : {});
		},
	});
	expect(await ask(6)).toEqual([]);
	expect(requests).toBe(2);
	time += 40_000;
	vi.advanceTimersByTime(40_000);
	for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
	expect(requests).toBe(4);
});

test("services of one operator are one host, by the last labels of their names", () => {
	expect(operatorOf("https://checkipv4.dedyn.io/")).toBe("dedyn.io");
	expect(operatorOf("https://checkipv6.dedyn.io:443/x")).toBe("dedyn.io");
	expect(operatorOf("http://[2001:db8::1]:80/")).toBe("2001:db8::1");
	expect(operatorOf("http://localhost/")).toBe("localhost");
	expect(withBothFamilies(both)).toEqual(["dedyn.io", "ident.example"]);
	expect(withBothFamilies({ 4: [...dedyn[4]], 6: ["http://[2001:db8::1]/"] })).toEqual([]);
});

test("TCP that the kernel itself calls unreachable is silence", async () => {
	vi.useRealTimers();
	watch(dedyn);
	const stop = new AbortController().signal;
	for (const [url, family] of [
		["http://224.0.0.1:80/", 4],
		["http://[ff02::1]:80/", 6],
	] as const)
		await expect(askAddress(url, family, stop)).rejects.toMatchObject({ unreachable: true });
});
