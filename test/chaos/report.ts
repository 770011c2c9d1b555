import { percentile } from "../bench/figure.ts";
import type { ChaosResult } from "./chaos.ts";
import type { Count } from "./count.ts";
import { askedTwice, linesAbout } from "./evidence.ts";
import type { PostedMail } from "./post.ts";

/** Mails whose lines of the journals are shown, at most. */
const shownAtMost = 5;

/** No mail was lost, bounced, or refused although it was right, and every fault could be made and undone. */
export function isGood({ counts, bounces, settled, struck }: ChaosResult): boolean {
	const wrong = counts.flatMap(({ lost, returned, refused, withSender }) => [
		...[...lost, ...returned, ...refused, ...withSender],
	]);
	const waiting = settled.queueIds.relay.length + settled.queueIds.home.length;
	return wrong.length + bounces.length + waiting === 0 && struck.every(({ trouble }) => !trouble);
}

/** The run for people: a table, and what was wrong, with the journals' words about it. */
export function reportText(result: ChaosResult): string {
	const { plan, counts, settled, struck, bounces } = result;
	const troubles = struck.filter(({ trouble }) => trouble);
	return [
		"",
		...table(counts),
		"",
		...faultRows(result),
		"",
		...duplicateNotes(result),
		`- after the last mail and fault it took ${seconds(settled.took)} until all was calm`,
		...(settled.flushed > 0
			? [`- at home, ${settled.flushed} waited for something else than the relay, and were set moving`]
			: []),
		...settled.conditions.map((text) => `- still wrong at the end: ${text}`),
		...troubles.map(({ name, trouble }) => `- ${name}: ${trouble}`),
		...bounces.slice(0, shownAtMost).map((line) => `- given up: ${line}`),
		...counts.flatMap((one) => [
			...about("lost", one.lost, result),
			...about("still waiting", one.waiting, result),
			...about("sent back", one.returned, result),
			...one.refused.map(({ id, refusal }) => `- refused: mail ${id}: ${refusal}`),
			...one.withSender.map(({ id, reason }) => `- not taken until the end: mail ${id}: ${reason}`),
		]),
		"- a power cut in the lab takes the memory, not what was written and not yet synced: on a real disk it takes that too",
		"",
		`seed ${plan.seed}: ${isGood(result) ? "no mail was lost, none bounced" : "NOT WELL, see above"}`,
	].join("\n");
}

function table(counts: readonly Count[]): string[] {
	const head = [
		"",
		"mails",
		"accepted",
		"arrived",
		"waiting",
		"lost",
		"bounced",
		"twice",
		"p50",
		"p95",
		"max",
	];
	const names = ["internet to home", "home to internet"];
	const rows = counts.map((one, number) => [
		names[number]!,
		...[one.mails, one.accepted, one.arrived, one.waiting.length, one.lost.length, one.returned.length].map(
			String,
		),
		String(one.sentAgain + one.delivered.length),
		...[0.5, 0.95, 1].map((share) => (one.delays.length > 0 ? seconds(percentile(one.delays, share)) : "")),
	]);
	return aligned([head, ...rows]);
}

function faultRows({ struck }: ChaosResult): string[] {
	const times = new Map<string, number>();
	for (const { name } of struck) times.set(name, (times.get(name) ?? 0) + 1);
	const names = [...times].sort(([a], [b]) => a.localeCompare(b));
	return [
		`${struck.length} faults:`,
		...names.map(([name, number]) => `  ${name}${number > 1 ? `, ${number} times` : ""}`),
	];
}

function duplicateNotes({ counts, journals }: ChaosResult): string[] {
	const again = counts.reduce((sum, { sentAgain }) => sum + sentAgain, 0);
	const delivered = counts.flatMap((one) => one.delivered);
	const unanswered = delivered.filter(({ id }) => askedTwice(linesAbout(journals, id)));
	if (again + delivered.length === 0) return [];
	return [
		`- twice, because the sender got no answer and sent again: ${again}; because a relaying Postfix got none: ${unanswered.length}; ` +
			`because a machine or its Postfix was ended between a delivery and its note of it: ${delivered.length - unanswered.length}`,
	];
}

function about(what: string, mails: readonly PostedMail[], { journals }: ChaosResult): string[] {
	return mails.flatMap((mail, number) => {
		const text = `- ${what}: mail ${mail.id}, ${mail.way}, ${mail.mailbox}, ${mail.bytes} bytes, tried ${mail.tries} times`;
		if (number >= shownAtMost) return [text];
		return [text, ...linesAbout(journals, mail.id).map((line) => `    ${line}`)];
	});
}

function aligned(rows: readonly string[][]): string[] {
	const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
	return rows.map((cells) =>
		cells
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
			.join("  "),
	);
}

function seconds(milliseconds: number): string {
	return `${(milliseconds / 1000).toFixed(2)} s`;
}
