import { expect, test } from "vitest";
import { folded } from "../../shared/fold.ts";

test("a row longer than the terminal is wide goes on below its text, an item below its own", () => {
	const row = `incoming  yes (pulse answered 0.7 s ago; the relay routes example.org here; it knows anna@example.org)`;
	expect(folded(row, 60)).toBe(
		"incoming  yes (pulse answered 0.7 s ago; the relay routes\n          example.org here; it knows anna@example.org)",
	);
	expect(folded("    - mail for the homes' domains is accepted, and nobody else's is", 40)).toBe(
		"    - mail for the homes' domains is\n      accepted, and nobody else's is",
	);
	expect(folded("  one that is proven, and somewhat long", 40)).toBe(
		"  one that is proven, and somewhat long",
	);
});

test("what is to be copied stays on one line, and so does all where nobody sees it", () => {
	const long = 'what to do: run "systemctl enable --now heimweg-recipients.timer", and look';
	expect(folded(long, 64)).toBe(
		'what to do: run\n  "systemctl enable --now heimweg-recipients.timer", and look',
	);
	const rule = 'add to chain input: iifname "hw0" udp dport 8686 accept comment "heimweg 8686/udp on hw0"';
	expect(folded(rule, 40)).toBe(rule);
	expect(folded(long, undefined)).toBe(long);
	expect(folded(`an odd " in it ${"x".repeat(100)} end`, 40)).toBe(
		`an odd " in it\n  ${"x".repeat(100)}\n  end`,
	);
});
