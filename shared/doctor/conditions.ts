import { condition } from "../health.ts";
import { DAY } from "../time.ts";
import type { Turn } from "./finding.ts";

/** A finding of the daily look, as it is told. */
export interface Told {
	/** Which program looked. */
	program: string;
	about: string;
	found: string;
	turn: Turn | undefined;
	line: string | undefined;
}

/** Whose turn it is, as the begin of a sentence that ends in what to do. */
function turnText(turn: Turn | undefined): string {
	switch (turn) {
		case "relay":
			return "for the relay's owner";
		case "registrar":
			return "for the domain's registrar";
		case "hoster":
			return "for the relay's hoster";
		case "dns":
			return "for who hosts the zone";
		default:
			return "at home";
	}
}

function whatToDo({ program, turn, line }: Told): string {
	if (line === undefined) return `run "${program} doctor", which says more and looks again`;
	return `${turnText(turn)}: ${line}; "${program} doctor" says more, and looks again`;
}

export const mailAtRisk = condition<Told>({
	code: "doctor.mail_at_risk",
	severity: "error",
	title: "the daily look found that mail is at risk",
	visibleAfter: 0,
	text: ({ about, found }) => `${about}: ${found}`,
	remedy: (told) => whatToDo(told),
});

export const somethingToDo = condition<Told>({
	code: "doctor.something_to_do",
	severity: "warning",
	title: "the daily look found something to do",
	visibleAfter: 0,
	text: ({ about, found }) => `${about}: ${found}`,
	remedy: (told) => whatToDo(told),
});

export const notLooked = condition<{ program: string; error: string; remedy: string | undefined }>({
	code: "doctor.not_looked",
	severity: "warning",
	title: "the daily look at what mail needs does not work",
	visibleAfter: 2 * DAY,
	text: ({ error }) => `what mail needs is no longer looked at: ${error}`,
	remedy: ({ program, remedy }) =>
		remedy ?? `run "${program} doctor", and look at "journalctl -u ${program}"`,
});
