import type { Address } from "../../shared/address.ts";
import { type Backoff, waitAfter } from "../../shared/backoff.ts";
import type { Health } from "../../shared/health.ts";
import { jitterOf } from "../../shared/jitter.ts";
import { reasonOf } from "../../shared/postfix/reason.ts";
import { DAY, MINUTE, SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { Verdict } from "./ask.ts";
import { verifyDeferred, verifyElsewhere, verifyRefused, verifyUnknown } from "./conditions.ts";

/** What is asked of a home: a recipient that it listed itself, and where its mail should go. */
export interface Question {
	recipient: string;
	address: Address;
	/** Spreads the homes over the day. */
	key: string;
	/** That it is refused was seen by a mail, and is told with that. */
	told?: boolean;
}

export interface VerifyOptions {
	homes(): Iterable<string>;
	/** What to ask of a home now; undefined while it is away, or has told no list. */
	question(home: string): Question | undefined;
	ask(recipient: string, address: Address, signal: AbortSignal): Promise<Verdict>;
	/** What was found, and when. */
	onVerdict(home: string, verdict: Verdict): void;
	health: Health;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

export interface Verify {
	/** What decides about the home's mail, or all homes', may have changed: asks soon. */
	changed(homes?: Iterable<string>): void;
	/** Mail was delivered to the home: that is as good as a yes. */
	delivered(home: string): void;
	/** Asks now, and says what was found. */
	askNow(home: string): Promise<Verdict>;
	/** Asks those that are due; for a tick. */
	look(): void;
	stop(): void;
}

/** Milliseconds after a change, which seldom comes alone; between two of many homes; and until a yes is asked again. */
const settle = 10 * SECOND;
const apart = 5 * SECOND;
const daily = DAY;

/** After any other answer. */
const pauses: Backoff = { first: MINUTE, max: 10 * MINUTE };

/** Questions at one time: each holds one of Postfix's processes, for a minute at most. */
const atOnce = 3;

/** Answers in a row that make a home one that takes no mail: one or two may fall into a restart. */
const enough = 3;

/** Asks each home in turn whether its mail would be delivered: after changes, daily, and more often while it would not. */
export function createVerify(options: VerifyOptions): Verify {
	const { health } = options;
	const now = options.now ?? (() => performance.now());
	const due = new Map<string, number>();
	const noes = new Map<string, number>();
	const asking = new Set<string>();
	/** Questions in a row without any answer. */
	let unknowns = 0;
	const ending = new AbortController();

	async function askNow(home: string): Promise<Verdict> {
		const question = options.question(home);
		if (!question) return { is: "unknown", error: "the home is away, or has told no list of its recipients" };
		asking.add(home);
		try {
			const verdict = await options.ask(question.recipient, question.address, ending.signal);
			if (!ending.signal.aborted) settleOn(home, question, verdict);
			return verdict;
		} finally {
			asking.delete(home);
		}
	}

	function settleOn(
		home: string,
		{ recipient, address, key, told: known }: Question,
		verdict: Verdict,
	): void {
		const times = verdict.is === "yes" ? 0 : (noes.get(home) ?? 0) + 1;
		noes.set(home, times);
		due.set(home, now() + (times === 0 ? daily + jitterOf(key, daily / 10) : waitAfter(times, pauses)));
		if (verdict.is === "unknown") {
			// Of one home this says little: the line may just have gone.
			unknowns += 1;
			if (unknowns >= enough && !health.has(verifyUnknown))
				health.set(verifyUnknown, "", { home, error: verdict.error });
		} else {
			unknowns = 0;
			health.clear(verifyUnknown);
			const told =
				"text" in verdict ? { recipient, text: verdict.text, ...reason(home, verdict.text) } : undefined;
			health.put(verifyRefused, home, verdict.is === "refused" && !known ? told : undefined);
			const lasting = verdict.is === "deferred" && times >= enough;
			if (lasting || verdict.is !== "deferred") health.put(verifyDeferred, home, lasting ? told : undefined);
			const relay = verdict.is === "elsewhere" ? verdict.relay : undefined;
			health.put(verifyElsewhere, home, relay === undefined ? undefined : { recipient, relay, address });
		}
		options.onVerdict(home, verdict);
	}

	const reason = (home: string, text: string) => {
		const { cause, advice } = reasonOf(text, { here: say`this relay`, there: say`the home ${home}` });
		return { cause, advice };
	};

	function forget(home: string): void {
		due.delete(home);
		noes.delete(home);
		for (const kind of [verifyRefused, verifyDeferred]) health.clear(kind, home);
		health.clear(verifyElsewhere, home);
	}

	return {
		askNow,
		delivered(home) {
			// One recipient may be refused while others are not.
			if (!noes.get(home) || health.has(verifyRefused, home)) return;
			noes.delete(home);
			due.set(home, now() + settle);
			health.clear(verifyDeferred, home);
			health.clear(verifyElsewhere, home);
		},
		changed(homes) {
			for (const home of homes ?? due.keys()) {
				noes.delete(home);
				due.set(home, now() + settle);
			}
		},
		look() {
			const homes = new Set(options.homes());
			for (const home of due.keys()) if (!homes.has(home)) forget(home);
			for (const home of homes) {
				// After a start, and where many come at once, one after the other.
				if (!due.has(home)) due.set(home, now() + settle + jitterOf(home, homes.size * apart));
			}
			for (const [home, at] of due) {
				if (asking.size >= atOnce) return;
				if (at > now() || asking.has(home) || !options.question(home)) continue;
				void askNow(home);
			}
		},
		stop: () => ending.abort(),
	};
}
