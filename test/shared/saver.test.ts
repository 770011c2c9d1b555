import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSaver } from "../../shared/saver.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A saver whose saves end when the test says so; what each of them saved, and what was told. */
function heldSaver(delay?: number) {
	const saved: number[] = [];
	const told: string[] = [];
	const saves: Array<{ end: () => void; fail: () => void }> = [];
	let value = 0;
	const saver = createSaver({
		save() {
			const saving = value;
			return new Promise<void>((resolve, reject) => {
				saves.push({
					end() {
						saved.push(saving);
						resolve();
					},
					fail: () => reject(new Error("no space")),
				});
			});
		},
		...(delay === undefined ? {} : { delay }),
		onSaved: () => told.push("saved"),
		onFailure: (error) => told.push((error as Error).message),
	});
	return {
		saver,
		saves,
		saved,
		told,
		set(fresh: number) {
			value = fresh;
		},
	};
}

test("changes of one moment are one save, after the delay", async () => {
	const { saver, saves, saved, set } = heldSaver(500);
	for (const value of [1, 2, 3]) {
		set(value);
		saver.soon();
		await vi.advanceTimersByTimeAsync(100);
	}
	expect(saves).toHaveLength(0);
	await vi.advanceTimersByTimeAsync(300);
	saves[0]!.end();
	await saver.flush();
	expect(saved).toEqual([3]);
	expect(saves).toHaveLength(1);
});

test("what changes during a save is saved right after, and who waits for it waits for both", async () => {
	const { saver, saves, saved, set } = heldSaver();
	set(1);
	void saver.now();
	set(2);
	let done = false;
	const second = saver.now().then(() => {
		done = true;
	});
	saves[0]!.end();
	await vi.advanceTimersByTimeAsync(0);
	expect(done).toBe(false);
	saves[1]!.end();
	await second;
	expect(saved).toEqual([1, 2]);
});

test("what could not be saved is tried again after 10 s, and not after it was stopped", async () => {
	const { saver, saves, told, set } = heldSaver();
	set(1);
	const first = saver.now();
	saves[0]!.fail();
	await first;
	await vi.advanceTimersByTimeAsync(9_999);
	expect(saves).toHaveLength(1);
	await vi.advanceTimersByTimeAsync(1);
	saves[1]!.fail();
	await vi.advanceTimersByTimeAsync(0);
	expect(told).toEqual(["no space", "no space"]);
	saver.stop();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(saves).toHaveLength(2);
});

test("what is only delayed when it is stopped is saved by the flush that follows", async () => {
	const { saver, saves, saved, set } = heldSaver(500);
	set(7);
	saver.soon();
	saver.stop();
	const flushed = saver.flush();
	saves[0]!.end();
	await flushed;
	expect(saved).toEqual([7]);
});
