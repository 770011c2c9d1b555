import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunCommand } from "../../shared/command.ts";
import { systemd } from "../../shared/systemd.ts";
import { keptLog, silent } from "./silent.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const under = { NOTIFY_SOCKET: "/run/systemd/notify" };

/** What systemd has heard, each call taking the time that `delay` says. */
function manager(delay: (call: number) => number = () => 0) {
	const heard: string[][] = [];
	let calls = 0;
	let active = 0;
	let most = 0;
	const run: RunCommand = async (command, args) => {
		active += 1;
		most = Math.max(most, active);
		await new Promise((resolve) => setTimeout(resolve, delay(calls++)));
		active -= 1;
		heard.push([command, ...args]);
		return "";
	};
	return { run, heard, most: () => most };
}

test("systemd is told that the program is ready, and each status once", async () => {
	const { run, heard } = manager();
	const notify = systemd(run, silent, under);
	void notify.ready("tunnel up");
	for (const text of ["tunnel up", "tunnel up, 198.51.100.7", "tunnel up, 198.51.100.7"])
		void notify.status(text);
	await vi.runAllTimersAsync();
	expect(heard).toEqual([
		["systemd-notify", "--ready", "--status=tunnel up"],
		["systemd-notify", "--status=tunnel up, 198.51.100.7"],
	]);
});

test("the last status stands at the end, although an earlier call takes longer", async () => {
	const { run, heard, most } = manager((call) => 1_000 - 100 * call);
	const notify = systemd(run, silent, under);
	void notify.ready("0");
	for (const text of ["1", "2", "3", "4", "5"]) void notify.status(text);
	await vi.runAllTimersAsync();
	expect(heard[0]).toContain("--ready");
	expect(heard.at(-1)).toEqual(["systemd-notify", "--status=5"]);
	expect(most()).toBe(1);
	// What nobody would have seen is left out.
	expect(heard.length).toBeLessThanOrEqual(3);
});

test("a status that goes back to what it was before the first was sent is sent all the same", async () => {
	const { run, heard } = manager(() => 100);
	const notify = systemd(run, silent, under);
	void notify.ready("a");
	void notify.status("b");
	void notify.status("a");
	await vi.runAllTimersAsync();
	expect(heard.at(-1)?.at(-1)).toBe("--status=a");
});

test("the watchdog is fed twice in each period while all is well, and not when it is not", async () => {
	const { run, heard } = manager();
	const { log, lines } = keptLog();
	let healthy = true;
	const notify = systemd(run, log, { ...under, WATCHDOG_USEC: "30000000" });
	notify.startWatchdog(() => healthy);
	await vi.advanceTimersByTimeAsync(30_001);
	expect(heard).toEqual(Array(3).fill(["systemd-notify", "WATCHDOG=1"]));
	healthy = false;
	await vi.advanceTimersByTimeAsync(60_000);
	expect(heard).toHaveLength(3);
	expect(lines.filter((line) => line.level === 50)).toHaveLength(1);
	healthy = true;
	await vi.advanceTimersByTimeAsync(15_000);
	expect(heard).toHaveLength(4);
	notify.stop();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(heard).toHaveLength(4);
	expect(vi.getTimerCount()).toBe(0);
});

test.each([
	["no systemd", { WATCHDOG_USEC: "30000000" }],
	["no watchdog", under],
	["a watchdog of nothing", { ...under, WATCHDOG_USEC: "0" }],
	["a watchdog of nonsense", { ...under, WATCHDOG_USEC: "often" }],
])("with %s there is nothing to feed", async (_, environment) => {
	const { run, heard } = manager();
	systemd(run, silent, environment).startWatchdog(() => true);
	await vi.advanceTimersByTimeAsync(100_000);
	expect(heard).toEqual([]);
});

test("without systemd nothing is run, and a systemd-notify that fails does no harm", async () => {
	const { run, heard } = manager();
	const alone = systemd(run, silent, {});
	await Promise.all([alone.ready("a"), alone.status("b")]);
	expect(heard).toEqual([]);
	const broken = systemd(() => Promise.reject(new Error("no such program")), silent, under);
	await Promise.all([broken.ready("a"), broken.status("b")]);
});
