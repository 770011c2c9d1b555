import { spanOf } from "../../shared/health.ts";
import type { StatusRow, StatusScope } from "../../shared/part.ts";
import { someOf } from "../../shared/postfix/verdict.ts";
import type { Headline } from "../../shared/proof.ts";
import { momentText } from "../../shared/proof.ts";
import { waitingHereText, waitingText } from "../../shared/status-text.ts";
import { say } from "../../shared/words/say.ts";

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
				/** Mail that has waited there for a while. */
				waiting?: { mails: number; oldest: string } | undefined;
				at?: string;
		  }
		| undefined;
	publicKey?: string;
	/** Whether its mail comes in and goes out. */
	headline?: Headline;
}

/** How many homes there are. */
export interface HomeFigures {
	served: number;
	here: number;
	/** For how many mail waits. */
	waiting: number;
}

/** What the status has of the homes. */
export interface HomesStatus {
	/** How many there are, whatever is shown of them; what an earlier version answers has none. */
	figures?: HomeFigures;
	/** Those that are shown: all when they are few or all were asked for, else who is in trouble, to begin with. */
	homes: HomeStatus[];
	/** Home ids whose removal waits to be confirmed. */
	held: string[];
	/** What each home must have as its relay's. */
	relay?: { publicKey: string; addresses: readonly string[] };
}

/** More homes than this are shown only when somebody asks for all. */
const shownAtMost = 50;

/** The ids of the homes that a status shows: when there are too many, those in trouble come first. */
export function shownHomes(
	ids: Iterable<string>,
	trouble: Iterable<string>,
	{ all = false, home }: StatusScope = {},
): string[] {
	const known = new Set(ids);
	if (home !== undefined) return known.has(home) ? [home] : [];
	if (all || known.size <= shownAtMost) return [...known];
	const shown = new Set<string>();
	for (const list of [trouble, known]) {
		for (const id of list) {
			if (shown.size === shownAtMost) return [...shown];
			if (known.has(id)) shown.add(id);
		}
	}
	return [...shown];
}

/** What people read of them: those that are away first. */
export function homeRows(status: object): StatusRow[] {
	const { homes, figures, relay } = status as HomesStatus;
	const first = [...homes].sort((a, b) => Number(a.here) - Number(b.here));
	const rows: StatusRow[] = first.flatMap((home) => [
		{ place: 10, name: home.id, given: true as const, text: homeText(home) },
		...homeMore(home).map((text) => ({ place: 10, name: "", text })),
	]);
	if (figures && figures.served > homes.length) {
		const { served, here, waiting } = figures;
		const text = `... ${homes.length} of ${served} homes are shown, see --all or --home; ${here} are here, mail waits for ${waiting}`;
		rows.push({ place: 10, name: undefined, text });
	}
	if (homes.length === 0 && !figures?.served)
		rows.push({ place: 10, name: undefined, text: 'no home yet: run "heimweg-relay invite NAME DOMAIN"' });
	if (relay) {
		rows.push({ place: 70, name: "key", text: `ours ${relay.publicKey}` });
		rows.push({ place: 70, name: "inside", text: `ours ${relay.addresses.join(", ")}` });
	}
	return rows;
}

/** How many are here, and for how many mail waits; no number of mails, since each new line costs a process. */
export function homesSummary(status: object) {
	const { served, here, waiting } = (status as { figures: HomeFigures }).figures;
	const one = here ? "the home is here" : "the home is away";
	const words = [{ place: 10, text: served === 1 ? one : `${here} of ${served} homes here` }];
	if (waiting > 0) words.push({ place: 20, text: served === 1 ? "mail waits" : `mail waits for ${waiting}` });
	return words;
}

function homeText(home: HomeStatus): string {
	const since = spanOf(Math.round(home.for));
	const where = home.here
		? say`here for ${since}, at ${home.endpoint ?? say`an unknown address`}`
		: say`away for ${since}`;
	const domains = home.domains.length > 0 ? someOf(home.domains) : say`no domain`;
	return [where, domains, ...(home.waiting ? [waitingText(home.waiting)] : [])].join("; ");
}

/** Errors of one home that are shown to people. */
const errorsShown = 3;

/** What to compare for a home that is away, and what it says is wrong there. */
function homeMore({ here, addresses, publicKey, agent }: HomeStatus): string[] {
	const lines: string[] = [];
	if (!here && publicKey) lines.push(say`its key is ${publicKey}, inside ${addresses.join(", ")}`);
	const errors = agent?.errors ?? [];
	const at = agent?.at === undefined ? undefined : momentText(new Date(agent.at));
	for (const { code, text } of errors.slice(0, errorsShown))
		lines.push(saidText(at, say`ERROR ${text}  [${code}]`));
	if (agent?.waiting) {
		// It may be away by now: what it said then grows no older.
		const text = waitingHereText(agent.waiting, "at home", agent.at ? new Date(agent.at) : new Date());
		lines.push(saidText(at, text));
	}
	if (errors.length > errorsShown)
		lines.push(say`and ${errors.length - errorsShown} more errors, see --json`);
	return lines;
}

function saidText(at: string | undefined, text: string): string {
	return at === undefined ? say`it said: ${text}` : say`it said at ${at}: ${text}`;
}
