import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import type { SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import { requiredNames } from "../../../shared/recipient.ts";
import { say } from "../../../shared/words/say.ts";
import type { RelayEyes, RelayKnown } from "../known.ts";

/** Domains of which it is asked; each question is a line in Postfix's log. */
const mostDomains = 10;

/** Mail for the addresses that every domain must have is taken, for each served domain. Asks, and sends nothing. */
export const requiredAddresses = check<RelayKnown, RelayEyes, SmtpSeen | undefined>({
	name: "required_addresses",
	patience: "long",

	async look(known, { smtp }) {
		const [address] = known.addresses;
		const recipients = asked(known);
		if (!address || recipients.length === 0) return undefined;
		return smtp({ address, name: known.name, helo: known.name, recipients });
	},

	judge(shown, known) {
		if (shown?.is !== "greets") return [];
		const findings = asked(known).flatMap((recipient, at): Finding[] => {
			const reply = shown.replies[at];
			const subject = recipient;
			if (reply?.startsWith("25")) return [];
			// Only a no for good is one (RFC 5321, 4.2.1).
			if (!reply?.startsWith("5")) {
				const found = say`whether it is taken is not known: "${reply ?? ""}"`;
				return [{ code: "required_address_not_known", severity: "not_known", subject, found }];
			}
			return [
				{
					...{ code: "required_address_refused", severity: "todo", subject, turn: "relay" },
					found: say`port 25 refuses mail for ${recipient}: "${reply}"`,
					wanted: say`it is taken, for every domain`,
					...{ line: "heimweg-relay postfix --apply", source: "RFC 2142, 4 and 5; RFC 5321, 4.5.1" },
				},
			];
		});
		if (findings.length > 0 || known.domains.length === 0) return findings;
		const found = asked(known).slice(0, 6).join(", ");
		return [{ code: "required_addresses_well", severity: "well", subject: known.name, found }];
	},
});

function asked({ domains }: RelayKnown): string[] {
	return domains.slice(0, mostDomains).flatMap((domain) => requiredNames.map((name) => `${name}@${domain}`));
}
