import type { Address } from "../../shared/address.ts";
import { type PostfixConfiguration, valueFor } from "../../shared/postfix/configuration.ts";
import {
	type ClassList,
	type DomainFacts,
	listedIn,
	resolver,
	writtenAs,
} from "../../shared/postfix/domain-class.ts";
import { hasElement } from "../../shared/postfix/list.ts";
import { isTable } from "../../shared/postfix/listed.ts";
import {
	asHeard,
	type Heard,
	isLoopback,
	type Listening,
	listening,
	listeningParameters,
} from "../../shared/postfix/listening.ts";
import { type AwayMilter, milterParameters } from "../../shared/postfix/milters.ts";
import type { Answers, Unread } from "../../shared/postfix/tables.ts";
import { type Delivery, judgeEach, someOf, type Verdict } from "../../shared/postfix/verdict.ts";
import { say } from "../../shared/words/say.ts";
import {
	type OurSettings,
	type Overridden,
	overriddenIn,
	overrideOf,
	serviceParameters,
	serviceSettings,
	smtpdOf,
} from "./services.ts";

/** Lists that must not have a home's domain, and the map that then says who is valid. */
export const ownLists = new Map<ClassList, string | undefined>([
	["mydestination", "local_recipient_maps"],
	["virtual_alias_domains", undefined],
	["virtual_mailbox_domains", "virtual_mailbox_maps"],
]);

export const parameters = [
	...ownLists.keys(),
	...[...ownLists.values()].flatMap((name) => name ?? []),
	...["mydomain", ...serviceParameters, ...listeningParameters, ...milterParameters],
];

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
	overridden: readonly Overridden[];
	service: ReadonlyArray<{ name: string; value: string }>;
	milters: readonly AwayMilter[];
}

export interface RelayLook {
	/** Milters that do not run; undefined: no telling. */
	milters: readonly AwayMilter[] | undefined;
	/** Where something listens on the port that takes mail. */
	heard: Heard;
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

function findingsOf(look: RelayLook, ours: OurSettings): Omit<RelayFindings, "own"> {
	const { configuration } = look;
	const isTunnel = (address: Address) => ours.tunnel.includes(address);
	const incoming = asHeard(
		listening(configuration, { port: 25, fits: (one) => !isLoopback(one) && !isTunnel(one) }),
		look.heard,
	);
	const outgoing = asHeard(listening(configuration, { port: 25, fits: isTunnel }), look.heard);
	const smtpd = smtpdOf(configuration);
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
		service: serviceSettings(configuration, ours),
		milters: look.milters ?? [],
	};
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
	const { incoming, recipientsNotAsked, overridden, service, broken, milters } = findings;
	const no = (why: string): Verdict => ({ says: "no", why });
	if (lacking.length > 0) return no(say`this relay's Postfix is not set up for Heimweg: ${someOf(lacking)}`);
	if (incoming.is === "no")
		return no(say`this relay's Postfix takes no mail from outside: ${incoming.because}`);
	const [override] = overridden.filter(({ service: at }) => at.startsWith(resolver.name));
	if (override) return no(say`master.cf has -o ${override.key}: ${override.so}`);
	if (recipientsNotAsked)
		return { says: "not known", why: "Postfix asks others who is valid (relay_recipient_maps)" };
	if (service.length > 0)
		return no(say`the way into the tunnel has ${service[0]!.name} = ${service[0]!.value}`);
	if (broken.length > 0) return no(say`Postfix cannot open ${broken[0]!.table}`);
	if (milters.length > 0) return no(say`the milter ${milters[0]!.milter} does not run`);
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

function outgoingOf({ lacking }: RelayLook, { outgoing, overridden, milters }: RelayFindings): Verdict {
	if (lacking.length > 0)
		return { says: "no", why: say`this relay's Postfix is not set up for Heimweg: ${someOf(lacking)}` };
	if (outgoing.is === "no")
		return { says: "no", why: `the homes cannot hand over mail: ${outgoing.because}` };
	const [override] = overridden.filter(({ service }) => !service.startsWith(resolver.name));
	if (override) return { says: "no", why: say`master.cf has -o ${override.key}: ${override.so}` };
	if (milters.length > 0) return { says: "no", why: say`the milter ${milters[0]!.milter} does not run` };
	if (outgoing.is === "not known") return { says: "not known", why: outgoing.because };
	return { says: "yes", why: "Postfix takes the homes' mail on its tunnel address" };
}
