import { renewalFailed } from "../../renewal.ts";
import { say } from "../../words/say.ts";
import type { Finding } from "../finding.ts";
import type { Certificate } from "./certificate.ts";

/** Judges a mail server's certificate: its days, its name, and who vouches for it. Pure. */
export function judgeCertificate(
	{ ends, fits, names, distrust }: Certificate,
	name: string,
	now: Date,
	about: Pick<Finding, "subject" | "turn" | "line">,
): Finding[] {
	const left = Date.parse(ends) - now.getTime();
	const wrong = { ...about, severity: "todo" } as const;
	const findings: Finding[] = [];
	const day = ends.slice(0, 10);
	if (left <= 0)
		findings.push({
			...{ ...wrong, code: "certificate_expired", source: "RFC 5280, 4.1.2.5" },
			found: say`the certificate ended on ${day}`,
			wanted: say`one that is valid`,
		});
	else if (left < renewalFailed)
		findings.push({
			...{ ...wrong, code: "certificate_ends_soon", source: "RFC 5280, 4.1.2.5" },
			found: say`the certificate ends on ${day}, and nobody has renewed it`,
			wanted: say`one that is renewed a month before`,
		});
	if (!fits)
		findings.push({
			...{ ...wrong, code: "certificate_for_other_name", source: "RFC 6125, 6; RFC 8461, 4.1" },
			found: say`the certificate is for ${names.slice(0, 5).join(", ") || "nobody"}`,
			wanted: name,
		});
	if (distrust !== undefined)
		findings.push({
			...{ ...wrong, code: "certificate_not_trusted", source: "RFC 8461, 4.1" },
			found: say`no authority that is known here vouches for the certificate: ${distrust}`,
			wanted: say`the whole chain, of an authority that senders know`,
		});
	if (findings.length > 0) return findings;
	const found = say`${name}, until ${day}`;
	return [{ code: "certificate_well", severity: "well", subject: about.subject, found }];
}
