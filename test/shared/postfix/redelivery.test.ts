import { expect, test, vi } from "vitest";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";
import { createRedelivery, type Redelivery } from "../../../shared/postfix/redelivery.ts";
import { failing, silent, silentHealth } from "../silent.ts";
import { redeliveries } from "./redeliveries.ts";

/** A queue in which a flushed mail goes out, unless it is told to stay. */
function world({ patience }: { patience?: number } = {}) {
	const mails = new Map<string, QueuedMessage>();
	const scene = {
		mails,
		listings: 0,
		ready: true,
		asked: 0,
		/** Called once, when the queue has been read. */
		onListed: undefined as (() => void) | undefined,
		/** What happens to a mail that is tried. */
		outcome: (id: string): unknown => mails.delete(id),
		flushed: [] as string[],
		told: [] as number[],
		broken: false,
		health: silentHealth(),
		put(id: string, reason: string | undefined, queue = "deferred", arrived = 0) {
			const recipients = [{ address: "x@far.example", ...(reason ? { delay_reason: reason } : {}) }];
			mails.set(id, { queue_id: id, queue_name: queue, arrival_time: arrived, recipients });
		},
	};
	const second: Redelivery = createRedelivery({
		name: "second",
		concerns: (reason) => reason.includes("damaged"),
		async *listQueue() {
			scene.listings += 1;
			if (scene.broken) throw new Error("mail system is down");
			yield* [...mails.values()];
			const { onListed } = scene;
			scene.onListed = undefined;
			onListed?.();
		},
		async ready() {
			scene.asked += 1;
			return scene.ready;
		},
		async flush(ids) {
			scene.flushed.push(...ids);
			for (const id of ids) scene.outcome(id);
		},
		onTry: (count) => scene.told.push(count),
		...(patience === undefined ? {} : { patience }),
		failing,
		health: scene.health,
		log: silent,
	});
	begun.push(second);
	return { scene, second };
}

const begun = redeliveries();
const minute = 60_000;
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test("once the reason is gone, what waited for it is tried at once, the oldest first, and nothing else", async () => {
	const { scene, second } = world();
	scene.put("B", "map damaged", "deferred", 2);
	scene.put("A", "map damaged", "deferred", 1);
	scene.put("C", "connection refused");
	scene.put("D", "map damaged", "hold");
	await pass(10 * minute);
	expect(scene.listings).toBe(0);
	second.begin();
	await pass(10 * minute);
	expect(scene.flushed).toEqual(["A", "B"]);
	expect(scene.told).toEqual([2]);
});

test("it rests when nothing waits, and asks nobody", async () => {
	const { scene, second } = world();
	scene.put("C", "connection refused");
	second.begin();
	await pass(60 * minute);
	expect([scene.listings, scene.asked, scene.flushed.length]).toEqual([1, 0, 0]);
	expect(vi.getTimerCount()).toBe(0);
});

test("a mail that was on its way, and fails for the old reason a little later, is tried too", async () => {
	const { scene, second } = world();
	scene.put("A", undefined, "active");
	second.begin();
	await pass(20_000);
	scene.put("A", "map damaged");
	await pass(5_000);
	expect(scene.flushed).toEqual(["A"]);
	await pass(60 * minute);
	expect(scene.listings).toBeLessThan(30);
});

test("a mail whose try takes long, and fails for the old reason in the end, is tried again", async () => {
	const { scene, second } = world();
	scene.put("A", "map damaged");
	scene.outcome = (id) => scene.put(id, "map damaged", "active");
	second.begin();
	await pass(5 * minute);
	expect(scene.flushed).toEqual(["A"]);
	scene.put("A", "map damaged");
	await pass(20_000);
	expect(scene.flushed).toEqual(["A", "A"]);
});

test("a mail that Postfix leaves in incoming after its try is tried again", async () => {
	const { scene, second } = world();
	scene.put("A", "map damaged");
	scene.outcome = (id) => {
		scene.put(id, undefined, "incoming");
		scene.outcome = () => scene.mails.delete(id);
	};
	second.begin();
	await pass(minute);
	expect(scene.flushed).toEqual(["A", "A"]);
});

test("what stays is tried again at growing intervals", async () => {
	const { scene, second } = world();
	scene.put("A", "map damaged");
	scene.outcome = () => {};
	second.begin();
	await pass(minute);
	expect(scene.flushed).toHaveLength(6);
	await pass(120 * minute);
	expect(scene.flushed.length).toBeLessThan(30);
	expect(scene.flushed.length).toBeGreaterThan(15);
});

test("after its patience what stays is left to Postfix", async () => {
	const { scene, second } = world({ patience: 2 * minute });
	scene.put("A", "map damaged");
	scene.outcome = () => {};
	second.begin();
	await pass(10 * minute);
	const { listings } = scene;
	expect(scene.flushed.length).toBeGreaterThan(5);
	await pass(60 * minute);
	expect(scene.listings).toBe(listings);
	expect(vi.getTimerCount()).toBe(0);
});

test("nothing is tried before all is ready, which is asked seldom, and then everything", async () => {
	const { scene, second } = world();
	scene.ready = false;
	scene.put("A", "map damaged");
	second.begin();
	await pass(30 * minute);
	expect(scene.flushed).toEqual([]);
	expect(scene.asked).toBeLessThan(70);
	scene.ready = true;
	await pass(31_000);
	expect(scene.flushed).toEqual(["A"]);
});

test("a reason that comes and goes does not make Postfix spin, and a new mail is tried at once", async () => {
	const { scene, second } = world();
	scene.put("A", "map damaged");
	scene.outcome = () => {};
	for (let times = 0; times < 360; times += 1) {
		second.begin();
		await pass(5_000);
		second.end();
		await pass(5_000);
	}
	expect(scene.flushed.length).toBeLessThan(150);
	scene.put("B", "map damaged");
	second.begin();
	await pass(10);
	expect(scene.flushed).toContain("B");
});

test("when the reason is back nothing is tried any more", async () => {
	const { scene, second } = world();
	scene.ready = false;
	scene.put("A", "map damaged");
	second.begin();
	await pass(5_000);
	second.end();
	scene.ready = true;
	await pass(60 * minute);
	expect(scene.flushed).toEqual([]);
	expect(vi.getTimerCount()).toBe(0);
});

test("a Postfix that does not answer is told of, and its mail is tried once it does", async () => {
	const { scene, second } = world();
	scene.put("A", "map damaged");
	scene.broken = true;
	second.begin();
	await pass(30_000);
	expect(scene.health.list()[0]?.text).toContain("mail system is down");
	scene.broken = false;
	await pass(minute);
	expect(scene.flushed).toEqual(["A"]);
	expect(scene.health.list()).toEqual([]);
});

test("a look finds what was put off, and ends at once when there is nothing, whatever else moves", async () => {
	const { scene, second } = world();
	scene.put("A", undefined, "active");
	second.look();
	await pass(10 * minute);
	expect(scene.listings).toBe(1);
	scene.put("B", "map damaged");
	second.look();
	await pass(1);
	expect(scene.flushed).toEqual(["B"]);
});

test("a look is not lost in a long pause between tries, nor in one that is under way", async () => {
	const { scene, second } = world();
	scene.outcome = (id) => id === "STAYS" || scene.mails.delete(id);
	scene.put("STAYS", "map damaged");
	second.begin();
	await pass(60 * minute);
	scene.put("NEW", "map damaged");
	second.look();
	await pass(2_000);
	expect(scene.flushed).toContain("NEW");

	const other = world();
	other.second.look();
	other.scene.onListed = () => {
		other.scene.put("LATE", "map damaged");
		other.second.look();
	};
	await pass(2_000);
	expect(other.scene.flushed).toEqual(["LATE"]);
});

test("a reason that is not gone costs few tries, however many wait; all go once one gets through", async () => {
	const { scene, second } = world();
	for (let at = 0; at < 10_000; at++) scene.put(`M${at}`, "map damaged", "deferred", at);
	scene.outcome = () => "stays";
	second.begin();
	await pass(60 * minute);
	expect(scene.flushed.length).toBeGreaterThan(500);
	expect(scene.flushed.length).toBeLessThan(500 + 5 * 130);
	scene.outcome = (id) => scene.mails.delete(id);
	await pass(minute);
	expect(scene.mails.size).toBe(0);
});

test("mails that stay for a reason of their own, however old and many, do not keep others from being tried", async () => {
	const { scene, second } = world();
	for (let at = 0; at < 100; at++) scene.put(`STUCK${at}`, "map damaged", "deferred", at);
	for (let at = 0; at < 50; at++) scene.put(`M${at}`, "map damaged", "deferred", 1_000 + at);
	let broken = true;
	scene.outcome = (id) => broken || id.startsWith("STUCK") || scene.mails.delete(id);
	second.begin();
	await pass(20_000);
	broken = false;
	await pass(2 * minute);
	expect([...scene.mails.keys()].filter((id) => id.startsWith("M"))).toEqual([]);
});

test("a mail that is on its way when another gets through is still followed", async () => {
	const { scene, second } = world();
	for (const id of ["A", "B", "C"]) scene.put(id, "map damaged");
	second.begin();
	let tries = 0;
	scene.outcome = (id) => {
		tries += 1;
		if (tries <= 3) return;
		if (id === "A") return scene.mails.delete(id);
		scene.put(id, undefined, "active");
	};
	await pass(minute);
	expect(scene.mails.has("A")).toBe(false);
	scene.outcome = (id) => scene.mails.delete(id);
	for (const id of ["B", "C"]) scene.put(id, "map damaged");
	await pass(minute);
	expect(scene.mails.size).toBe(0);
});
