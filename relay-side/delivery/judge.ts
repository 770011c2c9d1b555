import { type Address, familyOf } from "../../shared/address.ts";
import {
	overrideKey,
	type PostfixConfiguration,
	type PostfixService,
	valueFor,
} from "../../shared/postfix/configuration.ts";
import { type Delivery, judgeEach, someOf, type Verdict } from "../../shared/postfix/delivery.ts";
import {
	type ClassList,
	type DomainFacts,
	listedIn,
	resolver,
	writtenAs,
} from "../../shared/postfix/domain-class.ts";
import { elementsOf, hasElement } from "../../shared/postfix/list.ts";
import { isTable } from "../../shared/postfix/listed.ts";
import {
	isLoopback,
	type Listening,
	listening,
	listeningParameters,
} from "../../shared/postfix/listening.ts";
import type { Answers, Unread } from "../../shared/postfix/tables.ts";

/** Lists that must not have a home's domain, and the map that then says who is valid. */
export const ownLists = new Map<ClassList, string | undefined>([
	["mydestination", "local_recipient_maps"],
	["virtual_alias_domains", undefined],
	["virtual_mailbox_domains", "virtual_mailbox_maps"],
]);

/** What the client that brings mail to the homes must have, whether from master.cf or from main.cf. */
const serviceNeeds = new Map([
	["inet_interfaces", "all"],
	["inet_protocols", "all"],
	["smtp_bind_address", ""],
	["smtp_bind_address6", ""],
	["smtp_fallback_relay", ""],
]);

/** Settings that a service must not have otherwise than main.cf, and what follows where our element is missing. */
const notOverridden = {
	resolver: [
		["transport_maps", "mail for the homes is not taken to them"],
		["relay_domains", "mail for the homes is refused (454)"],
	],
	smtpd: [
		["smtpd_relay_restrictions", "the homes may not send through it"],
		["smtpd_restriction_classes", "the homes may not send through it"],
	],
} as const;

export const parameters = [
	...ownLists.keys(),
	...[...ownLists.values()].flatMap((name) => name ?? []),
	...["relay_recipient_maps", "transport_maps", "relay_domains", "mydomain", "smtpd_relay_restrictions"],
	...["smtpd_restriction_classes", ...serviceNeeds.keys(), ...listeningParameters],
];

/** How Postfix names what is ours. */
export interface OurSettings {
	service: string;
	transport: string;
	relayDomains: string;
	recipients: string;
	tunnel: readonly Address[];
}

/** How the list's owner wrote what stands for the first of the domains, and where. */
interface Own {
	list: ClassList;
	domains: string[];
	as: string;
	place: string;
}

export interface RelayFindings {
	/** Domains that Postfix takes for its own, by the list that has them. */
	own: ReadonlyArray<Own & { all: boolean }>;
	/** Tables that cannot be opened, for which Postfix defers everything. */
	broken: ReadonlyArray<{ list: ClassList; table: string; why: string }>;
	incoming: Listening;
	outgoing: Listening;
	recipientsNotAsked: { value: string; override: string | undefined } | undefined;
	overridden: ReadonlyArray<{ service: string; key: string; value: string; so: string }>;
	service: ReadonlyArray<{ name: string; value: string }>;
}

export interface RelayLook {
	configuration: PostfixConfiguration;
	facts: DomainFacts;
	/** What our transport map says of the domains. */
	routes: Answers | Unread;
	domains: readonly string[];
	/** Essential settings that are missing, as the part postfix tells them. */
	lacking: readonly string[];
}

/** What Postfix's own words say about mail for the homes, and from them. */
export async function judge(
	look: RelayLook,
	ours: OurSettings,
): Promise<{ findings: RelayFindings; delivery: Delivery }> {
	const found = findingsOf(look, ours);
	const whole = wholeVerdict(look, found);
	const own = new Map<ClassList, Own>();
	const asked = askedLists(look.configuration);
	const none: Verdict = whole ?? { says: "not known", why: "no home has a domain" };
	const judged = await judgeEach(
		look.domains,
		(domain) => {
			const verdict = verdictOn(domain, look, asked, own);
			return whole ?? verdict;
		},
		none,
	);
	const findings = {
		...found,
		own: [...own.values()].map((one) => ({ ...one, all: one.domains.length === look.domains.length })),
	};
	return { findings, delivery: { ...judged, outgoing: outgoingOf(look, findings) } };
}

/** The lists whose domains are refused; without a map of valid recipients everybody counts, and our route decides. */
function askedLists({ values }: PostfixConfiguration): ClassList[] {
	return [...ownLists].flatMap(([list, valid]) => (valid && (values.get(valid) ?? "") === "" ? [] : [list]));
}

/** smtpd(8) as it takes mail on port 25, also behind postscreen(8). */
function smtpdOf({ services }: PostfixConfiguration, { is, ...at }: Listening): PostfixService | undefined {
	const found = is === "yes" ? (at as { service: PostfixService }).service : undefined;
	if (found?.program !== "postscreen") return found;
	return services.find(({ type, program }) => type === "pass" && program === "smtpd");
}

function findingsOf(look: RelayLook, ours: OurSettings): Omit<RelayFindings, "own"> {
	const { configuration } = look;
	const isTunnel = (address: Address) => ours.tunnel.includes(address);
	const incoming = listening(configuration, {
		port: 25,
		fits: (address) => !isLoopback(address) && !isTunnel(address),
	});
	const outgoing = listening(configuration, { port: 25, fits: isTunnel });
	const smtpd = smtpdOf(configuration, incoming);
	const deliverer = configuration.services.find(({ name, type }) => name === ours.service && type === "unix");
	const recipientMaps = valueFor(configuration, "relay_recipient_maps", smtpd);
	return {
		broken: brokenTables(look),
		incoming,
		outgoing,
		recipientsNotAsked:
			recipientMaps === "" || hasElement(recipientMaps, ours.recipients)
				? undefined
				: { value: recipientMaps, override: overrideOf(configuration, smtpd, "relay_recipient_maps") },
		overridden: overriddenIn(configuration, smtpd, ours),
		service: [...serviceNeeds]
			.map(([name, needed]) => ({ name, needed, value: valueFor(configuration, name, deliverer) }))
			.filter(({ name, needed, value }) => {
				if (!deliverer || value === needed) return false;
				// One family is enough when the tunnel has no other.
				const families = new Set(elementsOf(value));
				return name !== "inet_protocols" || ours.tunnel.some((one) => !families.has(`ipv${familyOf(one)}`));
			})
			.map(({ name, value }) => ({ name, value })),
	};
}

function overrideOf(
	{ overrides }: PostfixConfiguration,
	service: PostfixService | undefined,
	name: string,
): string | undefined {
	const key = service && overrideKey(service, name);
	return key && overrides.has(key) ? key : undefined;
}

function overriddenIn(
	configuration: PostfixConfiguration,
	smtpd: PostfixService | undefined,
	ours: OurSettings,
): RelayFindings["overridden"] {
	const needs: Record<string, (value: string) => boolean> = {
		transport_maps: (value) => elementsOf(value)[0] === ours.transport,
		relay_domains: (value) => hasElement(value, ours.relayDomains),
		smtpd_relay_restrictions: (value) => elementsOf(value)[0] === "heimweg_homes",
		smtpd_restriction_classes: (value) => hasElement(value, "heimweg_homes, heimweg_checked"),
	};
	const at = (
		service: Pick<PostfixService, "name" | "type"> | undefined,
		names: readonly (readonly [string, string])[],
	) =>
		names.flatMap(([name, so]) => {
			const key = service && overrideKey(service, name);
			const value = key === undefined ? undefined : configuration.overrides.get(key);
			if (value === undefined || needs[name]!(value)) return [];
			return [{ service: `${service!.name}/${service!.type}`, key: key!, value, so }];
		});
	return [...at(resolver, notOverridden.resolver), ...at(smtpd, notOverridden.smtpd)];
}

function brokenTables({ configuration, facts }: RelayLook): RelayFindings["broken"] {
	return askedLists(configuration).flatMap((list) =>
		(facts.lists.get(list)?.elements ?? []).flatMap(({ text: table }) => {
			const answer = facts.answers.get(table);
			return answer?.is === "unread" && answer.missing ? [{ list, table, why: answer.why }] : [];
		}),
	);
}

/** What holds for every domain; undefined when each has its own. */
function wholeVerdict({ lacking }: RelayLook, findings: Omit<RelayFindings, "own">): Verdict | undefined {
	const { incoming, recipientsNotAsked, overridden, service, broken } = findings;
	const no = (why: string): Verdict => ({ says: "no", why });
	if (lacking.length > 0) return no(`this relay's Postfix is not set up for Heimweg: ${someOf(lacking)}`);
	if (incoming.is === "no") return no(`this relay's Postfix takes no mail from outside: ${incoming.because}`);
	const [override] = overridden.filter(({ service: at }) => at.startsWith(resolver.name));
	if (override) return no(`master.cf has -o ${override.key}: ${override.so}`);
	if (recipientsNotAsked)
		return { says: "not known", why: "Postfix asks others who is valid (relay_recipient_maps)" };
	if (service.length > 0) return no(`the way into the tunnel has ${service[0]!.name} = ${service[0]!.value}`);
	if (broken.length > 0) return no(`Postfix cannot open ${broken[0]!.table}`);
	if (incoming.is === "not known") return { says: "not known", why: incoming.because };
	return undefined;
}

function verdictOn(
	domain: string,
	{ facts, routes, configuration }: RelayLook,
	lists: readonly ClassList[],
	own: Map<ClassList, Own>,
): Verdict {
	for (const list of lists) {
		const found = listedIn(list, domain, facts);
		if (found.is === "not known")
			return { says: "not known", why: `${found.asked} in ${list} cannot be read here: ${found.why}` };
		if (found.is === "out") continue;
		const known = own.get(list);
		const { file, text } = found.by;
		if (known) known.domains.push(domain);
		else {
			const place = file ?? (text === domain || !isTable(text) ? `${configuration.directory}/main.cf` : text);
			own.set(list, { list, domains: [domain], place, as: writtenAs(configuration, list, domain) });
		}
		return { says: "no", why: `this relay's Postfix has it in ${list}` };
	}
	if (routes.is === "unread") return { says: "not known", why: `the transport map: ${routes.why}` };
	const route = routes.entries.get(domain);
	if (route === undefined) return { says: "no", why: "Postfix's transport map has no way for it yet" };
	if (route.startsWith("retry:")) return { says: "no", why: "its mail has to wait here for the moment" };
	return { says: "yes", why: `Postfix takes mail for it and brings it to ${route}` };
}

function outgoingOf({ lacking }: RelayLook, { outgoing, overridden }: RelayFindings): Verdict {
	if (lacking.length > 0)
		return { says: "no", why: `this relay's Postfix is not set up for Heimweg: ${someOf(lacking)}` };
	if (outgoing.is === "no")
		return { says: "no", why: `the homes cannot hand over mail: ${outgoing.because}` };
	const [override] = overridden.filter(({ service }) => !service.startsWith(resolver.name));
	if (override) return { says: "no", why: `master.cf has -o ${override.key}: ${override.so}` };
	if (outgoing.is === "not known") return { says: "not known", why: outgoing.because };
	return { says: "yes", why: "Postfix takes the homes' mail on its tunnel address" };
}
