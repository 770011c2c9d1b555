import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { followSources, type Sources, sourcesChain } from "../../../relay-side/pulse/sources.ts";
import { parseCidr } from "../../../shared/address.ts";
import { createGuard } from "../../../shared/guard.ts";
import { silent as log } from "../../shared/silent.ts";
import { useNamespace } from "../../shared/use-namespace.ts";

const soon = { timeout: 15_000, interval: 20 };

// The real nft, in a network namespace that this test makes and removes; our own datagram needs to be in it as well.
const root = process.getuid?.() === 0;
describe.skipIf(!root)("in a network of its own", () => {
	const { name: here, run, sh, asDaemon } = useNamespace("sources");
	const command = [...asDaemon, "nft", "monitor", "trace"] as const;
	/** Sends datagrams from an address and port of the namespace to WireGuard's. */
	const send = (address: string, port: number, count = 1) => {
		const six = address.includes(":");
		const target = six ? "::1" : "127.0.0.1";
		const script = `const s = require("node:dgram").createSocket("udp${six ? 6 : 4}"); s.bind(${port}, "${address}", () => {
			let n = 0; (function next() { s.send("x", 51820, "${target}", () => { if (++n < ${count}) next(); else s.close(); }); })(); });`;
		execFileSync("ip", ["netns", "exec", here, process.execPath, "-e", script], { stdio: "pipe" });
	};
	const guard = createGuard({
		run,
		interface: "hw0",
		networks: [parseCidr("10.86.0.0/24")],
		rules: () => [sourcesChain(51820)],
	});
	let sources: Sources | undefined;
	let proofs = 0;

	afterEach(() => sources?.stop());

	/** Follows the sources; sends the proof from inside the namespace, where a test cannot open a socket. */
	async function follow() {
		const told = { count: 0 };
		sources = followSources({
			port: 51820,
			onSource: () => {
				told.count += 1;
			},
			log,
			command,
			prove(_, from) {
				proofs += 1;
				from(30_000 + proofs);
				send("127.0.0.1", 30_000 + proofs);
				return () => {};
			},
		});
		sources.start();
		return told;
	}

	async function followed() {
		await guard.ensure();
		const told = await follow();
		await vi.waitFor(() => expect(sources!.followed()).toBe(true), soon);
		told.count = 0;
		return told;
	}

	test("each new source is told once, in both families, and who comes back after 5 s once more", async () => {
		const told = await followed();
		send("127.0.0.1", 4001, 5);
		await vi.waitFor(() => expect(told.count).toBe(1), soon);
		send("127.0.0.1", 4002, 5);
		await vi.waitFor(() => expect(told.count).toBe(2), soon);
		send("::1", 4001, 5);
		await vi.waitFor(() => expect(told.count).toBe(3), soon);
		send("127.0.0.1", 4001);
		await sleep(300);
		expect(told.count).toBe(3);
		// A -> B -> A.
		await sleep(5_500);
		send("127.0.0.1", 4001);
		await vi.waitFor(() => expect(told.count).toBe(4), soon);
	}, 60_000);

	test("the guard that packets have added sources to is left as it is", async () => {
		await followed();
		send("127.0.0.1", 4011);
		expect(sh("nft list table inet heimweg")).toContain("127.0.0.1 . 4011");
		expect(await guard.ensure()).toBe(false);
		expect(sh("nft list table inet heimweg")).toContain("127.0.0.1 . 4011");
	}, 60_000);

	test("a flood from invented sources is told at 200 a second, and all of its packets pass", async () => {
		const told = await followed();
		sh(
			`nft 'add table inet count; add chain inet count input { type filter hook input priority 0; }; add rule inet count input udp dport 51820 counter'`,
		);
		onTestFinished(() => void sh("nft delete table inet count"));
		const flood = `const d = require("node:dgram"); let open = 0;
			for (let n = 0; n < 1000; n++) { const s = d.createSocket("udp4"); s.bind(0, "127.0.0.1", () => s.send("x", 51820, "127.0.0.1", () => s.close())); }`;
		const began = performance.now();
		execFileSync("ip", ["netns", "exec", here, process.execPath, "-e", flood], { stdio: "pipe" });
		const seconds = (performance.now() - began) / 1_000;
		await sleep(500);
		expect(told.count).toBeGreaterThan(3);
		expect(told.count).toBeLessThanOrEqual(200 * (seconds + 1) + 10);
		expect(sh("nft list chain inet count input")).toMatch(/packets 1\d\d\d /);
	}, 60_000);

	test("all rules may be flushed: once the guard stands again sources are told again, by the same monitor", async () => {
		const told = await followed();
		sh("nft flush ruleset");
		await guard.ensure();
		send("127.0.0.1", 4021);
		await vi.waitFor(() => expect(told.count).toBe(1), soon);
	}, 60_000);

	test("while the rules are missing nothing counts as followed, and it does again once they are back", async () => {
		sh("nft flush ruleset");
		const told = await follow();
		await sleep(2_500);
		expect(sources!.followed()).toBe(false);
		await guard.ensure();
		await vi.waitFor(() => expect(sources!.followed()).toBe(true), soon);
		expect(told.count, "who moved meanwhile").toBeGreaterThanOrEqual(1);
	}, 60_000);
});

test("a monitor that is silent, fails or is missing is not believed; what others trace is not ours", async () => {
	for (const command of [
		["sh", "-c", "exec sleep 60"],
		["sh", "-c", "exit 1"],
		["heimweg-is-not-installed"],
		["sh", "-c", 'echo "trace id 1 inet filter input packet: ip saddr 192.0.2.1 udp sport 1"; exec sleep 60'],
	] as const) {
		let told = 0;
		const sources = followSources({
			port: 51820,
			onSource: () => {
				told += 1;
			},
			log,
			command: command as unknown as [string, ...string[]],
		});
		sources.start();
		await sleep(1_800);
		expect([sources.followed(), told]).toEqual([false, 0]);
		await sources.stop();
	}
});
