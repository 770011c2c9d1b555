import { expect, test } from "vitest";
import { whatBecame } from "../../../../agent/join/after/mail-proof.ts";

const id = "0a1b@heimweg.invalid";
const log = (...lines: string[]) =>
	[
		"4D1F020: message-id=<other@x>",
		"4D1F020: to=<anna@example.org>, relay=local, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (delivered to maildir)",
		...lines,
	].join("\n");
const ours = `7Ab9c1: message-id=<${id}>`;
const to =
	"7Ab9c1: to=<anna@example.org>, orig_to=<info@example.org>, relay=local, delay=0.1, delays=0/0/0/0, dsn=";

test("a mail counts as delivered by the line of its own queue ID, in the journal and in a log file", () => {
	expect(whatBecame(log(), id, "anna@example.org")).toBeUndefined();
	expect(whatBecame(log(ours), id, "anna@example.org")).toBeUndefined();
	expect(
		whatBecame(log(ours, `${to}2.0.0, status=sent (delivered to maildir)`), id, "anna@example.org"),
	).toBe("sent");
	const file = log(ours, `${to}2.0.0, status=sent (delivered to command: x)`).replaceAll(
		/^/gm,
		"Nov 30 13:00:00 home postfix/local[12]: ",
	);
	expect(whatBecame(file, id, "anna@example.org")).toBe("sent");
});

test("one that comes back is told in Postfix's words, and one that is put off is waited for", () => {
	expect(
		whatBecame(log(ours, `${to}4.2.0, status=deferred (disk full)`), id, "anna@example.org"),
	).toBeUndefined();
	expect(
		whatBecame(log(ours, `${to}5.1.1, status=bounced (unknown user: "anna")`), id, "anna@example.org"),
	).toBe('anna@example.org: unknown user: "anna"');
});
