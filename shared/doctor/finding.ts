/**
 * How things stand with what a check looked at: `well`; `todo`, something to do; `risk`, mail is lost, refused or laid
 * open; `not_known`, it could not be looked at, which is never well.
 */
export type Severity = "well" | "todo" | "risk" | "not_known";

/** Whose turn it is: who runs the home, the relay's owner, the domain's registrar, the relay's hoster, who hosts the zone. */
export type Turn = "home" | "relay" | "registrar" | "hoster" | "dns";

/** What a check says of one thing. */
export interface Finding {
	/** For scripts: words with underscores, beginning with the check's subject. Never changes its meaning. */
	code: string;
	severity: Severity;
	/** What it is about: a name, a port, a file. */
	subject: string;
	/** What is there, as a sentence without a full stop. */
	found: string;
	/** What should be there. */
	wanted?: string;
	/** Who has to act; none where all is well. */
	turn?: Turn;
	/** The command or the record that puts it right, as it has to be typed or set. */
	line?: string;
	/** The RFC or the manual that says so. */
	source?: string;
}

/** Something to do, or worse. */
export const alarms = ({ severity }: Pick<Finding, "severity">): boolean =>
	severity === "todo" || severity === "risk";

/** Exit status of the doctor: 0 nothing to do, 1 something to do, 2 mail is at risk. */
export function statusOf(findings: readonly Finding[]): 0 | 1 | 2 {
	if (findings.some(({ severity }) => severity === "risk")) return 2;
	return findings.some(alarms) ? 1 : 0;
}
