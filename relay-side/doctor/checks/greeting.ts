import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import type { SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import { say } from "../../../shared/words/say.ts";
import { ownPort, type RelayEyes, type RelayKnown } from "../known.ts";

interface Seen {
	/** How Postfix greets others. */
	helo: string;
	shown: SmtpSeen | undefined;
}

/** The relay says its own name: where it greets others, and where others are greeted. */
export const greeting = check<RelayKnown, RelayEyes, Seen>({
	name: "greeting",
	patience: "long",

	async look(known, eyes) {
		const [first] = known.addresses;
		const [helo, shown] = await Promise.all([
			eyes.run("postconf", ["-xh", "smtp_helo_name"]),
			first && ownPort(eyes, known, first),
		]);
		return { helo: helo.trim().toLowerCase(), shown };
	},

	judge({ helo, shown }, { name }) {
		const findings: Finding[] = [];
		const wrong = { subject: name, turn: "relay", wanted: name } as const;
		if (helo !== name)
			findings.push({
				...{ ...wrong, code: "greeting_helo_differs", severity: "todo", source: "RFC 5321, 4.1.1.1" },
				found: say`Postfix greets other servers as "${helo}"`,
				line: "postconf -e 'smtp_helo_name = $myhostname' && postfix reload",
			});
		const banner = shown?.is === "greets" ? shown.banner.split(/\s/)[0]!.toLowerCase() : undefined;
		if (banner !== undefined && banner !== name)
			findings.push({
				...{ ...wrong, code: "greeting_banner_differs", severity: "todo", source: "RFC 5321, 4.2" },
				found: say`port 25 greets with "${banner}"`,
				line: "postconf -e 'smtpd_banner = $myhostname ESMTP' && postfix reload",
			});
		if (findings.length > 0 || banner === undefined) return findings;
		return [{ code: "greeting_well", severity: "well", subject: name, found: name }];
	},
});
