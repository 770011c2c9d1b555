import { bursts } from "./burst.ts";
import type { OfMany } from "./crowds.ts";
import type { Logger } from "./log.ts";
import { plainText } from "./plain-text.ts";
import { createRecent, type Recent } from "./recent.ts";

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
	/**
	 * On the relay, who may read its words: `homes`, every home; `owner`, nobody else, since they name other homes. Left
	 * out: the home that it is about. Others learn its title alone.
	 */
	audience?: "homes" | "owner";
	/** Codes of what it follows from: while one of them holds, that is what to look at. */
	dependsOn?: readonly string[];
	text(details: D, subject: string): string;
	remedy(details: D, subject: string): string;
}

/** A condition that holds now. */
export interface ActiveCondition extends OfMany {
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
	audience?: "homes" | "owner";
	dependsOn?: readonly string[];
	/** When it ends: the title of what holds in its place. */
	instead?: string;
}

/** Declares a kind of condition; exists so that the details' type is written once. */
export function condition<D = void>(kind: ConditionKind<D>): ConditionKind<D> {
	return kind;
}

export type HealthListener = (event: "begins" | "ends" | "changes", condition: ActiveCondition) => void;

/**
 * What is wrong right now. Setting what is set and clearing what is not does nothing. Conditions are kept by kind and
 * subject: what thousands of homes set and clear costs the same each, however many others hold. The file is long because
 * the words that a condition is declared with and those that it is shown in stand beside each other.
 */
export class Health {
	readonly #active = new Map<string, Map<string, ActiveCondition>>();
	readonly #listeners = new Set<HealthListener>();
	readonly #titles = new Map<string, string>();
	readonly #log: Logger;
	readonly #now: () => Date;
	/** Whether one more of these is to be logged by itself. */
	readonly #singly: (kind: string) => boolean;
	#blocking = 0;
	#errors = 0;
	/** What is over by now, or was put right at once. */
	readonly recent: Recent;

	constructor(log: Logger, now: () => Date = () => new Date()) {
		this.#log = log;
		this.#now = now;
		this.recent = createRecent(now);
		this.#singly = bursts((kind, more) => this.#tellRest(kind, more));
	}

	/** The condition holds for the subject; logged once, when it begins or when its sentence changes. */
	set<D>(kind: ConditionKind<D>, subject: string, details: D): void {
		const before = this.#active.get(kind.code)?.get(subject);
		// Much of it was said by others: an error of a program, the reason that a home gives.
		const text = plainText(kind.text(details, subject));
		const remedy = plainText(kind.remedy(details, subject));
		const blocksMail =
			typeof kind.blocksMail === "function" ? kind.blocksMail(details) : (kind.blocksMail ?? false);
		if (before?.text === text && before.remedy === remedy && before.blocksMail === blocksMail) return;
		const after: ActiveCondition = {
			code: kind.code,
			...(kind.formerly === undefined ? {} : { formerly: kind.formerly }),
			subject,
			severity: kind.severity,
			title: kind.title,
			blocksMail,
			since: before?.since ?? this.#now().toISOString(),
			text,
			remedy,
			visibleAfter: kind.visibleAfter,
			...(kind.mail === undefined ? {} : { mail: kind.mail }),
			...(kind.audience === undefined ? {} : { audience: kind.audience }),
			...(kind.dependsOn === undefined ? {} : { dependsOn: kind.dependsOn }),
		};
		if (before) this.#count(before, -1);
		this.#count(after, 1);
		this.#ofKind(kind.code).set(subject, after);
		const level = kind.severity === "error" ? "error" : "warn";
		if (this.#mayLog(level, after)) this.#log[level](fieldsOf(after), sentence(after, this.#causeOf(after)));
		this.#tell(before ? "changes" : "begins", after);
	}

	/**
	 * The condition no longer holds for the subject, or, without one, for any.
	 *
	 * @param instead what holds in its place, so that nothing is over
	 */
	clear<D>(kind: ConditionKind<D>, subject?: string, instead?: { title: string }): void {
		const held = this.#active.get(kind.code);
		if (!held) return;
		const one = subject === undefined ? undefined : held.get(subject);
		for (const past of subject === undefined ? [...held.values()] : one ? [one] : []) {
			held.delete(past.subject);
			this.#count(past, -1);
			const lasted = Math.max(0, Math.round((this.#now().getTime() - Date.parse(past.since)) / 1000));
			if (this.#mayLog("info", past)) {
				const what = `${past.title}${of(past.subject)}`;
				const text = instead
					? `after ${spanOf(lasted)} another: ${what}; now: ${instead.title}`
					: `over after ${spanOf(lasted)}: ${what}`;
				this.#log.info({ ...fieldsOf(past), lasted }, text);
			}
			if (!instead) this.recent.ended(past, lasted);
			this.#tell("ends", instead ? { ...past, instead: instead.title } : past);
		}
	}

	/** Sets or clears, whichever the details say: `undefined` clears. */
	put<D>(kind: ConditionKind<D>, subject: string, details: D | undefined): void {
		if (details === undefined) this.clear(kind, subject);
		else this.set(kind, subject, details);
	}

	/** The condition holds for these subjects and for no others. */
	putAll<D>(kind: ConditionKind<D>, found: ReadonlyMap<string, D>): void {
		for (const subject of this.subjects(kind)) if (!found.has(subject)) this.clear(kind, subject);
		for (const [subject, details] of found) this.set(kind, subject, details);
	}

	has<D>(kind: ConditionKind<D>, subject?: string): boolean {
		const held = this.#active.get(kind.code);
		return held !== undefined && (subject === undefined ? held.size > 0 : held.has(subject));
	}

	/** Everything that holds, errors first, then by age. */
	list(): ActiveCondition[] {
		return inOrder([...this.#active.values()].flatMap((held) => [...held.values()]));
	}

	/** What holds of one subject, in the same order. */
	about(subject: string): ActiveCondition[] {
		return inOrder([...this.#active.values()].flatMap((held) => held.get(subject) ?? []));
	}

	/** For whom the condition holds. */
	subjects<D>(kind: ConditionKind<D>): string[] {
		return [...(this.#active.get(kind.code)?.keys() ?? [])];
	}

	/** What holds, kind by kind and in no other order, without a copy. */
	byKind(): Iterable<ReadonlyMap<string, ActiveCondition>> {
		return this.#active.values();
	}

	/** True while nothing that stops mail holds. */
	get mailFlows(): boolean {
		return this.#blocking === 0;
	}

	/** The titles of what stops mail, one for each kind. */
	blocking(): string[] {
		if (this.#blocking === 0) return [];
		return [...this.#active.values()].flatMap((held) => {
			for (const { blocksMail, title } of held.values()) if (blocksMail) return [title];
			return [];
		});
	}

	/** How many errors hold. */
	get errors(): number {
		return this.#errors;
	}

	/** Calls the listener at each begin, change and end; returns the way to stop that. */
	listen(listener: HealthListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** What it follows from, among all that holds. */
	#causeOf({ dependsOn = [] }: ActiveCondition): ActiveCondition | undefined {
		for (const code of dependsOn) for (const one of this.#active.get(code)?.values() ?? []) return one;
		return undefined;
	}

	#ofKind(code: string): Map<string, ActiveCondition> {
		const held = this.#active.get(code) ?? new Map<string, ActiveCondition>();
		this.#active.set(code, held);
		return held;
	}

	#count({ blocksMail, severity }: ActiveCondition, by: 1 | -1): void {
		if (blocksMail) this.#blocking += by;
		if (severity === "error") this.#errors += by;
	}

	#mayLog(level: "error" | "warn" | "info", { code, title }: ActiveCondition): boolean {
		this.#titles.set(code, title);
		return this.#singly(`${level} ${code}`);
	}

	/** The rest of many that began, or ended, at about the same time. */
	#tellRest(kind: string, more: number): void {
		const [level, code] = kind.split(" ") as ["error" | "warn" | "info", string];
		const what = level === "info" ? "over for" : "the same for";
		this.#log[level]({ condition: code, more }, `${what} ${more} more: ${this.#titles.get(code)}`);
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

/** What a condition follows from, among those that hold; undefined when it stands for itself. */
export function causeOf(
	{ dependsOn }: Pick<ActiveCondition, "dependsOn">,
	all: Iterable<ActiveCondition>,
): ActiveCondition | undefined {
	if (!dependsOn) return undefined;
	for (const one of all) if (dependsOn.includes(one.code)) return one;
	return undefined;
}

function sentence(c: ActiveCondition, cause: ActiveCondition | undefined): string {
	if (cause) return `${c.text}; this follows from: ${cause.title}`;
	return c.remedy ? `${c.text}; what to do: ${c.remedy}` : c.text;
}

function of(subject: string): string {
	return subject ? ` (${subject})` : "";
}

function fieldsOf({ code, subject }: ActiveCondition): { condition: string; subject?: string } {
	return { condition: code, ...(subject ? { subject } : {}) };
}

function inOrder(list: ActiveCondition[]): ActiveCondition[] {
	return list.sort((a, b) => order(a.severity, b.severity) || order(a.since, b.since));
}

/** Sorts plain texts; localeCompare would bring ICU's data into memory. */
function order(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
