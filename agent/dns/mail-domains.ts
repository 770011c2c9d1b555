import type { Address } from "../../shared/address.ts";
import {
	type ClientService,
	clientServices,
	type DkimKey,
	isWithin,
	type MailDomain,
	type RelayTruth,
} from "../../shared/dns/wanted/mail-domain.ts";
import type { DnsConfig } from "./config.ts";

/** What is known now, from where each is known. */
export interface Truth {
	relay: RelayTruth | undefined;
	keys: readonly DkimKey[] | undefined;
	/** The client ports that something here listens on. */
	ports: readonly number[];
	homeAddresses: readonly Address[];
}

/** A mail domain in its zone, from the configuration and what is known. Pure. */
export function mailDomain(
	domain: string,
	zone: string,
	config: Pick<DnsConfig, "names" | "mail">,
	truth: Truth,
): MailDomain {
	const { mail } = config;
	const within = config.names.filter((name) => isWithin(name, domain));
	const offered = (Object.keys(clientServices) as ClientService[]).filter((service) =>
		truth.ports.includes(clientServices[service]),
	);
	const seen = offered.length > 0 ? { offered, all: false } : undefined;
	return {
		...{ domain, zone, relay: truth.relay, keys: truth.keys, homeAddresses: truth.homeAddresses },
		client: mail.client ?? within[0] ?? config.names[0],
		clientNames: within,
		services: mail.services ? { offered: mail.services, all: true } : seen,
		policy: {
			spfAlso: mail.spf_also,
			dmarc: mail.dmarc,
			tlsReports: mail.tls_reports,
			autoconfig: mail.autoconfig,
			noMail: mail.no_mail.filter((name) => isWithin(name, domain) && name !== domain),
		},
	};
}
