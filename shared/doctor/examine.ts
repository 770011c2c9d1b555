import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, messageOf } from "../errors.ts";
import { SECOND } from "../time.ts";
import { say } from "../words/say.ts";
import type { Check } from "./check.ts";
import { alarms, type Finding } from "./finding.ts";

/** For one look of one check. */
const lookTime = 5 * SECOND;

/** For one that speaks to a mail server: postscreen(8) keeps who is new waiting for six seconds. */
const longLookTime = 9 * SECOND;

/** Before the second try, of what alarmed at the first. */
const betweenTries = 1 * SECOND;

/** A check, and what it is about. */
export interface Visit<Eyes> {
	check: Check<never, Eyes>;
	known: unknown;
	/** What it is about, where it could not look. */
	subject: string;
}

export interface ExamineOptions<Eyes> {
	/** Fresh eyes for each try: what was seen at the first does not count at the second. */
	eyes(): Eyes;
	lookTime?: number;
	betweenTries?: number;
}

/**
 * Makes all the visits at once, and those that alarm once more: what is found only once is not known. Never throws: a
 * check that fails is not known, and says why.
 */
export async function examine<Eyes>(
	visits: ReadonlyArray<Visit<Eyes>>,
	options: ExamineOptions<Eyes>,
): Promise<Finding[]> {
	const first = await round(visits, options);
	const again = visits.filter((_, at) => first[at]!.some(alarms));
	if (again.length === 0) return first.flat();
	await sleep(options.betweenTries ?? betweenTries);
	const second = await round(again, options);
	return visits.flatMap((visit, at) => {
		const place = again.indexOf(visit);
		return place < 0 ? first[at]! : confirmed(first[at]!, second[place]!);
	});
}

/** What the second try says, but without an alarm that the first did not raise. */
function confirmed(first: readonly Finding[], second: readonly Finding[]): Finding[] {
	const raised = (one: Finding, before: readonly Finding[]) =>
		before.some(
			({ code, subject, severity }) => code === one.code && subject === one.subject && alarms({ severity }),
		);
	return second.map((one) =>
		!alarms(one) || raised(one, first)
			? one
			: {
					...one,
					severity: "not_known",
					found: say`${one.found} (at the second look, and not at the first)`,
				},
	);
}

async function round<Eyes>(
	visits: ReadonlyArray<Visit<Eyes>>,
	{ eyes, lookTime: most = lookTime }: ExamineOptions<Eyes>,
): Promise<Finding[][]> {
	const looking = eyes();
	return Promise.all(visits.map((visit) => one(visit, looking, most)));
}

async function one<Eyes>(
	{ check, known, subject }: Visit<Eyes>,
	eyes: Eyes,
	most: number,
): Promise<Finding[]> {
	const timer = new AbortController();
	const time = check.patience === "long" ? Math.max(most, longLookTime) : most;
	try {
		const seen = await Promise.race([
			check.look(known as never, eyes),
			sleep(time, undefined, { signal: timer.signal }).then(() => {
				throw Object.assign(new Error(), { code: "TOO_LONG" });
			}),
		]);
		return check.judge(seen, known as never);
	} catch (error) {
		const found =
			codeOf(error) === "TOO_LONG"
				? say`the look at it did not end within ${time / SECOND} s`
				: say`the look at it failed: ${messageOf(error)}`;
		return [{ code: `${check.name}_not_looked_at`, severity: "not_known", subject, found }];
	} finally {
		timer.abort();
	}
}
