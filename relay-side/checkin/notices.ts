import type { ActiveCondition, Health } from "../../shared/health.ts";
import { type CheckinAnswer, longestSentence } from "../../shared/protocol/checkin.ts";

export type Notice = CheckinAnswer["notices"][number];

/** The code of the condition that a home is away (pulse): to itself that would be no news. */
const away = "pulse.home_away";

/** Notices in one answer; the schema takes no more. */
const most = 100;

/** Where the words of a condition are for the relay's owner alone. */
const elsewhere = 'look on the relay at "heimweg-relay status"';

/** Whom a condition concerns: one home, all of them as an error of the relay itself, or nobody at a home. */
export function concerns(
	condition: ActiveCondition,
	isHome: (id: string) => boolean,
): string | "all" | undefined {
	const { code, subject, severity, audience } = condition;
	if (code === away) return undefined;
	if (subject !== "" && isHome(subject)) return subject;
	if (severity !== "error" && audience !== "homes") return undefined;
	// What is told of a file, a map or a home that is not served names what others need not know.
	return subject === "" || audience === "homes" ? "all" : undefined;
}

/** A kind that holds for more than so many is one of the homes', and is looked up by home. */
const few = 20;

/** What may concern a home, errors first, without going through what holds of thousands of others. */
export function heldFor(health: Pick<Health, "byKind">, home: string): ActiveCondition[] {
	const found: ActiveCondition[] = [];
	for (const held of health.byKind()) {
		if (held.size <= few) found.push(...held.values());
		else found.push(...["", home].flatMap((subject) => held.get(subject) ?? []));
	}
	return found.sort((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
}

/** What a home is told: what holds of it, and what is wrong with the relay itself. Nothing of it names other homes. */
export function noticesFor(
	home: string,
	conditions: Iterable<ActiveCondition>,
	isHome: (id: string) => boolean,
): Notice[] {
	const notices: Notice[] = [];
	for (const condition of conditions) {
		const whom = concerns(condition, isHome);
		if (whom === home || whom === "all") notices.push(noticeOf(condition, whom === "all"));
		if (notices.length === most) break;
	}
	return notices;
}

function noticeOf(condition: ActiveCondition, toAll: boolean): Notice {
	const { code, text, title, remedy, since, severity, blocksMail, audience } = condition;
	const inWords = toAll ? audience === "homes" : audience !== "owner";
	return {
		...{ code, since, severity, blocksMail },
		text: (inWords ? text : title).slice(0, longestSentence),
		remedy: (inWords ? remedy : elsewhere).slice(0, longestSentence),
	};
}
