import { z } from "zod";
import { messageOf, remedyOf } from "../errors.ts";
import type { ConditionKind, Health } from "../health.ts";
import type { Logger } from "../log.ts";
import type { SavedState } from "../saved-state.ts";
import { DAY, HOUR, MINUTE } from "../time.ts";
import { mailAtRisk, notLooked, somethingToDo, type Told } from "./conditions.ts";
import { findingsSchema } from "./daily.ts";
import { alarms, type Finding } from "./finding.ts";

/** After a start: the relay has to be heard first, and there is no hurry. */
const afterStart = 10 * MINUTE;

/** A look that is older was missed. */
const missedAfter = DAY + 2 * HOUR;

/** Between two looks that somebody asks for. */
const betweenLooks = MINUTE;

/** Findings that are told one by one; a domain with more has one trouble that shows everywhere. */
const mostTold = 20;

/** What is remembered of the last look across restarts: what it alarmed of. */
export const dailySchema = z.object({
	/** ISO 8601. */
	at: z.string(),
	counts: z.object({ well: z.int(), todo: z.int(), risk: z.int(), not_known: z.int() }),
	alarms: findingsSchema,
});
export type DailyState = z.infer<typeof dailySchema>;

export interface Daily {
	start(): Promise<void>;
	/** Looks now, unless it has just looked. Never throws. */
	look(): Promise<void>;
	/** The last look; undefined before the first. */
	last(): Pick<DailyState, "at" | "counts"> | undefined;
	stop(): void;
}

export interface DailyOptions {
	/** By whose command one looks again. */
	program: string;
	/** Codes of findings that conditions of other parts tell as it happens. */
	toldElsewhere?: ReadonlySet<string>;
	/** Looks, in another process; throws a HeimwegError. */
	examine(signal: AbortSignal): Promise<Finding[]>;
	memory: SavedState<DailyState>;
	health: Health;
	log: Logger;
	onChange(): void;
	/** Milliseconds since 1970. */
	now?: () => number;
}

/** The daily look: what it alarms of stands as conditions until a look finds it mended. */
export function createDaily(options: DailyOptions): Daily {
	const { program, toldElsewhere, examine, memory, health, log, onChange, now = Date.now } = options;
	const ending = new AbortController();
	let last: DailyState | undefined;
	let begun = Number.NEGATIVE_INFINITY;
	let timer: NodeJS.Timeout | undefined;

	async function look(): Promise<void> {
		if (now() - begun < betweenLooks) return;
		begun = now();
		try {
			const findings = await examine(ending.signal);
			const count = (severity: Finding["severity"]) =>
				findings.filter((one) => one.severity === severity).length;
			last = {
				at: new Date(now()).toISOString(),
				counts: {
					...{ well: count("well"), todo: count("todo"), risk: count("risk") },
					not_known: count("not_known"),
				},
				alarms: [...findings.filter(alarms), ...stillHeld(last?.alarms ?? [], findings)].slice(0, mostTold),
			};
			health.clear(notLooked);
			tell(last.alarms);
			log.info({ ...last.counts }, "the daily look at what mail needs");
			await memory.write(last);
		} catch (error) {
			if (ending.signal.aborted) return;
			health.put(notLooked, "", { program, error: messageOf(error), remedy: remedyOf(error) });
		}
		onChange();
	}

	function tell(found: readonly Finding[]): void {
		const told = found.filter(({ code }) => !toldElsewhere?.has(code));
		put(
			mailAtRisk,
			told.filter(({ severity }) => severity === "risk"),
		);
		put(
			somethingToDo,
			told.filter(({ severity }) => severity === "todo"),
		);
	}

	function put(kind: ConditionKind<Told>, found: readonly Finding[]): void {
		const details = ({ subject: about, found: what, turn, line }: Finding) => ({
			...{ program, about, found: what, turn, line },
		});
		health.putAll(kind, new Map(found.map((one) => [subjectOf(one), details(one)])));
	}

	return {
		look,
		last: () => last && { at: last.at, counts: last.counts },
		async start() {
			last = await memory.read();
			if (last) tell(last.alarms);
			const missed = !last || now() - Date.parse(last.at) > missedAfter;
			if (missed) timer = setTimeout(() => void look(), afterStart).unref();
		},
		stop() {
			clearTimeout(timer);
			ending.abort();
			memory.stop();
		},
	};
}

/** Another finding has another subject; one that goes on keeps its own. */
const subjectOf = ({ code, subject }: Finding) => `${code} ${subject}`;

/** What was found before, and could not be looked at now: it is not known to be mended. */
function stillHeld(before: readonly Finding[], findings: readonly Finding[]): Finding[] {
	// Several checks may speak of one subject; a code's first word is its check's.
	const word = ({ code }: Finding) => code.split("_")[0];
	return before.filter((one) => {
		const now = findings.filter(({ subject }) => subject === one.subject);
		const ofCheck = now.filter((other) => word(other) === word(one));
		const spoken = ofCheck.length > 0 ? ofCheck : now;
		return spoken.length > 0 && spoken.every(({ severity }) => severity === "not_known");
	});
}
