import { type Address, familyOf } from "../../shared/address.ts";
import type { PostfixConfiguration } from "../../shared/postfix/configuration.ts";
import { type ClassList, classLists, type DomainFacts, listedIn } from "../../shared/postfix/domain-class.ts";
import type { Listed } from "../../shared/postfix/listed.ts";
import { asHeard, type Heard, type Listening, listening } from "../../shared/postfix/listening.ts";
import type { AwayMilter } from "../../shared/postfix/milters.ts";
import type { Answers, Unread } from "../../shared/postfix/tables.ts";
import { type Delivery, judgeEach, someOf, type Verdict } from "../../shared/postfix/verdict.ts";
import { boundElsewhere, type PastRelay, pastRelay, trustsRelay } from "./outgoing.ts";
import { knownRecipient } from "./recipients.ts";

/** What this home is, as its configuration and the relay say. */
export interface Home {
	domains: readonly string[];
	/** Recipients that it named valid, some of each domain. */
	recipients: ReadonlyMap<string, readonly string[]>;
	/** Our tunnel addresses, and where the relay brings mail. */
	own: readonly Address[];
	destination: { address: Address; port: number };
	relays: readonly Address[];
	/** False when its owner says that mail goes out another way. */
	throughRelay: boolean;
}

export interface HomeLook {
	/** Milters that do not run; undefined: no telling. */
	milters: readonly AwayMilter[] | undefined;
	/** Where something listens on the port that takes mail. */
	heard: Heard;
	configuration: PostfixConfiguration;
	facts: DomainFacts;
	/** What tables of recipients and of ways out say. */
	answers: ReadonlyMap<string, Answers | Unread>;
	/** What the set-up lacks, as the part mail tells it. */
	lacking: readonly string[];
}

export interface HomeFindings {
	incoming: Listening;
	unknown: readonly string[];
	/** Domains of which Postfix knows no recipient that was named, by the list that is asked. */
	refused: ReadonlyMap<string, { domains: string[]; asked: number }>;
	broken: ReadonlyMap<string, { list: string; why: string }>;
	past: readonly PastRelay[];
	bound: string | undefined;
	trusted: boolean;
	milters: readonly AwayMilter[];
}

/** What Postfix's own words say about mail for this home, and from it. */
export async function judge(
	look: HomeLook,
	home: Home,
): Promise<{ findings: HomeFindings; delivery: Delivery }> {
	const { configuration } = look;
	const { destination, own, relays } = home;
	const said = listening(configuration, {
		port: destination.port,
		fits: (address) => address === destination.address,
		family: familyOf(destination.address),
	});
	const incoming = asHeard(said, look.heard);
	const unknown: string[] = [];
	const refused = new Map<string, { domains: string[]; asked: number }>();
	const broken = new Map<string, { list: string; why: string }>();
	const none: Verdict = whole() ?? {
		says: "not known",
		why: "which domains this home serves is not known yet",
	};
	const judged = await judgeEach(home.domains, verdictOn, none);
	const findings = {
		...{ incoming, unknown, refused, broken },
		past: home.throughRelay ? pastRelay(configuration, waysOf(look, home)) : [],
		bound: home.throughRelay ? boundElsewhere(configuration, own) : undefined,
		trusted: trustsRelay(configuration, relays),
		milters: look.milters ?? [],
	};
	return { findings, delivery: { ...judged, outgoing: outgoingOf(look, home, findings) } };

	function whole(): Verdict | undefined {
		const away = look.milters?.[0];
		if (away) return { says: "no", why: `the milter ${away.milter} does not run` };
		if (incoming.is === "yes") return undefined;
		return { says: incoming.is, why: `whether the relay gets to this home's Postfix: ${incoming.because}` };
	}

	function verdictOn(domain: string): Verdict {
		const found = classOf(domain, look.facts);
		if (found.is === "none") {
			unknown.push(domain);
			return { says: "no", why: "this home's Postfix does not know it (454)" };
		}
		if (found.is === "not known") {
			if (found.missing) broken.set(found.asked, { list: found.list, why: found.why });
			const says = found.missing ? "no" : "not known";
			return { says, why: `${found.asked} in ${found.list} cannot be read: ${found.why}` };
		}
		const named = home.recipients.get(domain) ?? [];
		const known = knownRecipient({ configuration, name: found.list, domain, named, answers: look.answers });
		if (known.is === "broken") {
			broken.set(known.table, { list: known.list, why: known.why });
			return { says: "no", why: `${known.table} cannot be opened: ${known.why}` };
		}
		if (known.is === "none") {
			const before = refused.get(known.list) ?? { domains: [], asked: 0 };
			refused.set(known.list, { domains: [...before.domains, domain], asked: before.asked + known.asked });
			return { says: "no", why: `none of ${known.asked} recipients is in ${known.list}` };
		}
		if (known.is === "not known") return { says: "not known", why: known.why };
		return whole() ?? { says: "yes", why: `this home's Postfix has it in ${found.list}, and ${known.why}` };
	}
}

type Class =
	| { is: "in"; list: ClassList }
	| (Extract<Listed, { is: "not known" }> & { list: ClassList })
	| { is: "none" };

/** The first list that has the domain, as Postfix asks them. */
export function classOf(domain: string, facts: DomainFacts): Class {
	for (const list of classLists) {
		const found = listedIn(list, domain, facts);
		if (found.is === "in") return { is: "in", list };
		if (found.is === "not known") return { ...found, list };
	}
	return { is: "none" };
}

function waysOf({ answers }: HomeLook, { relays, own, domains, recipients }: Home) {
	const senders = [...domains.map((one) => `@${one}`), ...[...recipients.values()].flat()];
	return { relays, own, answers, senders };
}

function outgoingOf({ lacking }: HomeLook, home: Home, { past, bound, milters }: HomeFindings): Verdict {
	if (!home.throughRelay)
		return { says: "not known", why: "mail.outgoing says that mail goes out another way" };
	if (lacking.length > 0) return { says: "no", why: someOf(lacking) };
	if (past[0]) return { says: "no", why: `${past[0].by} lets ${past[0].whose} leave past the relay` };
	if (bound) return { says: "no", why: `Postfix sends from ${bound}, from which the relay takes no mail` };
	if (milters[0]) return { says: "no", why: `the milter ${milters[0].milter} does not run` };
	return { says: "yes", why: "Postfix sends everything to the relay's tunnel address" };
}
