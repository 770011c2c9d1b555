import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { type Shown, type TlsPlace, type TlsTrouble, tlsTroubleText } from "../../../shared/doctor/tls.ts";
import { say } from "../../../shared/words/say.ts";
import { judgeCertificate } from "../../ports/certificate.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

const source = "RFC 8314, 3";

/** How TLS begins on the ports for mail programs. */
const begins: Readonly<Record<number, TlsPlace["begins"]>> = {
	...{ 143: "imap", 465: "tls", 587: "smtp", 993: "tls", 995: "tls", 4190: "sieve" },
};

/** Names that are looked at; a home has few. */
const mostNames = 5;

interface Seen {
	now: Date;
	shown: Array<{ name: string; port: number; shown: Shown | TlsTrouble }>;
}

/** The certificate that mail programs see: of their name, believed, and not about to end. */
export const clientPorts = check<HomeKnown, HomeEyes, Seen>({
	name: "client_ports",

	async look({ told, names }, { tls, now }) {
		const places = names
			.slice(0, mostNames)
			.flatMap((name) =>
				(told?.ports ?? []).flatMap((port) => (begins[port] ? [{ name, port, begins: begins[port] }] : [])),
			);
		const shown = places.map(async ({ name, port, begins }) => ({
			...{ name, port },
			shown: await tls({ host: "127.0.0.1", port, name, begins }),
		}));
		return { now: now(), shown: await Promise.all(shown) };
	},

	judge: ({ now, shown }) => shown.flatMap((one) => judgeShown(one, now)),
});

/** The unit that the README has for it. */
const renewLine = "systemctl start mail-certificate";

/** As the README has it, the token out of sight of ps(1). */
const issueLine = (name: string): string =>
	`(set -a; . /etc/lego/desec.env; lego --accept-tos --email postmaster@${name} --path /etc/lego --dns desec --domains ${name} run --run-hook /usr/local/sbin/mail-certificate)`;

/** Postfix takes passwords at 587, Dovecot at the others. */
const encryptLine = (port: number): string =>
	port === 587
		? "postconf -P submission/inet/smtpd_tls_security_level=encrypt && postfix reload"
		: "echo 'ssl = required' >/etc/dovecot/conf.d/99-tls.conf && systemctl reload dovecot";

function judgeShown({ name, port, shown }: Seen["shown"][number], now: Date): Finding[] {
	const subject = `${name}:${port}`;
	if ("is" in shown) {
		const found = tlsTroubleText(shown);
		if (shown.is !== "no_starttls")
			return [{ code: "client_port_not_seen", severity: "not_known", subject, found }];
		return [
			{
				...{ code: "client_port_in_clear", severity: "risk", subject, turn: "home", source, found },
				wanted: say`TLS on every port that asks for a password`,
				line: encryptLine(port),
			},
		];
	}
	const about = { subject, turn: "home", source } as const;
	const { is, ends, names } = judgeCertificate(shown.certificate, name, now);
	if (is === "expired")
		return [
			{
				...{ ...about, code: "client_certificate_expired", severity: "risk", line: renewLine },
				found: say`its certificate ended on ${ends}`,
				wanted: say`a new one, and servers that have read it`,
			},
		];
	if (is === "other")
		return [
			{
				...{ ...about, code: "client_certificate_of_other", severity: "risk" },
				found: say`its certificate is for ${names || "no name"}`,
				wanted: say`one that has ${name} among its names`,
				line: issueLine(name),
			},
		];
	if (shown.distrust)
		return [
			{
				...{ ...about, code: "client_certificate_not_trusted", severity: "risk" },
				found: say`mail programs do not believe its certificate: ${shown.distrust}`,
				wanted: say`a certificate of a public authority, with the intermediate ones behind it`,
				line: `openssl s_client -connect 127.0.0.1:${port} -servername ${name}`,
			},
		];
	if (is === "soon")
		return [
			{
				...{ ...about, code: "client_certificate_ends_soon", severity: "todo", line: renewLine },
				found: say`its certificate ends on ${ends}`,
				wanted: say`a renewal a month before the end`,
			},
		];
	return [
		{
			code: "client_certificate_well",
			severity: "well",
			subject,
			found: say`its certificate is valid until ${ends}`,
		},
	];
}
