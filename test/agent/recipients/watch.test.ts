import { execFileSync } from "node:child_process";
import { mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentFacts } from "../../../agent/facts.ts";
import type { AgentPart } from "../../../agent/part.ts";
import { parseDocument, type RecipientsDocument, recipientsOf } from "../../../agent/recipients/document.ts";
import { recipients } from "../../../agent/recipients/part.ts";
import { type RecipientsWatch, watchRecipients } from "../../../agent/recipients/watch.ts";
import { runCommand } from "../../../shared/command.ts";
import { parseConfig } from "../../../shared/config.ts";
import type { Health } from "../../../shared/health.ts";
import { createMetrics } from "../../../shared/metrics.ts";
import { random } from "../../shared/random.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { agentConfigSchema, configText, key } from "../config-examples.ts";

let folder: string;
let path: string;
let seen: Array<RecipientsDocument | undefined>;
let health: Health;
let watch: RecipientsWatch;
const endings: Array<() => unknown> = [];

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-list-"));
	path = join(folder, "recipients.json");
	seen = [];
	health = silentHealth();
	watch = watchRecipients({
		path,
		onDocument: (document) => seen.push(document),
		onLooked: () => {},
		health,
	});
	endings.push(() => watch.stop());
});
afterEach(async () => {
	for (const end of endings.splice(0)) await end();
	await rm(folder, { recursive: true });
});

const conditions = () => health.list().map(({ code, text }) => `${code}: ${text.replaceAll(folder, "")}`);
const good: RecipientsDocument = {
	version: 1,
	sources: [
		{ source: "users", usable: true, ...recipientsOf(["anna", "bert"], ["example.org"]) },
		{ source: "hash:/etc/aliases", usable: true, ...recipientsOf(["info@example.net"], []) },
	],
};

/** What is looked at when this lies there. */
async function look(content: unknown): Promise<RecipientsDocument | undefined> {
	await writeFile(`${path}.new`, typeof content === "string" ? content : JSON.stringify(content));
	await rename(`${path}.new`, path);
	await watch.look();
	return seen.at(-1);
}

test("what is no file of ours to read is reported, waits for nobody, and is read when it is mended", async () => {
	const things: Array<[() => unknown, string]> = [
		[() => execFileSync("mkfifo", [path]), "it is a folder, a device or a pipe, and not a file"],
		[() => symlink("/etc/passwd", path), "it is a link, and not a file"],
		[
			async () => {
				await writeFile(path, "");
				await truncate(path, 2 ** 36);
			},
			"it has 68719476736 bytes, and at most 33554432 make sense",
		],
		[() => writeFile(path, ""), "it holds no list of recipients"],
		[() => writeFile(path, "[".repeat(1_000_000)), "it holds no list of recipients"],
		[() => writeFile(path, '{"version":2,"sources":[]}'), "it holds no list of recipients"],
	];
	for (const [make, problem] of things) {
		await rm(path, { force: true });
		await make();
		await watch.look();
		expect(conditions()).toEqual([
			`recipients.list_unusable: /recipients.json: ${problem}; the relay takes mail to any name meanwhile`,
		]);
		expect(seen.at(-1)).toBeUndefined();
		expect(await look(good)).toEqual(good);
		expect(conditions()).toEqual([]);
	}
});

test("a missing file is no list and no damage", async () => {
	await watch.look();
	expect([seen, conditions()]).toEqual([[undefined], []]);
});

test("an entry that does not parse is dropped alone, and its source is not known whole", async () => {
	for (const odd of [
		"",
		"no address",
		"a b@example.org",
		7,
		null,
		{ a: 1 },
		"anna@",
		"\u001b]0;x@example.org",
	]) {
		const document = await look({
			version: 1,
			sources: [{ ...good.sources[0], recipients: ["anna@example.org", odd] }, good.sources[1]],
		});
		expect(document?.sources[0]).toMatchObject({
			source: "users",
			recipients: ["anna@example.org"],
			usable: false,
			failing: { error: "1 of its 2 entries in the file cannot be read" },
		});
		expect(document?.sources[1]).toEqual(good.sources[1]);
	}
});

test("a source that does not parse is dropped alone", async () => {
	for (const odd of [7, null, [], "users", {}, { source: "x", recipients: "all" }, { usable: true }]) {
		const document = await look({ version: 1, sources: [odd, good.sources[1]] });
		expect(document?.sources[0]).toMatchObject({
			recipients: [],
			usable: false,
			failing: { error: "its part of the file cannot be read" },
		});
		expect(document?.sources[1]).toEqual(good.sources[1]);
	}
});

test("no text of the file brings control characters along", async () => {
	const attack = "\u001b]0;owned\u0007\u202e";
	const failing = { since: attack, error: attack, remedy: attack };
	const unfit = { count: 1, some: [attack] };
	const document = await look({
		version: 1,
		sources: [{ source: attack, recipients: [], usable: true, failing, unfit }],
	});
	expect(JSON.stringify(document)).not.toMatch(/\\u|\u202e/);
	expect(document?.sources[0]?.source).toBe("?]0;owned??");
});

test("10,000 damaged texts of a list are read or refused, and throw nowhere", () => {
	const chance = random();
	const text = JSON.stringify(good);
	for (let round = 0; round < 10_000; round++) {
		const at = chance.below(text.length);
		const mutations = [
			text.slice(0, at),
			text.slice(0, at) + text.slice(at + 1 + chance.below(20)),
			text.slice(0, at) +
				["null", "0", "{}", "[]", '"', "\u0000", "9e99"][chance.below(7)] +
				text.slice(at + 1),
		];
		const document = read(mutations[chance.below(3)]!);
		for (const { recipients } of document?.sources ?? [])
			for (const one of recipients) expect(one).toMatch(/^[!-~]*@[a-z0-9.-]+$/);
	}
}, 60_000);

function read(text: string): RecipientsDocument | undefined {
	try {
		return parseDocument(text, "2026-01-01T00:00:00Z");
	} catch {
		return undefined;
	}
}

test("a list that is rewritten all the time is read now and then, and the last one in the end", async () => {
	const began = performance.now();
	watch.start();
	const put = async (name: string) => {
		const text = JSON.stringify({ ...good, sources: [{ ...good.sources[1], source: name }] });
		await writeFile(`${path}.new`, text);
		await rename(`${path}.new`, path);
	};
	for (let round = 0; round < 100; round++) {
		await put(`source ${round}`);
		await new Promise((done) => setTimeout(done, 5));
	}
	await expect.poll(() => seen.at(-1)?.sources[0]?.source, { timeout: 10_000 }).toBe("source 99");
	// One at once, and one each two seconds.
	expect(seen.length).toBeLessThanOrEqual(1 + (performance.now() - began) / 2_000);
});

test("a pipe in the place of the list keeps neither the agent from starting nor its check-ins back", async () => {
	execFileSync("mkfifo", [path]);
	const config = parseConfig(
		"heimweg.toml",
		`${configText()}[recipients]\nfiles = ["/x"]\ndomains = ["example.org"]\nlist = "${path}"\n`,
		agentConfigSchema,
	);
	const context = {
		...{
			facts: agentFacts(),
			key: { privateKey: key, privateKeyFile: "" },
			run: runCommand,
			health,
			log: silent,
		},
		...{ metrics: createMetrics("test", "1", health), guarded: () => true, statusChanged() {} },
		guardAnew: async () => true,
		state: () => ({ read: async () => undefined, write: async () => {}, stop() {} }),
		checkin: () => [],
		proofs: () => [],
	};
	const part = (await recipients.create(config, context, undefined)) as AgentPart;
	endings.push(() => part.stop?.());
	let wanted = 0;
	part.checkin?.subscribe?.(() => {
		wanted += 1;
	});
	expect(part.checkin?.ready?.(), "the first check-in waits for the first look").toBe(false);
	await part.start?.();
	await expect.poll(() => part.checkin?.ready?.(), { timeout: 1_500 }).toBe(true);
	expect(wanted).toBeGreaterThan(0);
	expect(conditions()).toContainEqual(expect.stringMatching(/^recipients\.list_unusable: .*a pipe/));
});
