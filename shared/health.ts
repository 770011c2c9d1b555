import type { Logger } from "./log.ts";
import { plainText } from "./plain-text.ts";

/** error: someone must act; warning: it may become one. */
export type Severity = "error" | "warning";

/**
 * One kind of thing that can be wrong, declared once. `D` is what the sentences need to know.
 * Texts are whole sentences without a full stop's worth of jargon: what is wrong, and what to do.
 */
export interface ConditionKind<D> {
	/** Stable name for scripts, `part.problem_words`. */
	code: string;
	/** The code that it had in the last release, which scripts may still know. */
	formerly?: string;
	severity: Severity;
	title: string;
	/** True, or true of these details, when mail cannot flow while this lasts: /healthz then answers 503. */
	blocksMail?: boolean | { ask(details: D): boolean }["ask"];
	/** Milliseconds that it may last before anyone is bothered with it. */
	visibleAfter: number;
	/** Milliseconds after which it is worth a mail to the owner; never, if left out. */
	mail?: number;
	text(details: D, subject: string): string;
	remedy(details: D, subject: string): string;
}

/** A condition that holds now. */
export interface ActiveCondition {
	code: string;
	/** The code that it had in the last release. */
	formerly?: string;
	/** Which home, RRset, file, ...; empty when there is only one. */
	subject: string;
	severity: Severity;
	title: string;
	blocksMail: boolean;
	/** When it began, ISO 8601. */
	since: string;
	text: string;
	remedy: string;
	visibleAfter: number;
	mail?: number;
}

/** Declares a kind of condition; exists so that the details' type is written once. */
export function condition<D = void>(kind: ConditionKind<D>): ConditionKind<D> {
	return kind;
}

export type HealthListener = (event: "begins" | "ends" | "changes", condition: ActiveCondition) => void;

/** What is wrong right now. Setting what is set and clearing what is not does nothing. */
export class Health {
	readonly #active = new Map<string, ActiveCondition>();
	readonly #listeners = new Set<HealthListener>();
	readonly #log: Logger;
	readonly #now: () => Date;

	constructor(log: Logger, now: () => Date = () => new Date()) {
		this.#log = log;
		this.#now = now;
	}

	/** The condition holds for the subject; logged once, when it begins or when its sentence changes. */
	set<D>(kind: ConditionKind<D>, subject: string, details: D): void {
		const key = keyOf(kind.code, subject);
		const before = this.#active.get(key);
		const after: ActiveCondition = {
			code: kind.code,
			...(kind.formerly === undefined ? {} : { formerly: kind.formerly }),
			subject,
			severity: kind.severity,
			title: kind.title,
			blocksMail:
				typeof kind.blocksMail === "function" ? kind.blocksMail(details) : (kind.blocksMail ?? false),
			since: before?.since ?? this.#now().toISOString(),
			// Much of it was said by others: an error of a program, the reason that a home gives.
			text: plainText(kind.text(details, subject)),
			remedy: plainText(kind.remedy(details, subject)),
			visibleAfter: kind.visibleAfter,
			...(kind.mail === undefined ? {} : { mail: kind.mail }),
		};
		if (
			before?.text === after.text &&
			before.remedy === after.remedy &&
			before.blocksMail === after.blocksMail
		)
			return;
		this.#active.set(key, after);
		const fields = { condition: after.code, ...(subject ? { subject } : {}) };
		this.#log[kind.severity === "error" ? "error" : "warn"](fields, sentence(after));
		this.#tell(before ? "changes" : "begins", after);
	}

	/** The condition no longer holds for the subject, or, without one, for any. */
	clear<D>(kind: ConditionKind<D>, subject?: string): void {
		const ended = [...this.#active.values()].filter(
			(c) => c.code === kind.code && (subject === undefined || c.subject === subject),
		);
		for (const past of ended) {
			this.#active.delete(keyOf(past.code, past.subject));
			const lasted = Math.max(0, Math.round((this.#now().getTime() - Date.parse(past.since)) / 1000));
			const fields = { condition: past.code, ...(past.subject ? { subject: past.subject } : {}), lasted };
			this.#log.info(fields, `over after ${spanOf(lasted)}: ${past.title}${of(past.subject)}`);
			this.#tell("ends", past);
		}
	}

	/** Sets or clears, whichever the details say: `undefined` clears. */
	put<D>(kind: ConditionKind<D>, subject: string, details: D | undefined): void {
		if (details === undefined) this.clear(kind, subject);
		else this.set(kind, subject, details);
	}

	has<D>(kind: ConditionKind<D>, subject?: string): boolean {
		if (subject !== undefined) return this.#active.has(keyOf(kind.code, subject));
		return [...this.#active.values()].some((c) => c.code === kind.code);
	}

	/** Everything that holds, errors first, then by age. */
	list(): ActiveCondition[] {
		return [...this.#active.values()].sort(
			(a, b) => order(a.severity, b.severity) || order(a.since, b.since),
		);
	}

	/** True while nothing that stops mail holds. */
	get mailFlows(): boolean {
		return ![...this.#active.values()].some((c) => c.blocksMail);
	}

	/** Calls the listener at each begin, change and end; returns the way to stop that. */
	listen(listener: HealthListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#tell(event: "begins" | "ends" | "changes", condition: ActiveCondition): void {
		for (const listener of this.#listeners) listener(event, condition);
	}
}

/** A span of seconds in words: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function spanOf(seconds: number): string {
	if (seconds < 120) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
	return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

function sentence(c: ActiveCondition): string {
	return c.remedy ? `${c.text}; what to do: ${c.remedy}` : c.text;
}

function of(subject: string): string {
	return subject ? ` (${subject})` : "";
}

function keyOf(code: string, subject: string): string {
	return JSON.stringify([code, subject]);
}

/** Sorts plain texts; localeCompare would bring ICU's data into memory. */
function order(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
