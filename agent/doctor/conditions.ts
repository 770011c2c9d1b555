import type { Turn } from "../../shared/doctor/finding.ts";
import { condition } from "../../shared/health.ts";
import { DAY } from "../../shared/time.ts";

/** A finding of the daily look, as it is told. */
interface Told {
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

function whatToDo({ turn, line }: Told): string {
	if (line === undefined) return 'run "heimweg doctor", which says more and looks again';
	return `${turnText(turn)}: ${line}; "heimweg doctor" says more, and looks again`;
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

export const notLooked = condition<{ error: string; remedy: string | undefined }>({
	code: "doctor.not_looked",
	severity: "warning",
	title: "the daily look at the mail domain does not work",
	visibleAfter: 2 * DAY,
	text: ({ error }) => `what mail needs is no longer looked at: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'run "heimweg doctor", and look at "journalctl -u heimweg"',
});
