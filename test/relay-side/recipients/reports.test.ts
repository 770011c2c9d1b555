import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import type { Journal } from "../../../relay-side/recipients/journal.ts";
import { createRecipientsKeeper, type RecipientsKeeper } from "../../../relay-side/recipients/keeper.ts";
import { recipientsSchema } from "../../../shared/protocol/recipients.ts";
import { parseRecipient, type Recipient, RecipientSet } from "../../../shared/recipient.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

/** Reports that change with every check-in. */

const minute = 60_000;

let directory: string;
let registry: Registry;
let time: number;
let changes: Array<readonly Recipient[] | undefined>;
let writes: number;
let keeper: RecipientsKeeper;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), "heimweg-reports-"));
	registry = { ...emptyRegistry, homes: new Map([["anna", homeOf("anna", 2)]]), complete: true };
	[time, changes, writes] = [0, [], 0];
	const counted = async () => {
		writes += 1;
	};
	const journal: Journal = {
		read: async () => undefined,
		append: counted,
		replace: counted,
		remove: counted,
	};
	keeper = await createRecipientsKeeper({
		directory,
		registry: () => registry,
		onChange: (changed) => changes.push(changed),
		health: silentHealth(),
		log: silent,
		steady: () => time,
		journal: () => journal,
	});
	await send(["a@anna.example"]);
	[changes, writes] = [[], 0];
});
afterEach(() => rm(directory, { recursive: true }));

async function send(texts: string[]): Promise<void> {
	const { digest } = new RecipientSet(texts.map((text) => parseRecipient(text)!));
	await keeper.take("anna", recipientsSchema.parse({ digest, add: texts }));
}

const closed = { complete: true, delimiter: "" };
const open = (reason: string) => ({ complete: false, reason, delimiter: "" });

/** A minute of check-ins, as many as are taken, each with another report. */
async function minuteOf(report: (at: number) => Parameters<RecipientsKeeper["report"]>[1]): Promise<void> {
	for (let at = 0; at < 60; at++) {
		time += minute / 60;
		keeper.report("anna", report(at));
	}
	keeper.look();
	await keeper.saved();
}

test("a reason that changes with every check-in costs no look at the map, and few writes", async () => {
	for (let round = 0; round < 10; round++) await minuteOf((at) => open(`reason ${round} ${at}`));
	expect(changes.slice(1).every((changed) => changed?.length === 0)).toBe(true);
	expect(changes.length).toBeLessThanOrEqual(5);
	expect(writes).toBeLessThanOrEqual(5);
});

test("a list that opens and closes with every check-in costs three looks, then one in five minutes", async () => {
	for (let round = 0; round < 10; round++) await minuteOf((at) => (at % 2 ? closed : open("x")));
	expect(changes.length).toBeLessThanOrEqual(5);
	for (const changed of changes) expect(changed).toEqual(["a@anna.example", "@anna.example"]);
});

test("a home that says nothing of lists in every second check-in loses its list no more often than that", async () => {
	for (let round = 0; round < 10; round++) await minuteOf((at) => (at % 2 ? closed : undefined));
	expect(writes).toBeLessThanOrEqual(5);
});

test("what a home reported last is put to use in the end, and the first changes at once", async () => {
	keeper.report("anna", open("one"));
	expect(keeper.of("anna")?.open).toBe("one");
	keeper.report("anna", closed);
	keeper.report("anna", open("two"));
	keeper.report("anna", closed);
	expect(keeper.of("anna")?.open, "three were too many for now").toBe("two");
	time += 5 * minute;
	keeper.look();
	expect(keeper.of("anna")?.open).toBeUndefined();
	keeper.look();
	expect(changes).toHaveLength(4);
});

test("a home that has not reported since the start keeps its list", () => {
	keeper.look();
	expect(keeper.of("anna")?.list.size).toBe(1);
});
