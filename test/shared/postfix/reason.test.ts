import { describe, expect, test } from "vitest";
import { reasonOf } from "../../../shared/postfix/reason.ts";
import type { ReasonKind } from "../../../shared/postfix/reason-rules.ts";

const machines = { here: "this relay", there: "the home anna" };
const rcpt = "(in reply to RCPT TO command)";
const said = (words: string) => `host 10.86.0.2[10.86.0.2] said: ${words}`;

/** What Postfix 3.10 noted when these things were done to it, and where they have to be mended. */
const table: ReadonlyArray<[text: string, kind: ReasonKind, at: "here" | "there"]> = [
	[said(`451 4.3.0 <anna@example.org>: Temporary lookup failure ${rcpt}`), "table", "there"],
	[said(`454 4.7.1 <anna@example.org>: Relay access denied ${rcpt}`), "domain_unknown", "there"],
	[said("452 4.3.1 Insufficient system storage (in reply to MAIL FROM command)"), "disk_full", "there"],
	[
		said(
			`550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown in local recipient table ${rcpt}`,
		),
		"user_unknown",
		"there",
	],
	[said(`554 5.7.1 <anna@example.org>: Recipient address rejected: Access denied ${rcpt}`), "said", "there"],
	[
		said(`554 5.7.1 <unknown[10.86.0.1]>: Client host rejected: Access denied ${rcpt}`),
		"sender_refused",
		"there",
	],
	[
		said(`552 5.2.2 <anna@example.org> Quota exceeded (mailbox for user is full) ${rcpt}`),
		"mailbox_full",
		"there",
	],
	[said(`450 4.2.0 <a@world.test>: Recipient address rejected: Greylisted ${rcpt}`), "greylisted", "there"],
	["host 10.86.0.2[10.86.0.2] refused to talk to me: 521 no mail here", "said", "there"],
	[
		"host 10.86.0.2[10.86.0.2] refused to talk to me: 421 4.7.0 home.example.net Error: too many connections from 10.86.0.1",
		"busy",
		"there",
	],
	["connect to 10.86.0.2[10.86.0.2]:25: Connection refused", "refused", "there"],
	["connect to 10.86.0.2[10.86.0.2]:25: Connection timed out", "timeout", "there"],
	[
		"delivery temporarily suspended: connect to 10.86.0.2[10.86.0.2]:25: Connection timed out",
		"timeout",
		"there",
	],
	["connect to 192.0.2.99[192.0.2.99]:25: Network is unreachable", "unreachable", "here"],
	["connect to 192.0.2.99[192.0.2.99]:25: No route to host", "unreachable", "here"],
	[
		"lost connection with 10.86.0.2[10.86.0.2] while receiving the initial server greeting",
		"broken",
		"there",
	],
	["conversation with 10.86.0.2[10.86.0.2] timed out while sending message body", "broken", "there"],
	["TLS is required, but was not offered by host 10.86.0.2[10.86.0.2]", "tls", "there"],
	["Server certificate not trusted", "tls", "there"],
	[
		"Host or domain name not found. Name service error for name=sender.test type=MX: Host not found, try again",
		"resolver",
		"here",
	],
	[
		"Host or domain name not found. Name service error for name=nowhere.test type=A: Host not found",
		"name",
		"there",
	],
	["mail transport unavailable", "transport", "here"],
	["unknown mail transport error", "transport", "here"],
	["address resolver failure", "table", "here"],
	["mail for 10.86.0.2 loops back to myself", "loop", "here"],
	["mail for this domain has to wait at the relay", "held", "here"],
	["message size 3320 exceeds size limit 900 of server 10.86.0.2[10.86.0.2]", "too_large", "there"],
	["connect to home.example.net[private/dovecot-lmtp]: No such file or directory", "lmtp", "here"],
	["connect to home.example.net[private/dovecot-lmtp]: Connection refused", "lmtp", "here"],
	[
		`host home.example.net[private/dovecot-lmtp] said: 550 5.1.1 <a@example.org> User doesn't exist: a@example.org ${rcpt}`,
		"user_unknown",
		"here",
	],
	["connect to 127.0.0.1[127.0.0.1]:24: Connection refused", "lmtp", "here"],
	[
		"maildir delivery failed: create maildir file /home/anna/Maildir/tmp/1796030850.P497.vm: Permission denied",
		"mailbox",
		"here",
	],
	[
		"maildir delivery failed: create maildir file /home/anna/Maildir/tmp/1796030851.P497.vm: Not a directory",
		"mailbox",
		"here",
	],
	["maildir delivery failed: error writing message: No space left on device", "disk_full", "here"],
	[
		"temporary failure. Command output: local: fatal: execvp /nonexistent/deliver: No such file or directory ",
		"command",
		"here",
	],
	['unknown user: "bert"', "user_unknown", "here"],
];

describe("the reason that Postfix notes of a mail", () => {
	test.each(table)("%s is understood", (text, kind, at) => {
		const reason = reasonOf(text, machines);
		expect(reason).toMatchObject({ kind, at, machine: at === "here" ? machines.here : machines.there });
		// The one who reads it learns where to go.
		expect(`${reason.cause} ${reason.advice}`).not.toMatch(/HERE|THERE|undefined/);
	});

	test("without a name for the other machine it is called as Postfix calls it", () => {
		const refused = reasonOf("connect to mx.world.test[192.0.2.9]:25: Connection refused", {
			here: "this home",
		});
		expect(refused.machine).toBe("mx.world.test");
		expect(refused.advice).toContain("on mx.world.test");
		const answer = reasonOf("host mx.world.test[192.0.2.9] said: 450 4.3.2 later", { here: "this home" });
		expect(answer).toMatchObject({ kind: "busy", machine: "mx.world.test" });
	});

	test("what a socket answers comes from this machine itself, whatever Postfix calls it", () => {
		const full = reasonOf(
			`host home.example.net[private/dovecot-lmtp] said: 452 4.2.2 Quota exceeded ${rcpt}`,
			{
				here: "this home",
			},
		);
		expect(full).toMatchObject({ kind: "mailbox_full", machine: "this home" });
		expect(full.advice).toContain("on this home");
	});

	test("what nobody has seen yet is told as it is, and sends people to the queue", () => {
		expect(reasonOf("the moon is full", machines)).toMatchObject({ kind: "unknown", at: "unknown" });
		expect(reasonOf("", machines).advice).toContain("mailq");
	});
});
