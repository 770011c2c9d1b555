import { absolute, type ClientService, clientServices, type MailDomain } from "./mail-domain.ts";
import { type Wishes, wholeSet } from "./wish.ts";

/** Where mail programs find the small file that sets them up; only where somebody serves it. Pure. */
export function autoconfig({ domain, policy }: MailDomain): Wishes {
	const host = policy.autoconfig;
	const name = `autoconfig.${domain}`;
	if (!host) {
		const why = "no host is known to serve the file for mail programs";
		const remedy = `let a web server serve what "heimweg dns autoconfig ${domain}" prints, and set dns.mail.autoconfig to its name`;
		return { wanted: [], leftOut: [{ kind: "autoconfig", name, why, remedy }] };
	}
	const place = { kind: "autoconfig", word: "dns.mail.autoconfig", claims: wholeSet };
	return {
		wanted: [
			{
				...{ ...place, name, type: "CNAME", records: [absolute(host)] },
				why: "mail programs find their settings by the domain alone",
			},
			{
				...{ ...place, name: `_autodiscover._tcp.${domain}`, type: "SRV" },
				records: [`0 1 443 ${absolute(host)}`],
				why: "Outlook looks here",
			},
		],
		leftOut: [],
	};
}

/** Where mail programs ask the host for their file: Thunderbird and those that follow it, and Outlook. */
export const autoconfigPath = "/mail/config-v1.1.xml";
export const autodiscoverPath = "/autodiscover/autodiscover.xml";

/** The file for mail programs, at `/mail/config-v1.1.xml` of the host (Thunderbird's autoconfiguration, version 1.1). */
export function autoconfigFile({ domain, client, services }: MailDomain): string {
	const server = (tag: string, kind: string, service: ClientService, socket: string) =>
		services?.offered.includes(service)
			? [
					`    <${tag} type="${kind}">`,
					`      <hostname>${client}</hostname>`,
					`      <port>${clientServices[service]}</port>`,
					`      <socketType>${socket}</socketType>`,
					"      <authentication>password-cleartext</authentication>",
					"      <username>%EMAILADDRESS%</username>",
					`    </${tag}>`,
				]
			: [];
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<clientConfig version="1.1">',
		`  <emailProvider id="${domain}">`,
		`    <domain>${domain}</domain>`,
		`    <displayName>${domain}</displayName>`,
		...server("incomingServer", "imap", "imaps", "SSL"),
		...server("outgoingServer", "smtp", "submissions", "SSL"),
		...server("outgoingServer", "smtp", "submission", "STARTTLS"),
		"  </emailProvider>",
		"</clientConfig>",
		"",
	].join("\n");
}

/** The file for Outlook, at `/autodiscover/autodiscover.xml` (MS-OXDSCLI): with no name in it, it is the same for all. */
export function autodiscoverFile({ client, services }: MailDomain): string {
	const server = (type: string, service: ClientService, encryption: string) =>
		services?.offered.includes(service)
			? [
					"      <Protocol>",
					`        <Type>${type}</Type>`,
					`        <Server>${client}</Server>`,
					`        <Port>${clientServices[service]}</Port>`,
					"        <DomainRequired>on</DomainRequired>",
					"        <SPA>off</SPA>",
					`        ${encryption}`,
					"        <AuthRequired>on</AuthRequired>",
					"      </Protocol>",
				]
			: [];
	const schema = "http://schemas.microsoft.com/exchange/autodiscover";
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<Autodiscover xmlns="${schema}/responseschema/2006">`,
		`  <Response xmlns="${schema}/outlook/responseschema/2006a">`,
		"    <Account>",
		"      <AccountType>email</AccountType>",
		"      <Action>settings</Action>",
		...server("IMAP", "imaps", "<SSL>on</SSL>"),
		...server("SMTP", "submissions", "<SSL>on</SSL>"),
		...(services?.offered.includes("submissions")
			? []
			: server("SMTP", "submission", "<Encryption>TLS</Encryption>")),
		"    </Account>",
		"  </Response>",
		"</Autodiscover>",
		"",
	].join("\n");
}
