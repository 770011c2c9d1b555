import { spanOf } from "../../shared/health.ts";
import type { StatusRow } from "../../shared/part.ts";
import type { Headline } from "../../shared/proof.ts";
import { momentText } from "../../shared/proof.ts";
import { waitingText } from "../../shared/status-text.ts";

/** One home as `status` shows it; the parts add what they know of it. */
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
	waiting: { mails: number; since: string; oldest: string } | undefined;
	/** What its agent last told: version, conditions, and the errors among them in words; when (ISO 8601). */
	agent:
		| {
				version: string;
				conditions: string[];
				errors?: ReadonlyArray<{ code: string; text: string; since: string }>;
				at?: string;
		  }
		| undefined;
	publicKey?: string;
	/** Whether its mail comes in and goes out. */
	headline?: Headline;
}

/** What the status has of the homes. */
export interface HomesStatus {
	homes: HomeStatus[];
	/** Home ids whose removal waits to be confirmed. */
	held: string[];
	/** What each home must have as its relay's. */
	relay?: { publicKey: string; addresses: readonly string[] };
}

/** Homes that are shown to people; scripts get all. */
const shownAtMost = 50;

/** What people read of them: those that are away first. */
export function homeRows(status: object): StatusRow[] {
	const { homes, relay } = status as HomesStatus;
	const first = [...homes].sort((a, b) => Number(a.here) - Number(b.here)).slice(0, shownAtMost);
	const rows: StatusRow[] = first.flatMap((home) => [
		{ place: 10, name: home.id, text: homeText(home) },
		...homeMore(home).map((text) => ({ place: 10, name: "", text })),
	]);
	const more = homes.length - first.length;
	if (more > 0) rows.push({ place: 10, name: undefined, text: `... and ${more} more, see --json` });
	if (homes.length === 0)
		rows.push({ place: 10, name: undefined, text: "no home yet: add a file to homes.d" });
	if (relay) {
		rows.push({ place: 70, name: "key", text: `ours ${relay.publicKey}` });
		rows.push({ place: 70, name: "inside", text: `ours ${relay.addresses.join(", ")}` });
	}
	return rows;
}

/** How many are here, and for how many mail waits; no number of mails, since each new line costs a process. */
export function homesSummary(status: object) {
	const { homes } = status as HomesStatus;
	const here = homes.filter((home) => home.here).length;
	const one = here ? "the home is here" : "the home is away";
	const words = [{ place: 10, text: homes.length === 1 ? one : `${here} of ${homes.length} homes here` }];
	const waiting = homes.filter((home) => home.waiting).length;
	if (waiting > 0)
		words.push({ place: 20, text: homes.length === 1 ? "mail waits" : `mail waits for ${waiting}` });
	return words;
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

/** Errors of one home that are shown to people. */
const errorsShown = 3;

/** What to compare for a home that is away, and what it says is wrong there. */
function homeMore({ here, addresses, publicKey, agent }: HomeStatus): string[] {
	const lines: string[] = [];
	if (!here && publicKey) lines.push(`its key is ${publicKey}, inside ${addresses.join(", ")}`);
	const errors = agent?.errors ?? [];
	const at = agent?.at ? ` at ${momentText(new Date(agent.at))}` : "";
	for (const { code, text } of errors.slice(0, errorsShown))
		lines.push(`it said${at}: ERROR ${text}  [${code}]`);
	if (errors.length > errorsShown) lines.push(`and ${errors.length - errorsShown} more errors, see --json`);
	return lines;
}
