import { expect, test } from "vitest";
import { createOldMail, postfixSpan } from "../../../relay-side/queue/old-mail.ts";
import { silentHealth } from "../../shared/silent.ts";

const hour = 3_600_000;
const noon = Date.parse("2026-01-05T12:00:00Z");

function stage(lifetime = "5d") {
	const health = silentHealth();
	const oldest: Record<string, number> = {};
	let asked = 0;
	const mail = createOldMail({
		async run() {
			asked += 1;
			if (lifetime === "unknown") throw new Error("no postconf");
			return `${lifetime}\n`;
		},
		waiting(home) {
			const at = oldest[home];
			if (at === undefined) return undefined;
			return { mails: 3, since: new Date(at).toISOString(), oldest: new Date(at).toISOString() };
		},
		health,
		now: () => noon,
	});
	return { health, oldest, review: () => mail.review(["anna", "bert"]), asked: () => asked };
}

test("mail that has waited for a day is told of, with the time at which it goes back to its sender", async () => {
	const { health, oldest, review } = stage();
	oldest.anna = noon - 24 * hour;
	oldest.bert = noon - 24 * hour + 1;
	await review();
	expect(health.list()).toMatchObject([
		{
			code: "queue.mail_old",
			subject: "anna",
			text: "mail for the home anna has waited here since 2026-01-04 12:00 UTC, and goes back to its sender as undeliverable after 2026-01-09 12:00 UTC",
		},
	]);
	delete oldest.anna;
	await review();
	expect(health.list()).toEqual([]);
});

test("Postfix is asked only when there is such mail, and when it does not tell the time is left out", async () => {
	const { health, oldest, review, asked } = stage("unknown");
	await review();
	expect(asked()).toBe(0);
	oldest.anna = noon - 30 * hour;
	await review();
	expect(health.list()[0]?.text).toBe("mail for the home anna has waited here since 2026-01-04 06:00 UTC");
});

test.each([
	["5d", 120 * hour],
	["5", 120 * hour],
	["36h", 36 * hour],
	["90m", 1.5 * hour],
	["3600s", hour],
	["1w", 168 * hour],
	["soon", undefined],
	["", undefined],
])("Postfix's time %j is read", (text, span) => {
	expect(postfixSpan(text)).toBe(span);
});
