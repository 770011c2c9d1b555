import { expect, test } from "vitest";
import { condition } from "../../shared/health.ts";
import { plainJson, plainLines, plainText } from "../../shared/plain-text.ts";
import { checkinAnswerSchema, checkinSchema } from "../../shared/protocol/checkin.ts";
import { conditionsText, statusRows } from "../../shared/status-text.ts";
import { silentHealth } from "./silent.ts";

/** Sets a terminal's title, with the C0 and the C1 form; turns text; goes up a line; rings. */
const attacks = [
	"\u001b]0;owned\u0007",
	"\u009d0;owned\u009c",
	"\u009b2J",
	"\u202egpj.exe\u2066",
	"a\rb\u001b[1A",
	"\u007f\u0000\u0007",
	"\u{e0041}\ufeff\u2060",
];
/** What must not reach a terminal; line feeds are looked for where a text has one line. */
const obeyed = /(?!\n)\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

test("a text keeps what can be seen, in one line, and nothing that a terminal obeys", () => {
	expect(plainText("Grüße – 🏠 日本 עברית «x»")).toBe("Grüße – 🏠 日本 עברית «x»");
	expect(plainText("a\u001b]0;owned\u0007b")).toBe("a?]0;owned?b");
	expect(plainText("one\r\ntwo\tthree\u2028four")).toBe("one two three four");
	expect(plainText("half \ud83c")).toBe("half ?");
	for (const attack of attacks) expect(plainText(attack)).not.toMatch(/\n|^$/);
	for (const attack of attacks) expect(plainText(attack)).not.toMatch(obeyed);
	expect(plainLines("a\n\u001bb\r\n")).toBe("a\n?b \n");
});

test("JSON reads back as it was, and holds nothing that a terminal obeys", () => {
	const value = { attacks, plain: "Grüße 🏠" };
	const text = plainJson(value);
	expect(JSON.parse(text)).toEqual(value);
	expect(text).not.toMatch(obeyed);
	expect(text).toContain("Grüße 🏠");
});

test("a check-in and its answer bring no control characters in, in any of their texts", () => {
	const attack = attacks.join("");
	const checkin = checkinSchema.parse({
		version: attack,
		addresses: {},
		domains: [attack],
		conditions: [attack],
		recipients: { complete: false, reason: attack },
	});
	const answer = checkinAnswerSchema.parse({
		version: attack,
		home: attack,
		domains: [attack],
		waiting: { mails: 1, since: attack.slice(0, 40), oldest: attack.slice(0, 40) },
		notices: [{ code: attack, text: attack, remedy: attack, since: attack.slice(0, 40) }],
	});
	const texts = [
		checkin.version,
		...checkin.domains!,
		...checkin.conditions,
		checkin.recipients!.reason!,
		answer.version,
		answer.home,
		...answer.domains,
		answer.waiting!.since,
		answer.waiting!.oldest,
		...Object.values(answer.notices[0]!),
	];
	for (const text of texts) expect(text).not.toMatch(obeyed);
});

test("no condition and no row of a status shows what a terminal obeys, nor a line that is not its own", () => {
	const kind = condition<string>({
		code: "test.forged",
		severity: "error",
		title: "forged",
		visibleAfter: 0,
		text: (said) => `it says ${said}`,
		remedy: (said) => `look at ${said}`,
	});
	const health = silentHealth();
	health.set(kind, "anna", `x\nNothing is wrong.${attacks.join("")}`);
	const [active] = health.list();
	for (const text of [active!.text, active!.remedy]) expect(text).not.toMatch(/\n/);
	for (const text of [active!.text, active!.remedy]) expect(text).not.toMatch(obeyed);
	const forged = { ...active!, text: `a\nb${attacks[0]}`, remedy: `c\nd${attacks[1]}` };
	expect(conditionsText([forged]).split("\n")).toHaveLength(2);
	expect(conditionsText([forged])).not.toMatch(obeyed);
	expect(statusRows([{ name: "an\u001bna", text: `here\nbert  here${attacks[0]}` }])).toBe(
		"an?na  here bert  here?]0;owned?",
	);
});
