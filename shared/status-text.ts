import { type ActiveCondition, causeOf, spanOf } from "./health.ts";
import { plainText } from "./plain-text.ts";
import type { PastTrouble } from "./recent.ts";

/** Rows of a status as people read them: a name, and what is to say of it; a row without a name goes over both columns. */
export function statusRows(rows: ReadonlyArray<{ name: string | undefined; text: string }>): string {
	const plain = rows.map(({ name, text }) => ({
		name: name === undefined ? undefined : plainText(name),
		text: plainText(text),
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
): string {
	if (conditions.length === 0)
		return proven ? "Nothing is wrong." : "No fault was found, but not everything was seen to be well yet.";
	return conditions
		.map((c) => {
			const since = spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(c.since)) / 1000)));
			const lines = [
				`${c.severity.toUpperCase()} for ${since}: ${plainText(c.text)}  [${plainText(c.code)}]`,
			];
			const cause = causeOf(c, conditions);
			if (cause) lines.push(`  this follows from: ${plainText(cause.title)}`);
			else if (c.remedy) lines.push(`  what to do: ${plainText(c.remedy)}`);
			return lines.join("\n");
		})
		.join("\n");
}

/** What healed in the last hour that is shown to people; scripts get more. */
const healedShown = 10;

/** What was wrong in the last hour and is over; empty when nothing was. */
export function recentText(recent: readonly PastTrouble[], now: Date = new Date()): string {
	if (recent.length === 0) return "";
	const lines = recent.slice(0, healedShown).map(({ text, at, lasted, times }) => {
		const ago = spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000)));
		const often = times > 1 ? `${times} times, last ` : "";
		const span = lasted === undefined ? "" : `, after ${spanOf(lasted)}`;
		return `  ${often}${ago} ago${span}: ${plainText(text)}`;
	});
	const more = recent.length - healedShown;
	if (more > 0) lines.push(`  ... and ${more} more, see --json`);
	return `Over by now, in the last hour:\n${lines.join("\n")}`;
}

/** Mail that waits on the relay, as people read it. */
export function waitingText(
	waiting: { mails: number; since: string; oldest: string },
	now = new Date(),
): string {
	const ago = (stamp: string) => spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(stamp)) / 1000)));
	const mails = waiting.mails === 1 ? "1 mail waits" : `${waiting.mails} mails wait`;
	return `${mails} on the relay: mail has been held up for ${ago(waiting.since)}, the oldest came ${ago(waiting.oldest)} ago`;
}

/** Mail that waits at home, for its mailboxes or for the way out; `where` is the place as the reader sees it. */
export function waitingHereText(
	{ mails, oldest }: { mails: number; oldest: string },
	where: string,
	now = new Date(),
): string {
	const ago = spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(oldest)) / 1000)));
	return `${mails === 1 ? "1 mail waits" : `${mails} mails wait`} ${where}, the oldest came ${ago} ago`;
}
