import { type ActiveCondition, causeOf, spanOf } from "./health.ts";
import type { StatusRow } from "./part.ts";
import { plainText } from "./plain-text.ts";
import type { PastTrouble } from "./recent.ts";
import { english, type Speak, say } from "./words/say.ts";

/** Rows of a status as people read them: a name, and what is to say of it; a row without a name goes over both columns. */
export function statusRows(
	rows: ReadonlyArray<Pick<StatusRow, "name" | "given" | "text">>,
	speak: Speak = english,
): string {
	const plain = rows.map(({ name, given, text }) => ({
		name: name === undefined ? undefined : plainText(given ? name : speak(name)),
		text: plainText(speak(text)),
	}));
	const width = Math.max(0, ...plain.map(({ name = "" }) => name.length));
	return plain
		.map(({ name, text }) => (name === undefined ? text : `${name.padEnd(width)}  ${text}`))
		.join("\n");
}

/** What is wrong, with what to do; a sentence of comfort when nothing is, and all was seen to be well. */
export function conditionsText(
	conditions: readonly ActiveCondition[],
	now: Date = new Date(),
	proven = true,
	speak: Speak = english,
): string {
	if (conditions.length === 0)
		return speak(
			proven ? say`Nothing is wrong.` : say`No fault was found, but not everything was seen to be well yet.`,
		);
	return conditions
		.map((c) => {
			const since = spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(c.since)) / 1000)));
			const what =
				c.severity === "error"
					? say`ERROR for ${since}: ${c.text}  [${c.code}]`
					: say`WARNING for ${since}: ${c.text}  [${c.code}]`;
			const lines = [plainText(speak(what))];
			const cause = causeOf(c, conditions);
			if (cause) lines.push(`  ${plainText(speak(say`this follows from: ${cause.title}`))}`);
			else if (c.remedy) lines.push(`  ${plainText(speak(say`what to do: ${c.remedy}`))}`);
			return lines.join("\n");
		})
		.join("\n");
}

/** What healed in the last hour that is shown to people; scripts get more. */
const healedShown = 10;

/** What was wrong in the last hour and is over; empty when nothing was. */
export function recentText(
	recent: readonly PastTrouble[],
	now: Date = new Date(),
	speak: Speak = english,
): string {
	if (recent.length === 0) return "";
	const lines = recent.slice(0, healedShown).map(({ text, at, lasted, times }) => {
		const ago = spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000)));
		const span = lasted === undefined ? undefined : spanOf(lasted);
		const once = span ? say`${ago} ago, after ${span}: ${text}` : say`${ago} ago: ${text}`;
		const often = span
			? say`${times} times, last ${ago} ago, after ${span}: ${text}`
			: say`${times} times, last ${ago} ago: ${text}`;
		return `  ${plainText(speak(times > 1 ? often : once))}`;
	});
	const more = recent.length - healedShown;
	if (more > 0) lines.push(`  ${speak(say`... and ${more} more, see --json`)}`);
	return `${speak(say`Over by now, in the last hour:`)}\n${lines.join("\n")}`;
}

/** Mail that waits on the relay, as people read it. */
export function waitingText(
	waiting: { mails: number; since: string; oldest: string },
	now = new Date(),
): string {
	const ago = (stamp: string) => spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(stamp)) / 1000)));
	const mails = waiting.mails === 1 ? "1 mail waits" : `${waiting.mails} mails wait`;
	return say`${mails} on the relay: mail has been held up for ${ago(waiting.since)}, the oldest came ${ago(waiting.oldest)} ago`;
}

/** Mail that waits at home, for its mailboxes or for the way out; `where` is the place as the reader sees it. */
export function waitingHereText(
	{ mails, oldest }: { mails: number; oldest: string },
	where: "here" | "at home",
	now = new Date(),
): string {
	const ago = spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(oldest)) / 1000)));
	const waits = mails === 1 ? "1 mail waits" : `${mails} mails wait`;
	return where === "here"
		? say`${waits} here, the oldest came ${ago} ago`
		: say`${waits} at home, the oldest came ${ago} ago`;
}
