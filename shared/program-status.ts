import { inCrowds } from "./crowds.ts";
import type { ActiveCondition, Health } from "./health.ts";
import type { PartKind, PartTypes, StatusRow, StatusScope } from "./part.ts";
import { conditionsText, statusRows } from "./status-text.ts";

/** What `status --json` prints of every program; each part adds keys of its own. */
export interface ProgramStatus {
	version: string;
	mailFlows: boolean;
	/** What holds; many of one kind are one with a count, unless everything is asked for. */
	conditions: ActiveCondition[];
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
): string {
	const rows: StatusRow[] = inOrder(parts.flatMap((part) => part.rows?.(status) ?? []));
	const flows = status.mailFlows ? "mail can flow" : "mail cannot flow";
	return `${name} ${status.version}: ${flows}\n${statusRows(rows)}\n\n${conditionsText(status.conditions)}\n`;
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
