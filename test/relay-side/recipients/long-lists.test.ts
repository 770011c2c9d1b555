import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import { createRecipientsKeeper } from "../../../relay-side/recipients/keeper.ts";
import { recipientsSchema } from "../../../shared/protocol/recipients.ts";
import { type Recipient, RecipientSet } from "../../../shared/recipient.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

async function stage() {
	const directory = await mkdtemp(join(tmpdir(), "heimweg-long-lists-"));
	onTestFinished(() => rm(directory, { recursive: true, force: true }));
	const keeper = await createRecipientsKeeper({
		directory,
		registry: () => ({ ...emptyRegistry, homes: new Map([["anna", homeOf("anna", 2)]]), complete: true }),
		onChange() {},
		health: silentHealth(),
		log: silent,
	});
	onTestFinished(keeper.saved);
	return keeper;
}

function listOf(count: number, from = 0) {
	const add = Array.from({ length: count }, (_, n) => `user${n + from}@anna.example`);
	return { add, digest: new RecipientSet(add as Recipient[]).digest };
}

test("while a list of 200,000 is read everything else has its turn, and it comes into force in one go", async () => {
	const keeper = await stage();
	const { add, digest } = listOf(200_000);
	const taken = keeper.take("anna", recipientsSchema.parse({ add, digest }));
	let turns = 0;
	for (; keeper.of("anna") === undefined; turns++) await setImmediate();
	expect(turns).toBeGreaterThan(3);
	expect(keeper.of("anna")!.list.size).toBe(200_000);
	expect(await taken).toEqual({ digest, held: false });
});

test("lists that come one upon the other are taken in order; one that builds on another list is refused", async () => {
	const keeper = await stage();
	const [first, second] = [listOf(2_000), listOf(1_900)];
	const third = { base: first.digest, digest: "0".repeat(32), add: ["x@anna.example"] };
	const answers = await Promise.allSettled([
		keeper.take("anna", recipientsSchema.parse(first)),
		keeper.take("anna", recipientsSchema.parse(second)),
		keeper.take("anna", recipientsSchema.parse(third)),
	]);
	expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
	expect(keeper.of("anna")!.list.digest).toBe(second.digest);
});

test("the list that is there already costs nothing; other long ones are taken now and then", async () => {
	const keeper = await stage();
	const same = recipientsSchema.parse(listOf(10_001));
	for (let n = 0; n < 20; n++) expect((await keeper.take("anna", same)).digest).toBe(same.digest);
	const others = Array.from({ length: 5 }, (_, n) => recipientsSchema.parse(listOf(10_001, n + 1)));
	const answers = await Promise.allSettled(others.map((list) => keeper.take("anna", list)));
	expect(answers.map(({ status }) => status)).toEqual([...Array(4).fill("fulfilled"), "rejected"]);
	expect(answers[4]).toMatchObject({ reason: { status: 429 } });
	const small = recipientsSchema.parse({
		...listOf(10_002, 4),
		base: others[3]!.digest,
		add: ["user10005@anna.example"],
	});
	await keeper.take("anna", small);
	expect(keeper.of("anna")!.list.size).toBe(10_002);
});

test("changes that cost a new map of all homes' recipients are taken now and then, smaller ones as they come", async () => {
	const keeper = await stage();
	const lists = Array.from({ length: 6 }, (_, n) => listOf(101 + n));
	const takes = lists.map((list) => keeper.take("anna", recipientsSchema.parse(list)));
	const answers = await Promise.allSettled(takes);
	expect(answers.map(({ status }) => status)).toEqual([...Array(5).fill("fulfilled"), "rejected"]);
	expect(answers[5]).toMatchObject({ reason: { status: 429 } });
	let base = lists[4]!;
	for (let n = 0; n < 20; n++) {
		const next = listOf(base.add.length + 100);
		const add = next.add.slice(base.add.length);
		await keeper.take("anna", recipientsSchema.parse({ digest: next.digest, base: base.digest, add }));
		base = next;
	}
	expect(keeper.of("anna")!.list.size).toBe(2_105);
});
