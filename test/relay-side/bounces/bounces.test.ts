import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bounces as atHome } from "../../../agent/bounces/part.ts";
import { agentFacts } from "../../../agent/facts.ts";
import type { AgentContext, AgentPart } from "../../../agent/part.ts";
import { bounces as onRelay } from "../../../relay-side/bounces/part.ts";
import { type Home, relayFacts } from "../../../relay-side/facts.ts";
import { lookupOf } from "../../../relay-side/homes/lookup.ts";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import type { RelayContext, RelayPart } from "../../../relay-side/part.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { Health } from "../../../shared/health.ts";
import type { Delivery } from "../../../shared/postfix/delivery.ts";
import { parseRecipient, RecipientSet } from "../../../shared/recipient.ts";
import { silentHealth } from "../../shared/silent.ts";

const minute = 60_000;
const refusal =
	"host 10.86.0.2[10.86.0.2] said: 554 5.7.1 <anna@example.org>: Access denied (in reply to RCPT TO command)";
const unwritable = "maildir delivery failed: create maildir file /home/anna/Maildir/tmp/1: Permission denied";

const anna: Home = {
	...{ id: "anna", publicKey: "k", addresses: [parseAddress("10.86.0.2")], domains: ["example.org"] },
	...{ mailPort: 25, senders: "own" },
};

/** What a part remembers, kept over a restart. */
function memory() {
	let kept: unknown;
	const write = async (value: unknown) => {
		kept = value;
	};
	return () => ({ read: async () => kept, write, stop() {} });
}

async function relaySide(state: ReturnType<typeof memory>) {
	const [facts, health] = [relayFacts(), silentHealth()];
	const renewed: string[] = [];
	const registry = { ...emptyRegistry, homes: new Map([["anna", anna]]), complete: true };
	const nothing = new Set<string>();
	facts.homes.own("test")({
		registry,
		...lookupOf(registry.homes),
		changedHomes: nothing,
		changedDomains: nothing,
	});
	const list = new RecipientSet([parseRecipient("anna@example.org")!, parseRecipient("@example.net")!]);
	facts.lists.own("test")({ of: (home) => (home === "anna" ? { list, delimiter: "+" } : undefined) });
	const identity = { renew: (home: string) => renewed.push(home) };
	const context = { facts, health, state, identity } as unknown as RelayContext;
	const part = (await onRelay.create(
		{ postfix: {}, run_dir: "/run" } as never,
		context,
		undefined,
	)) as RelayPart;
	const log = facts.logged.own("test");
	await part.start?.();
	return { facts, health, part, renewed, list, log };
}

async function homeSide(state: ReturnType<typeof memory>) {
	const [facts, health] = [agentFacts(), silentHealth()];
	facts.valid.own("test")({ has: (address) => address === "anna@example.org" });
	const context = { facts, health, state } as unknown as AgentContext;
	const config = { mail: { domains: ["example.org"] } };
	const part = (await atHome.create(config as never, context, undefined)) as AgentPart;
	let wanted = 0;
	part.checkin?.subscribe?.(() => {
		wanted += 1;
	});
	const log = facts.logged.own("test");
	await part.start?.();
	return { facts, health, part, log, wanted: () => wanted };
}

function line(status: string, text: string, to = "anna@example.org"): Delivery {
	vi.advanceTimersByTime(1_000);
	const relay = "10.86.0.2[10.86.0.2]:25";
	return {
		at: Date.now(),
		queueId: "4XyZ",
		to,
		addressed: to,
		relay,
		dsn: "5.7.1",
		status,
		text,
		agent: "postfix/smtp",
	};
}

const told = (health: Health) =>
	health.list().map(({ code, subject, severity }) => [code, subject, severity]);

beforeEach(() => void vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z") }));
afterEach(() => void vi.useRealTimers());

describe("a bounce for a recipient that the home listed itself", () => {
	test("is an error on the relay with domain, home and what the home said, until mail gets through", async () => {
		const { health, log, renewed, facts } = await relaySide(memory());
		log(line("bounced", refusal));
		expect(told(health)).toEqual([["bounces.listed_refused", "example.org", "error"]]);
		const { text, remedy } = health.list()[0]!;
		for (const word of ["example.org", "the home anna", "anna@example.org", "554 5.7.1"])
			expect(text).toContain(word);
		expect(remedy).toContain("heimweg-relay verify anna");
		expect(renewed).toEqual(["anna"]);
		expect([...facts.refused.value!]).toEqual([["anna", "anna@example.org"]]);
		log(line("deliverable", "250 2.1.5 Ok"));
		expect(told(health)).toEqual([]);
		expect(renewed).toEqual(["anna", "anna"]);
		expect(facts.refused.value?.size).toBe(0);
	});

	test("is known by its plain address, and one for a user that nobody listed is as it should be", async () => {
		const { health, log } = await relaySide(memory());
		log(line("bounced", refusal, "nobody@example.org"));
		log(line("bounced", refusal, "x@example.net"));
		log(line("bounced", refusal, "x@elsewhere.test"));
		expect(told(health)).toEqual([]);
		log(line("bounced", refusal, "Anna+shop@example.org"));
		expect(told(health)).toHaveLength(1);
	});

	test("for an address that every domain has is none of the home's own list", async () => {
		const { health, log, list } = await relaySide(memory());
		list.add(parseRecipient("abuse@example.org")!);
		log(line("bounced", refusal, "Abuse+x@example.org"));
		expect(told(health)).toEqual([]);
	});

	test("for what is in the mail is a warning of its own, which a day ends", async () => {
		const { health, log, part } = await relaySide(memory());
		log(line("bounced", "host 10.86.0.2[10.86.0.2] said: 554 5.7.1 Spam (in reply to end of DATA command)"));
		log(line("sent", "250 ok"));
		expect(told(health)).toEqual([["bounces.content_refused", "example.org", "warning"]]);
		vi.setSystemTime(Date.now() + 25 * 60 * minute);
		part.ticks?.[0]?.act();
		expect(told(health)).toEqual([]);
	});

	test("is over when the home takes the recipient off its list", async () => {
		const { health, log, part, list } = await relaySide(memory());
		log(line("bounced", refusal));
		list.delete(parseRecipient("anna@example.org")!);
		part.ticks?.[0]?.act();
		expect(told(health)).toEqual([]);
	});

	test("is still told after a restart, and what is read again is not told twice", async () => {
		const state = memory();
		const before = await relaySide(state);
		const bounce = line("bounced", refusal);
		before.log(bounce);
		before.part.stop?.();
		const { health, log, renewed } = await relaySide(state);
		expect(told(health)).toHaveLength(1);
		log(bounce);
		expect(renewed).toEqual([]);
		log(line("sent", "250 ok"));
		expect(told(health)).toEqual([]);
	});

	test("does not make the relay deaf when the clock is set back", async () => {
		const { health, log } = await relaySide(memory());
		vi.setSystemTime(Date.now() + 100 * minute);
		log(line("bounced", refusal));
		log(line("sent", "250 ok"));
		vi.setSystemTime(Date.now() - 100 * minute);
		log(line("bounced", refusal));
		expect(told(health)).toHaveLength(1);
	});

	test("is an error at home too, with what it said, and mail does not flow there", async () => {
		const [relay, home] = [await relaySide(memory()), await homeSide(memory())];
		relay.log(line("bounced", refusal));
		home.part.checkin?.heardOwn?.(relay.part.checkin?.own?.(anna, home.part.checkin.own?.()), "relay");
		expect(told(home.health)).toEqual([["bounces.relay_returns", "example.org", "error"]]);
		expect(home.health.list()[0]?.text).toContain("554 5.7.1");
		expect(home.health.mailFlows).toBe(false);
		relay.log(line("sent", "250 ok"));
		home.part.checkin?.heardOwn?.(relay.part.checkin?.own?.(anna, undefined), "relay");
		expect(told(home.health)).toEqual([]);
	});
});

describe("mail that the home took and then sent back", () => {
	test("is an error at home, and on the relay with the next check-in, which comes at once", async () => {
		const [relay, home] = [await relaySide(memory()), await homeSide(memory())];
		home.log(line("bounced", unwritable));
		expect(told(home.health)).toEqual([["bounces.returned_here", "example.org", "error"]]);
		expect(home.health.list()[0]?.remedy).toContain("ls -ld");
		expect(home.wanted()).toBe(1);
		relay.part.checkin?.own?.(anna, home.part.checkin?.own?.());
		expect(told(relay.health)).toEqual([["bounces.home_returns", "example.org", "error"]]);
		expect(relay.health.list()[0]?.text).toContain("the home anna took it for anna@example.org");
		home.log(line("sent", "delivered to maildir"));
		expect(home.wanted()).toBe(2);
		relay.part.checkin?.own?.(anna, home.part.checkin?.own?.());
		expect([told(home.health), told(relay.health)]).toEqual([[], []]);
	});

	test("for a user that nobody listed, or of another domain, is as it should be", async () => {
		const { health, log } = await homeSide(memory());
		log(line("bounced", 'unknown user: "nobody"', "nobody@example.org"));
		log(line("bounced", unwritable, "anna@elsewhere.test"));
		expect(told(health)).toEqual([]);
		log(
			line(
				"bounced",
				"host mail[private/dovecot-lmtp] said: 550 5.1.1 <anna@example.org> User doesn't exist",
			),
		);
		expect(told(health)).toHaveLength(1);
	});

	test("whatever an old or a broken other side says of it, or does not say, harms nobody", async () => {
		const [relay, home] = [await relaySide(memory()), await homeSide(memory())];
		for (const words of [
			undefined,
			null,
			5,
			{},
			{ returned: [{}] },
			{ returned: [{ recipient: "x@other.test" }] },
		]) {
			relay.part.checkin?.own?.(anna, words);
			home.part.checkin?.heardOwn?.(words, "relay");
		}
		const foreign = { returned: [{ recipient: "x@other.test", said: "no", since: "now" }] };
		relay.part.checkin?.own?.(anna, foreign);
		expect([told(home.health), told(relay.health)]).toEqual([[], []]);
	});
});
