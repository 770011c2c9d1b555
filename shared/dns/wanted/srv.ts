import { absolute, type ClientService, clientServices, type MailDomain } from "./mail-domain.ts";
import { type Omission, type Wishes, wholeSet } from "./wish.ts";

/** Where mail programs find the services, and "." for what is not offered (RFC 6186, 3.4; RFC 8314, 5.1). Pure. */
export function srv({ domain, client, services }: MailDomain): Wishes {
	if (!client) {
		const why = `no name in dns.names is within ${domain}`;
		const remedy = "set dns.mail.client to the name that mail programs use";
		return { wanted: [], leftOut: [{ kind: "SRV", why, remedy, unknown: true }] };
	}
	if (!services) {
		const why = "what this home offers to mail programs is not known yet";
		const remedy = 'name it in dns.mail.services, for instance ["imaps", "submissions"]';
		return { wanted: [], leftOut: [{ kind: "SRV", why, remedy, unknown: true }] };
	}
	const word = services.all ? "dns.mail.services" : "what listens here";
	const known = (Object.keys(clientServices) as ClientService[]).filter(
		(service) => services.all || services.offered.includes(service),
	);
	const rest: Omission = {
		...{
			kind: "SRV",
			unknown: true,
			why: "what is not offered says so only where dns.mail.services says what is",
		},
		remedy: 'for instance services = ["imaps", "submissions"] in [dns.mail]',
	};
	return {
		wanted: known.map((service) => {
			const offered = services.offered.includes(service);
			return {
				...{ kind: "SRV", name: `_${service}._tcp.${domain}`, type: "SRV", claims: wholeSet, word },
				records: [offered ? `0 1 ${clientServices[service]} ${absolute(client)}` : "0 0 0 ."],
				why: offered
					? `mail programs find ${service} at ${client}`
					: `${service} is not offered, and says so`,
			};
		}),
		leftOut: services.all ? [] : [rest],
	};
}
