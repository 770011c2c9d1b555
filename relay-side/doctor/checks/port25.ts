import type { Address } from "../../../shared/address.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { judgeCertificate } from "../../../shared/doctor/smtp/judge-certificate.ts";
import type { SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import { say } from "../../../shared/words/say.ts";
import { ownPort, type RelayEyes, type RelayKnown } from "../known.ts";

interface Seen {
	address: Address;
	shown: SmtpSeen;
	at: Date;
}

/** The relay's port 25 at each of its addresses: it greets, offers TLS, and its certificate is for its name. */
export const port25 = check<RelayKnown, RelayEyes, Seen[]>({
	name: "port25",
	patience: "long",
	look: (known, eyes) =>
		Promise.all(
			known.addresses
				.slice(0, mostAddresses)
				.map(async (address) => ({ address, shown: await ownPort(eyes, known, address), at: eyes.now() })),
		),
	judge: (seen, known) => [...seen.flatMap((one) => judgeOne(one, known)), ...judgeCertificates(seen, known)],
});

/** A machine may have one for each home. */
const mostAddresses = 4;

function judgeOne({ address, shown }: Seen, { name }: RelayKnown): Finding[] {
	const subject = address.includes(":") ? `[${address}]:25` : `${address}:25`;
	const wrong = { severity: "risk", subject, turn: "relay" } as const;
	switch (shown.is) {
		case "refused":
		case "silent":
			return [
				{
					...{ ...wrong, code: "port25_closed", wanted: say`Postfix listens there`, source: "postconf(5)" },
					found:
						shown.is === "refused"
							? say`nothing listens on port 25 of ${address}`
							: say`port 25 of ${address} does not answer`,
					line: `postconf -e "inet_interfaces = all" && systemctl restart postfix`,
				},
			];
		case "no_way":
			return [
				{
					...{ code: "port25_not_known", severity: "not_known", subject },
					found: say`there is no way from here to ${address}`,
				},
			];
		case "no_greeting":
			return [
				{
					...{ ...wrong, code: "port25_does_not_greet", source: "RFC 5321, 3.1" },
					found: say`port 25 of ${address} takes connections, and does not greet: "${shown.said}"`,
					wanted: "220",
					line: "systemctl restart postfix",
				},
			];
	}
	const { tls, banner } = shown;
	const well: Finding = { code: "port25_well", severity: "well", subject, found: banner };
	if (tls === "none" || tls === "failed")
		return [
			well,
			{
				...{ ...wrong, code: tls === "none" ? "starttls_missing" : "starttls_fails", source: "RFC 3207" },
				found:
					tls === "none"
						? say`port 25 of ${address} does not offer STARTTLS: mail comes in the clear`
						: say`port 25 of ${address} offers STARTTLS, and no TLS comes of it`,
				wanted: say`a certificate for ${name}, and TLS for who asks for it`,
				line: certificateLine(name),
			},
		];
	return [well];
}

/** What is wrong with a certificate that all addresses show is said once. */
function judgeCertificates(seen: readonly Seen[], { name }: RelayKnown): Finding[] {
	const about = { subject: `${name}:25`, turn: "relay", line: certificateLine(name) } as const;
	const said = seen.flatMap(({ shown, at }) =>
		shown.is === "greets" && typeof shown.tls !== "string"
			? judgeCertificate(shown.tls, name, at, about)
			: [],
	);
	const same = (one: Finding) => (other: Finding) => other.code === one.code && other.found === one.found;
	return said.filter((one, place) => said.findIndex(same(one)) === place);
}

/** Let's Encrypt's certificate for the name, where its usual client is installed. */
export const certificateLine = (name: string): string =>
	`certbot certonly --standalone --deploy-hook "postfix reload" -d ${name} && postconf -e "smtpd_tls_chain_files = /etc/letsencrypt/live/${name}/privkey.pem, /etc/letsencrypt/live/${name}/fullchain.pem" "smtpd_tls_security_level = may" && postfix reload`;
