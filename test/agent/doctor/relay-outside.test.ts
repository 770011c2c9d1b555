import { expect, test } from "vitest";
import { relayOutside } from "../../../agent/doctor/checks/relay-outside.ts";
import type { SmtpQuestion, SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import { DAY } from "../../../shared/time.ts";

const relay = { name: "relay.example.net", addresses: ["192.0.2.10", "2001:db8::10", "2001:db8::11"] };

/** What is found when the relay shows this, on the day of this number. */
async function found(shown: Partial<SmtpSeen>, day = 0, askStranger?: boolean) {
	const known = { told: { relay, askStranger } } as never;
	const asked: SmtpQuestion[] = [];
	const smtp = async (question: SmtpQuestion) => {
		asked.push(question);
		return { banner: "", ehlo: "", tls: "failed", replies: [], ...shown } as SmtpSeen;
	};
	const seen = await relayOutside.look(known, { smtp, now: () => new Date(day * DAY) } as never);
	return { asked, findings: relayOutside.judge(seen, known).map(({ code }) => code) };
}

test("each day another way to have a stranger's mail handed on is tried, one in each family", async () => {
	const days = [0, 1, 2, 3].map(async (day) => (await found({ is: "silent" }, day)).asked);
	const asked = await Promise.all(days);
	expect(asked.map((all) => all.map(({ address }) => address))).toEqual(
		Array(4).fill(["192.0.2.10", "2001:db8::10"]),
	);
	expect(asked.map((all) => all[0]!.recipients)).toEqual([
		["postmaster@gmail.com"],
		["postmaster%gmail.com@relay.example.net"],
		['"postmaster@gmail.com"@relay.example.net'],
		["postmaster@gmail.com"],
	]);
});

test("a port 25 that this line does not reach, or that turns it away, proves nothing of the relay", async () => {
	for (const is of ["silent", "refused", "no_way", "no_greeting"] as const)
		expect((await found({ is, said: "554 banned" } as never)).findings, is).toEqual(
			Array(2).fill("relay_outside_not_known"),
		);
	expect((await found({ is: "greets", replies: [] })).findings[0]).toBe("relay_outside_not_known");
});

test("a no for good and one for now are both a no; a yes is one", async () => {
	for (const reply of ["554 5.7.1 Relay access denied", "450 4.7.1 try later"])
		expect((await found({ is: "greets", replies: [reply] })).findings[0]).toBe("relay_closed_to_strangers");
	expect((await found({ is: "greets", replies: ["250 2.1.5 Ok"] })).findings[0]).toBe(
		"relay_open_to_strangers",
	);
});

test("where there is no room for another refusal the relay is not asked, and that is not known", async () => {
	const { asked, findings } = await found({ is: "greets" }, 0, false);
	expect(asked.map(({ recipients }) => recipients)).toEqual([[], []]);
	expect(findings).toEqual(Array(2).fill("relay_outside_not_known"));
});
