import { type ActiveCondition, spanOf } from "../shared/health.ts";
import { conditionsText, statusRows, waitingText } from "../shared/status-text.ts";
import type { WaitingMail } from "./queue/account.ts";

/** One home as `status` shows it. */
export interface HomeStatus {
	id: string;
	here: boolean;
	/** Seconds that it has been here or away. */
	for: number;
	/** ISO 8601 of the last pulse; undefined when there was none since the daemon started. */
	lastSeen: string | undefined;
	endpoint: string | undefined;
	addresses: string[];
	domains: string[];
	/** The mail that waits for it; undefined when there is none. */
	waiting: WaitingMail | undefined;
	/** What its agent last told: version and conditions. */
	agent: { version: string; conditions: string[] } | undefined;
}

/** What `heimweg-relay status --json` prints. */
export interface RelayStatus {
	version: string;
	mailFlows: boolean;
	homes: HomeStatus[];
	/** Home ids whose removal waits to be confirmed. */
	held: string[];
	conditions: ActiveCondition[];
}

/** One line for `systemctl status`. */
export function statusLine({ homes, conditions }: RelayStatus): string {
	const here = homes.filter((home) => home.here).length;
	const errors = conditions.filter((c) => c.severity === "error").length;
	const parts = [
		homes.length === 1
			? here
				? "the home is here"
				: "the home is away"
			: `${here} of ${homes.length} homes here`,
	];
	// No number of mails: this line costs a process each time that it changes.
	const waiting = homes.filter((home) => home.waiting).length;
	if (waiting > 0) parts.push(homes.length === 1 ? "mail waits" : `mail waits for ${waiting}`);
	if (errors > 0) parts.push(errors === 1 ? "1 error" : `${errors} errors`);
	return parts.join(", ");
}

/** Homes that are shown to people; scripts get all. */
const shownAtMost = 50;

/** The status as people read it. */
export function statusText(status: RelayStatus): string {
	const { homes } = status;
	const flows = status.mailFlows ? "mail can flow" : "mail cannot flow";
	const first = [...homes].sort((a, b) => Number(a.here) - Number(b.here)).slice(0, shownAtMost);
	const rows = first.map((home) => [home.id, homeText(home)] as const);
	const more = homes.length > first.length ? `\n... and ${homes.length - first.length} more, see --json` : "";
	const list = rows.length > 0 ? statusRows(rows) + more : "no home yet: add a file to homes.d";
	return `heimweg-relay ${status.version}: ${flows}\n${list}\n\n${conditionsText(status.conditions)}\n`;
}

function homeText(home: HomeStatus): string {
	const since = spanOf(Math.round(home.for));
	const where = home.here
		? `here for ${since}, at ${home.endpoint ?? "an unknown address"}`
		: `away for ${since}`;
	const domains =
		home.domains.slice(0, 5).join(", ") +
		(home.domains.length > 5 ? ` and ${home.domains.length - 5} more` : "");
	const mail = home.waiting ? `; ${waitingText(home.waiting)}` : "";
	return `${where}; ${domains || "no domain"}${mail}`;
}
