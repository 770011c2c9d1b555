import { caaAccounts, caaAllows, caaFor, caaNamesOf } from "../../../shared/doctor/caa.ts";
import { check } from "../../../shared/doctor/check.ts";
import { troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";

const source = "RFC 8659, 3";

/** A name with a certificate, who holds that, and by what names its authority goes. */
interface Held {
	name: string;
	turn: "home" | "relay";
	issuer: string;
	caa: Awaited<ReturnType<typeof caaFor>>;
}

/** Whether CAA lets the authorities renew the certificates that are in use: this home's, and the relay's for the MX. */
export const caa = check<DomainKnown, HomeEyes, Held[]>({
	name: "caa",

	async look({ mail, home }, { dns, tls }) {
		const client = mail.client;
		const port = home.told?.ports.find((one) => one === 993 || one === 465 || one === 995);
		const [own, relay] = await Promise.all([
			client && port ? tls({ host: "127.0.0.1", port, name: client, begins: "tls" }) : undefined,
			mail.relay && home.relay[0]
				? tls({ host: home.relay[0], port: 25, name: mail.relay.name, begins: "smtp" })
				: undefined,
		]);
		const held = [
			...(own && !("is" in own)
				? [{ name: client!, turn: "home" as const, issuer: own.certificate.issuer }]
				: []),
			...(relay && !("is" in relay)
				? [{ name: mail.relay!.name, turn: "relay" as const, issuer: relay.certificate.issuer }]
				: []),
		];
		return Promise.all(held.map(async (one) => ({ ...one, caa: await caaFor(one.name, dns.published) })));
	},

	judge: (held) => held.flatMap(judgeHeld),
});

function judgeHeld({ name, turn, issuer, caa }: Held): Finding[] {
	const subject = `${name} CAA`;
	if (!caa)
		return [
			{ code: "caa_none", severity: "well", subject, found: say`no CAA: every authority may issue`, source },
		];
	if ("is" in caa)
		return [{ code: "caa_not_known", severity: "not_known", subject, found: troubleText(caa.trouble) }];
	const names = caaNamesOf(issuer);
	const organization = /^O=(.*)$/m.exec(issuer)?.[1] ?? issuer;
	if (names.length === 0)
		return [
			{
				...{ code: "caa_not_known", severity: "not_known", subject },
				found: say`how ${organization} is called in CAA is not known here`,
			},
		];
	const found = caa.records.join(", ");
	const accounts = caaAccounts(caa.records, names);
	if (accounts.length > 0)
		return [
			{
				...{ code: "caa_bound_to_account", severity: "not_known", subject, source: "RFC 8657, 3" },
				found: say`${organization} may issue for the account ${accounts.join(", ")} alone, and which is in use was not looked at`,
				wanted: say`that account, where the certificate is renewed`,
				line: `grep -rshoE 'https?://[^"]*/acct/[0-9]+' /etc/letsencrypt/accounts /etc/lego/accounts`,
			},
		];
	if (caaAllows(caa.records, names)) return [{ code: "caa_well", severity: "well", subject, found, source }];
	return [
		{
			...{ code: "caa_forbids", severity: "risk", subject, turn, source },
			found: say`${found} at ${caa.at} forbids ${organization}, whose certificate is in use, to renew it`,
			wanted: say`a record for this authority beside the others`,
			line: `${name}. IN CAA 0 issue "${names[0]!}"`,
		},
	];
}
