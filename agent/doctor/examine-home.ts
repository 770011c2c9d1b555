import { examine } from "../../shared/doctor/examine.ts";
import type { Finding } from "../../shared/doctor/finding.ts";
import { autoconfig } from "./checks/autoconfig.ts";
import { caa } from "./checks/caa.ts";
import { clientNames } from "./checks/client-names.ts";
import { clientPorts } from "./checks/client-ports.ts";
import { delegation } from "./checks/delegation.ts";
import { dkim } from "./checks/dkim.ts";
import { dmarc } from "./checks/dmarc.ts";
import { dnssec } from "./checks/dnssec.ts";
import { machine } from "./checks/machine.ts";
import { mtaSts } from "./checks/mta-sts.ts";
import { mx } from "./checks/mx.ts";
import { noMail } from "./checks/no-mail.ts";
import { postfix } from "./checks/postfix.ts";
import { relayName } from "./checks/relay-name.ts";
import { relayOutside } from "./checks/relay-outside.ts";
import { requiredAddresses } from "./checks/required-addresses.ts";
import { resolver } from "./checks/resolver.ts";
import { secondWriter } from "./checks/second-writer.ts";
import { spf } from "./checks/spf.ts";
import { srv } from "./checks/srv.ts";
import { tlsRpt } from "./checks/tls-rpt.ts";
import { tlsa } from "./checks/tlsa.ts";
import { token } from "./checks/token.ts";
import type { DomainCheck, DomainKnown, HomeCheck, HomeEyes, HomeKnown } from "./known.ts";

/** What is looked at of each mail domain, in the order in which it is shown. */
const domainChecks: readonly DomainCheck[] = [
	delegation,
	dnssec,
	mx,
	relayName,
	spf,
	dkim,
	dmarc,
	tlsRpt,
	tlsa,
	caa,
	mtaSts,
	srv,
	autoconfig,
	noMail,
];

/** What is looked at once, of this home. */
const homeChecks: readonly HomeCheck[] = [
	clientNames,
	clientPorts,
	secondWriter,
	postfix,
	requiredAddresses,
	machine,
	token,
	resolver,
	relayOutside,
];

/** Makes all checks that are made from home. Never throws. */
export async function examineHome(
	home: HomeKnown,
	eyes: () => HomeEyes,
	times: { betweenTries?: number; lookTime?: number } = {},
): Promise<Finding[]> {
	const domains = home.domains.map((mail): DomainKnown => ({ mail, managed: home.dns !== undefined, home }));
	const visits = [
		...domains.flatMap((known) =>
			domainChecks.map((check) => ({ check, known, subject: known.mail.domain })),
		),
		...homeChecks.map((check) => ({ check, known: home, subject: "heimweg" })),
	];
	return examine(visits, { eyes, ...times });
}
