import { beforeEach, describe, expect, test, vi } from "vitest";
import { asking, type Verdict } from "../../../relay-side/verify/ask.ts";
import { createVerify } from "../../../relay-side/verify/verify.ts";
import { parseAddress } from "../../../shared/address.ts";
import { type Fact, fact } from "../../../shared/fact.ts";
import type { Health } from "../../../shared/health.ts";
import type { Delivery } from "../../../shared/postfix/delivery.ts";
import { silentHealth } from "../../shared/silent.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const address = parseAddress("10.86.0.2");
const refusal = "host 10.86.0.2[10.86.0.2] said: 554 5.7.1 Access denied (in reply to RCPT TO command)";

describe("Postfix, asked whether mail for a recipient would be delivered", () => {
	let delivery: Fact<Delivery>;
	let log: (delivery: Delivery) => void;
	let ran: string[];
	beforeEach(() => {
		delivery = fact("delivery", () => false);
		log = delivery.own("test");
		ran = [];
	});

	const line = (status: string, more: Partial<Delivery> = {}): Delivery => ({
		...{ at: 1_000, queueId: "4XyZ", to: "anna@example.org", addressed: "anna@example.org", dsn: "2.1.5" },
		...{
			relay: "10.86.0.2[10.86.0.2]:25",
			status,
			text: "250 2.1.5 Ok",
			agent: "postfix/heimweg/smtp",
			...more,
		},
	});

	function ask(answers: Delivery[], failure?: Error): Promise<Verdict> {
		const run = async (command: string, args: readonly string[]) => {
			ran.push([command, ...args].join(" "));
			if (failure) throw failure;
			setTimeout(() => answers.forEach(log), 0);
			return "";
		};
		const question = asking({ run, subscribe: delivery.subscribe, now: () => 1_000 });
		return question("anna@example.org", address, new AbortController().signal);
	}

	test("says yes only by the home's tunnel address, and mails no report to anybody", async () => {
		expect(await ask([line("deliverable")])).toEqual({ is: "yes" });
		expect(ran).toEqual(["sendmail -bv -f  -- anna@example.org"]);
		const relay = "mx.example.org[192.0.2.9]:25";
		expect(await ask([line("deliverable", { relay })])).toEqual({ is: "elsewhere", relay });
		const other = "10.86.0.2[10.86.0.22]:25";
		expect(await ask([line("deliverable", { relay: other })])).toMatchObject({ is: "elsewhere" });
	});

	test("tells a refusal from one for now, by the code", async () => {
		const no = (dsn: string) => line("undeliverable", { dsn, text: refusal });
		expect(await ask([no("5.7.1")])).toEqual({ is: "refused", text: refusal });
		// With soft_bounce Postfix itself gives another code than the home did.
		expect(await ask([no("4.7.1")])).toEqual({ is: "refused", text: refusal });
		const text = "connect to 10.86.0.2[10.86.0.2]:25: Connection refused";
		expect(await ask([line("undeliverable", { dsn: "4.4.1", text })])).toEqual({ is: "deferred", text });
	});

	test("is not answered by a mail to the same recipient, to another, nor by an old line", async () => {
		const noise = [line("sent"), line("bounced"), line("deliverable", { to: "bert@example.org" })];
		const old = line("undeliverable", { at: -60_000, dsn: "5.0.0" });
		expect(await ask([...noise, old, line("deliverable")])).toEqual({ is: "yes" });
	});

	test("that cannot be asked, or never answers, leaves it unknown", async () => {
		expect(await ask([], new Error("no sendmail"))).toEqual({ is: "unknown", error: "no sendmail" });
		vi.useFakeTimers();
		const answer = ask([]);
		await vi.advanceTimersByTimeAsync(2 * minute);
		vi.useRealTimers();
		expect(await answer).toMatchObject({ is: "unknown" });
	});
});

describe("each home is asked", () => {
	let clock: number;
	let verdict: Verdict;
	let asked: string[];
	let here: boolean;
	let told: boolean;
	let homes: string[];
	let health: Health;
	let verify: ReturnType<typeof createVerify>;
	beforeEach(() => {
		told = false;
		[clock, verdict, asked, here, homes, health] = [0, { is: "yes" }, [], true, ["anna"], silentHealth()];
		verify = createVerify({
			homes: () => homes,
			question: (home) => (here ? { recipient: `x@${home}.example`, address, key: home, told } : undefined),
			async ask(recipient) {
				asked.push(recipient);
				return verdict;
			},
			onVerdict() {},
			health,
			now: () => clock,
		});
	});

	async function pass(milliseconds: number, step = 10_000): Promise<number> {
		const before = asked.length;
		for (let passed = 0; passed < milliseconds; passed += step) {
			clock += step;
			verify.look();
			await Promise.resolve();
			await new Promise(setImmediate);
		}
		return asked.length - before;
	}
	const holding = () => health.list().map(({ code, subject, severity }) => [code, subject, severity]);

	test("soon after the start, then once a day, while it is here", async () => {
		here = false;
		expect(await pass(minute)).toBe(0);
		here = true;
		expect(await pass(minute)).toBe(1);
		expect(await pass(day / 2, minute)).toBe(0);
		expect(await pass(day, minute)).toBe(1);
		expect(holding()).toEqual([]);
	});

	test("after a change, once for all changes that come together", async () => {
		await pass(minute);
		verify.changed(["anna"]);
		verify.changed();
		expect(await pass(minute)).toBe(1);
	});

	test("again at growing intervals while it would refuse, which is an error at once", async () => {
		verdict = { is: "refused", text: refusal };
		expect(await pass(minute / 2)).toBe(1);
		expect(holding()).toEqual([["verify.refused", "anna", "error"]]);
		expect(health.list()[0]?.text).toContain("554 5.7.1");
		const [first, second] = [await pass(60 * minute), await pass(60 * minute)];
		expect(first).toBeGreaterThan(second);
		expect(second).toBeGreaterThan(0);
		verdict = { is: "yes" };
		expect(await pass(11 * minute)).toBe(1);
		expect(holding()).toEqual([]);
	});

	test("and what a mail has shown before is not told a second time", async () => {
		verdict = { is: "refused", text: refusal };
		told = true;
		expect(await pass(minute / 2)).toBe(1);
		expect(holding()).toEqual([]);
	});

	test("and one that takes nothing for now is told at the third time, as it may just restart", async () => {
		verdict = { is: "deferred", text: "connect to 10.86.0.2[10.86.0.2]:25: Connection refused" };
		await pass(minute / 2);
		expect(holding()).toEqual([]);
		await pass(5 * minute);
		expect(holding()).toEqual([["verify.deferred", "anna", "warning"]]);
		expect(health.list()[0]?.remedy).toContain("on the home anna");
		// A mail that gets there is as good as an answer.
		verify.delivered("anna");
		expect(holding()).toEqual([]);
	});

	test("and that nobody can be asked is told, and over with the first answer", async () => {
		verdict = { is: "unknown", error: "Postfix logged no answer within 90 s" };
		await pass(minute / 2);
		expect(holding()).toEqual([]);
		await pass(5 * minute);
		expect(holding()).toEqual([["verify.unknown", "", "warning"]]);
		verdict = { is: "yes" };
		await pass(10 * minute);
		expect(holding()).toEqual([]);
	});

	test("one after the other where there are many, and those that are gone are forgotten", async () => {
		homes = Array.from({ length: 100 }, (_, n) => `h${n}`);
		verdict = { is: "elsewhere", relay: "mx[192.0.2.9]:25" };
		const first = await pass(minute);
		expect(first).toBeLessThan(40);
		expect(await pass(10 * minute)).toBeGreaterThan(50);
		expect(holding()).toContainEqual(["verify.elsewhere", "h7", "error"]);
		homes = ["h7"];
		await pass(10_000);
		expect(holding()).toEqual([["verify.elsewhere", "h7", "error"]]);
	});

	test("at its owner's word too, who is told why when it cannot be asked", async () => {
		expect(await verify.askNow("anna")).toEqual({ is: "yes" });
		here = false;
		expect(await verify.askNow("anna")).toMatchObject({ is: "unknown" });
	});
});
