import { inCrowds } from "./crowds.ts";
import type { ActiveCondition, Health } from "./health.ts";
import type { PartKind, PartTypes, StatusRow, StatusScope } from "./part.ts";
import {
	type Direction,
	directions,
	type Headline,
	isProven,
	mailDirections,
	type Verdict,
} from "./proof.ts";
import type { PastTrouble } from "./recent.ts";
import { conditionsText, recentText, statusRows } from "./status-text.ts";
import { english, type Speak, say } from "./words/say.ts";

/** What `status --json` prints of every program; each part adds keys of its own. */
export interface ProgramStatus {
	version: string;
	/** False while mail is known not to flow. */
	mailFlows: boolean;
	/** What is seen of each direction; without it (an earlier version) nothing is. */
	headline?: Headline;
	/** What holds; many of one kind are one with a count, unless everything is asked for. */
	conditions: ActiveCondition[];
	/** What was wrong in the last hour and is over. */
	recent?: PastTrouble[];
}

interface Shown<Types extends PartTypes> {
	name: string;
	parts: ReadonlyArray<Pick<PartKind<Types>, "rows" | "summary">>;
}

/** One line for `systemctl status`. */
export function statusLine<Types extends PartTypes>(
	{ parts }: Shown<Types>,
	status: object,
	errors: number,
): string {
	const words = inOrder(parts.flatMap((part) => part.summary?.(status) ?? [])).map(({ text }) => text);
	if (errors > 0) words.push(errors === 1 ? "1 error" : `${errors} errors`);
	return words.join(", ");
}

/** The status as people read it. */
export function statusText<Types extends PartTypes>(
	{ name, parts }: Shown<Types>,
	status: ProgramStatus,
	speak: Speak = english,
): string {
	const headline = status.headline ?? {};
	const rows: StatusRow[] = inOrder([
		...headlineRows(headline),
		...parts.flatMap((part) => part.rows?.(status) ?? []),
	]);
	const first = `${name} ${status.version}: ${speak(flowText(headline, status.mailFlows))}`;
	const wrong = conditionsText(status.conditions, new Date(), isProven(headline), speak);
	const over = recentText(status.recent ?? [], new Date(), speak);
	return `${[`${first}\n${statusRows(rows, speak)}`, wrong, ...(over ? [over] : [])].join("\n\n")}\n`;
}

/** True when nothing is wrong, and all that is looked at was seen to be well. */
export function isWell({ mailFlows, headline, conditions }: ProgramStatus): boolean {
	return mailFlows && conditions.length === 0 && isProven(headline ?? {});
}

/** What holds, as much of it as somebody wants. */
export function conditionsIn(health: Health, { all, home }: StatusScope): ActiveCondition[] {
	if (home !== undefined) return health.about(home);
	return all ? health.list() : inCrowds(health.list()).map(({ shown }) => shown);
}

/** By place; those of one place stay as they are. */
function inOrder<T extends { place: number }>(list: readonly T[]): T[] {
	return [...list].sort((a, b) => a.place - b.place);
}

/** The headline in a few words, for the first line. */
function flowText(headline: Headline, mailFlows: boolean): string {
	const [incoming, outgoing] = mailDirections.map((direction) => headline[direction]?.verdict ?? "yes");
	if (!mailFlows && incoming === outgoing) return say`mail cannot flow`;
	if (incoming === "no") return say`mail does not come in`;
	if (outgoing === "no") return say`mail does not go out`;
	if (!mailFlows) return say`mail cannot flow`;
	return incoming === "yes" && outgoing === "yes"
		? say`mail can flow`
		: say`it is not known whether mail flows`;
}

/** The headline as people read it. */
function headlineRows(headline: Headline): StatusRow[] {
	return directions.flatMap((direction) => {
		const known = headline[direction];
		if (!known) return [];
		const because = known.because.filter(Boolean).join("; ");
		return [{ place: 0, name: named[direction], text: verdictText(known.verdict, because) }];
	});
}

const named: Record<Direction, string> = {
	incoming: say`incoming`,
	outgoing: say`outgoing`,
	records: say`records`,
};

function verdictText(verdict: Verdict, because: string): string {
	if (verdict === "yes") return because ? say`yes (${because})` : say`yes`;
	if (verdict === "no") return because ? say`no (${because})` : say`no`;
	return because ? say`not known (${because})` : say`not known`;
}
