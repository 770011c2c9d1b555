import { HOUR } from "./time.ts";

/** Something that was wrong and is over, or was put right at once; several of the same are one. */
export interface PastTrouble {
	text: string;
	/** Of the condition that it was, if it was one. */
	code?: string;
	subject?: string;
	/** When it was last over, ISO 8601, and how many seconds it had lasted then. */
	at: string;
	lasted?: number;
	times: number;
}

/** What healed in the last hour: who looks after the fact still sees it. */
export interface Recent {
	/** Something was found wrong and put right at once. */
	note(text: string): void;
	/** A condition is over. */
	ended(condition: { code: string; subject: string; title: string }, lasted: number): void;
	/** The latest first. */
	list(): PastTrouble[];
}

/** Milliseconds that it stands, and how much of it is kept. */
const kept = 1 * HOUR;
const most = 50;

export function createRecent(now: () => Date): Recent {
	/** The latest last. */
	const past = new Map<string, PastTrouble>();

	function add(key: string, fresh: Omit<PastTrouble, "at" | "times">): void {
		const before = forget().get(key);
		past.delete(key);
		past.set(key, { ...fresh, at: now().toISOString(), times: (before?.times ?? 0) + 1 });
		for (const oldest of past.keys()) {
			if (past.size <= most) break;
			past.delete(oldest);
		}
	}

	function forget(): typeof past {
		const since = now().getTime() - kept;
		for (const [key, { at }] of past) if (Date.parse(at) < since) past.delete(key);
		return past;
	}

	return {
		note: (text) => add(text, { text }),
		ended({ code, subject, title }, lasted) {
			const about = subject ? ` (${subject})` : "";
			add(JSON.stringify([code, subject]), { text: `${title}${about}`, code, subject, lasted });
		},
		list: () => [...forget().values()].reverse(),
	};
}
