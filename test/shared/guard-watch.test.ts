import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseCidr } from "../../shared/address.ts";
import type { Duty } from "../../shared/duty.ts";
import { createGuard } from "../../shared/guard.ts";
import { createGuardDuty } from "../../shared/guard-duty.ts";
import { watchGuard } from "../../shared/guard-watch.ts";
import { silent, silentHealth } from "./silent.ts";
import { useNamespace } from "./use-namespace.ts";

// The real nft, in a network namespace that this test makes and removes.
const root = process.getuid?.() === 0;
describe.skipIf(!root)("in a network of its own", () => {
	const { run, sh, asDaemon } = useNamespace("watch");
	const command = [...asDaemon, "nft", "monitor", "ruleset"] as const;
	const isGone = () => !sh("nft list tables").includes("inet heimweg");
	let duty: Duty | undefined;
	let runs = 0;

	afterEach(() => duty?.stop());

	async function guarded(): Promise<void> {
		runs = 0;
		duty = createGuardDuty({
			guard: createGuard({ run, interface: "hw0", networks: [parseCidr("10.86.0.0/24")] }),
			onStands: () => {
				runs += 1;
			},
			health: silentHealth(),
			log: silent,
			watch: (options) => watchGuard({ ...options, command }),
		});
		duty.poke();
		await duty.settled();
		await sleep(700);
		await duty.settled();
	}

	/** How often the guard was looked at, once the events of what was done have come. */
	async function settledRuns(): Promise<number> {
		for (let before = -1; before !== runs; ) {
			before = runs;
			await sleep(500);
		}
		return runs;
	}

	// Nothing here looks by the clock: what is seen is the event.
	test("after all rules were flushed the guard stands again by the event alone, however often", async () => {
		await guarded();
		for (let round = 0; round < 7; round += 1) {
			sh("nft flush ruleset");
			await vi.waitFor(() => expect(isGone()).toBe(false), { timeout: 10_000, interval: 10 });
			await sleep(100);
		}
	}, 90_000);

	test("a rule that lets everything through is taken out again; other tables are none of ours", async () => {
		await guarded();
		sh("nft insert rule inet heimweg prerouting accept");
		await vi.waitFor(() => expect(sh("nft list table inet heimweg")).not.toMatch(/^\s+accept/m), 3_000);
		const before = await settledRuns();
		sh("nft add table inet firewall; nft add chain inet firewall c; nft delete table inet firewall");
		expect(await settledRuns()).toBe(before);
	}, 30_000);

	test("when the duty is stopped, nothing follows the rules any more, and a flush stays", async () => {
		await guarded();
		await duty!.stop();
		sh("nft flush ruleset");
		duty!.poke();
		await sleep(300);
		expect(isGone()).toBe(true);
	}, 30_000);
});

test("what happened while the monitor could not listen, or could not keep up, makes for a look", async () => {
	let looks = 0;
	const script =
		'echo "add table ip other"; sleep 1; echo "# ERROR: We lost some netlink events!"; exec sleep 60';
	const watch = watchGuard({
		onChange: () => {
			looks += 1;
		},
		log: silent,
		command: ["sh", "-c", script],
	});
	await sleep(300);
	expect(looks).toBe(0);
	await vi.waitFor(() => expect(looks).toBe(1), 2_000);
	await vi.waitFor(() => expect(looks).toBe(2), 2_000);
	await watch.stop();
});

test("a program that changes our table all the time makes for 20 looks, and not for one each time", async () => {
	let looks = 0;
	const watch = watchGuard({
		onChange: () => {
			looks += 1;
		},
		log: silent,
		command: ["sh", "-c", "while sleep 0.01; do echo delete table inet heimweg; done"],
	});
	await sleep(2_500);
	expect(looks).toBe(20);
	await watch.stop();
});
