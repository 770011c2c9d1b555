import { examine } from "../../shared/doctor/examine.ts";
import type { Finding } from "../../shared/doctor/finding.ts";
import { dkim } from "./checks/dkim.ts";
import { mx } from "./checks/mx.ts";
import { spf } from "./checks/spf.ts";
import type { DomainCheck, DomainKnown, HomeEyes } from "./known.ts";

/** What is looked at of each mail domain, in the order in which it is shown. */
const domainChecks: readonly DomainCheck[] = [mx, spf, dkim];

/** Makes all checks that are made from home. Never throws. */
export async function examineHome(
	domains: readonly DomainKnown[],
	eyes: () => HomeEyes,
	times: { betweenTries?: number } = {},
): Promise<Finding[]> {
	const visits = domains.flatMap((known) =>
		domainChecks.map((check) => ({ check, known, subject: known.mail.domain })),
	);
	return examine(visits, { eyes, ...times });
}
