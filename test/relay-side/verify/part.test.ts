import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { Home } from "../../../relay-side/homes/home.ts";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import type { RelayContext, RelayPart } from "../../../relay-side/part.ts";
import { verify } from "../../../relay-side/verify/part.ts";
import { parseRecipient, RecipientSet } from "../../../shared/recipient.ts";
import { silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

const second = 1_000;
const anna: Home = homeOf("anna", 2, { domains: ["example.org"] });

beforeEach(() => void vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z") }));
afterEach(() => void vi.useRealTimers());

/** A relay with one home, whose Postfix answers each question at once. */
async function made(answer = { status: "deliverable", dsn: "2.1.5", text: "250 2.1.5 Ok" }) {
	const [facts, health] = [relayFacts(), silentHealth()];
	const asked: string[] = [];
	const log = facts.logged.own("test");
	const run = async (_: string, args: readonly string[]) => {
		const to = args.at(-1)!;
		asked.push(to);
		const relay = `${anna.addresses[0]}[${anna.addresses[0]}]:25`;
		const line = { at: Date.now(), queueId: "4XyZ", to, addressed: to, relay, agent: "postfix/heimweg/smtp" };
		setTimeout(() => log({ ...line, ...answer }), 10);
		return "";
	};
	const none = new Set<string>();
	const registry = { ...emptyRegistry, homes: new Map([["anna", anna]]) };
	const at = new Map(anna.addresses.map((address) => [address, anna] as const));
	facts.homes.own("test")({ registry, at, byDomain: new Map(), changedHomes: none, changedDomains: none });
	const list = new RecipientSet(
		["@example.org", "x@elsewhere.test", "bert@example.org"].map((text) => parseRecipient(text)!),
	);
	facts.lists.own("test")({ of: () => ({ list, delimiter: "+" }) });
	const here = facts.presence.own("anna", "test");
	here({ here: true } as never);
	const part = (await verify.create(
		{} as never,
		{ facts, run, health } as unknown as RelayContext,
		undefined,
	)) as RelayPart;
	const pass = async (seconds: number) => {
		for (let passed = 0; passed < seconds; passed += 2) {
			part.ticks?.[0]?.act();
			await vi.advanceTimersByTimeAsync(2 * second);
		}
	};
	return { facts, health, part, asked, pass, here };
}

test("a home is asked about a recipient of its own domains that it listed, and the answer is known", async () => {
	const { facts, asked, pass } = await made();
	await pass(30);
	expect(asked).toEqual(["bert@example.org"]);
	expect(facts.verified.all.get("anna")?.yes).toBe(true);
});

test("a home is asked again when it comes back, when delivery may have changed, and at its owner's word", async () => {
	const { facts, part, asked, pass, here } = await made();
	await pass(30);
	here({ here: false } as never);
	here({ here: true } as never);
	await pass(20);
	part.reverify?.();
	await pass(20);
	expect(asked).toHaveLength(3);
	facts.settingsChanges.own("test")(1);
	await pass(20);
	expect(asked).toHaveLength(4);
	const said = part.commands!.verify!("anna");
	await vi.advanceTimersByTimeAsync(second);
	expect(await said).toContain("it said yes");
	expect(await part.commands!.verify!("nobody")).toContain('no home "nobody"');
});

test("after a bounce it is asked about the very recipient that it refused, which is told once only", async () => {
	const { facts, health, asked, pass } = await made({ status: "undeliverable", dsn: "5.7.1", text: "no" });
	facts.refused.own("test")(new Map([["anna", "carl@example.org"]]));
	await pass(30);
	expect(asked).toEqual(["carl@example.org"]);
	expect(health.list()).toEqual([]);
});
