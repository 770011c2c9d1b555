import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { foreignRecipients, listsUnsaved } from "../../../relay-side/recipients/conditions.ts";
import { listJournal } from "../../../relay-side/recipients/journal.ts";
import { recipientsSchema } from "../../../shared/protocol/recipients.ts";
import { refusal, setOf, useKeeper, users } from "./use-keeper.ts";

const kept = useKeeper();
const { push, start, valid } = kept;

test("a whole list, then what changes, are known and are there after a restart", async () => {
	const first = await push(["a@anna.example", "b@anna.example"]);
	expect(first).toEqual({ digest: setOf(["a@anna.example", "b@anna.example"]).digest, held: false });
	await push(["a@anna.example", "c@anna.example"], ["a@anna.example", "b@anna.example"]);
	expect(kept.changes).toEqual([
		["a@anna.example", "b@anna.example", "@anna.example"],
		["c@anna.example", "b@anna.example"],
	]);
	const text = await readFile(join(kept.directory, "anna.list"), "utf8");
	expect(text.split("\n").filter((line) => /^[+-]/.test(line))).toEqual([
		"+a@anna.example",
		"+b@anna.example",
		"+c@anna.example",
		"-b@anna.example",
	]);
	await start();
	expect(valid()).toEqual(["a@anna.example", "c@anna.example"]);
	expect(kept.keeper.state("anna")).toMatchObject({
		digest: kept.keeper.of("anna")?.list.digest,
		count: 2,
		held: false,
	});
	expect(kept.keeper.state("bert")).toMatchObject({ count: 0 });
});

test("what a power cut left unended in the file does not count, and what follows is not mixed with it", async () => {
	await push(["a@anna.example"]);
	for (const torn of ["+x@anna.example\n", "+y@anna.example\n={", '+z@anna.example\n={"delimiter":""}']) {
		await appendFile(join(kept.directory, "anna.list"), torn);
		await start();
		expect(valid()).toEqual(["a@anna.example"]);
	}
	await push(["a@anna.example", "b@anna.example"], ["a@anna.example"]);
	await start();
	expect(valid()).toEqual(["a@anna.example", "b@anna.example"]);
});

test("a file with many changes is written anew, short", async () => {
	await push(["a@anna.example"]);
	for (let number = 0; number < 260; number++) {
		await push(["a@anna.example", "b@anna.example"], ["a@anna.example"]);
		await push(["a@anna.example"], ["a@anna.example", "b@anna.example"]);
	}
	expect((await readFile(join(kept.directory, "anna.list"), "utf8")).split("\n").length).toBeLessThan(1_000);
	await start();
	expect(valid()).toEqual(["a@anna.example"]);
});

test("changes to another list than ours are refused with 409, and nothing happens", async () => {
	await push(["a@anna.example"]);
	const { status } = await refusal(push(["x@anna.example"], ["y@anna.example"]));
	expect(status).toBe(409);
	const wrong = { digest: "0".repeat(32), add: ["x@anna.example"], remove: [] };
	expect((await refusal(kept.keeper.take("anna", wrong))).status).toBe(409);
	expect(valid()).toEqual(["a@anna.example"]);
});

test("recipients of a domain that is not the home's: 403, a condition, and no part is taken", async () => {
	const error = await refusal(push(["a@anna.example", "b@bert.example", "c@anna.example.evil.example"]));
	expect(error.status).toBe(403);
	expect(kept.keeper.of("anna")).toBeUndefined();
	const [active] = kept.health.list();
	expect(active).toMatchObject({ code: foreignRecipients.code, subject: "anna" });
	expect(active?.text).toContain("anna.example.evil.example, bert.example");
	await push(["a@anna.example"]);
	expect(kept.health.list()).toEqual([]);
});

test.each([
	"a@anna.example\nx@bert.example",
	"a@anna.example OK\n@bert.example",
	"#a@anna.example",
	'"a b"@anna.example',
	"/.*@anna.example/",
	"anna.example",
	" a@anna.example",
	"a@anna.example\0",
])("%j never comes near a map: 400", async (text) => {
	const { status } = await refusal(push(["b@anna.example", text]));
	expect(status).toBe(400);
	expect(kept.keeper.of("anna")).toBeUndefined();
	expect(kept.changes).toEqual([]);
});

test("a list over the limit is refused whole, and the limit is named", async () => {
	await start({ limit: 20 });
	await push(users(20));
	const { status, message } = await refusal(push(users(21), users(20)));
	expect([status, message]).toEqual([413, "a home may have at most 20 recipients, and these are 21"]);
	expect(kept.keeper.of("anna")?.list.size).toBe(20);
	expect(kept.keeper.state("anna").limit).toBe(20);
});

test("all homes together have a limit, over which none grows beyond its share; each may shrink", async () => {
	await start({ totalLimit: 20 });
	await push(users(9));
	const more = setOf(users(12, "bert.example"));
	const { status, message } = await refusal(
		kept.keeper.take("bert", recipientsSchema.parse({ digest: more.digest, add: [...more] })),
	);
	expect([status, message]).toEqual([
		413,
		"all homes of the relay together may have at most 20 recipients, and with these they have 21",
	]);
	const few = setOf(users(10, "bert.example"));
	await push(users(20));
	await kept.keeper.take("bert", recipientsSchema.parse({ digest: few.digest, add: [...few] }));
	expect(kept.keeper.of("bert")?.list.size, "the half that is this home's share").toBe(10);
	await start({ totalLimit: 10 });
	await push(users(19), users(20));
	expect(valid()).toHaveLength(19);
});

test("an agent that cannot list everything opens its domains, and one that says nothing of lists has none", async () => {
	kept.keeper.report("anna", { complete: true, delimiter: "+" });
	await push(["a@anna.example"]);
	expect(kept.keeper.of("anna")).toMatchObject({ delimiter: "+", open: undefined });
	kept.keeper.report("anna", { complete: false, reason: "hash:/etc/x cannot be read", delimiter: "+" });
	expect(kept.keeper.of("anna")?.open).toBe("hash:/etc/x cannot be read");
	await kept.keeper.saved();
	await start();
	expect(kept.keeper.of("anna")).toMatchObject({ delimiter: "+", open: "hash:/etc/x cannot be read" });
	kept.changes = [];
	kept.keeper.report("anna", { complete: true, delimiter: "+" });
	kept.keeper.report("anna", { complete: true, delimiter: "+" });
	expect(kept.keeper.of("anna")?.open).toBeUndefined();
	expect(kept.changes, "every key of this home, and no look at the whole map").toEqual([
		["a@anna.example", "@anna.example"],
	]);
	kept.keeper.report("anna", undefined);
	expect(kept.keeper.of("anna")).toBeUndefined();
	await kept.keeper.saved();
	expect(await readdir(kept.directory)).toEqual([]);
});

test("the list of a home that is gone goes, but not while a home file is not understood", async () => {
	await push(["a@anna.example"]);
	kept.registry = { ...kept.registry, homes: new Map(), complete: false };
	kept.keeper.look();
	expect(kept.keeper.of("anna")).toBeDefined();
	kept.registry = { ...kept.registry, complete: true };
	kept.keeper.look();
	await kept.keeper.saved();
	expect(kept.keeper.of("anna")).toBeUndefined();
	expect(await readdir(kept.directory)).toEqual([]);
});

test("a full disk costs a condition, not the list; it is saved when there is room again", async () => {
	let full = true;
	await start({
		journal(path) {
			const real = listJournal(path);
			const refuse = () => Promise.reject(new Error("no space left on device"));
			return {
				...real,
				replace: (home) => (full ? refuse() : real.replace(home)),
				append: (...change) => (full ? refuse() : real.append(...change)),
			};
		},
	});
	await push(["a@anna.example"]);
	expect(valid()).toEqual(["a@anna.example"]);
	expect(kept.health.has(listsUnsaved, "anna")).toBe(true);
	full = false;
	kept.keeper.look();
	await kept.keeper.saved();
	expect(kept.health.list()).toEqual([]);
	await start();
	expect(valid()).toEqual(["a@anna.example"]);
});
