import { textOf, textRecord } from "../text.ts";
import type { MailDomain } from "./mail-domain.ts";
import type { Fault, Wishes } from "./wish.ts";

/** More terms that look something up than a receiver follows are an error, and nothing passes (RFC 7208, 4.6.4). */
const mostLookups = 10;

/**
 * Who may send for the domain: the relay, never the home, whose address changes (RFC 7208). It ends in ~all, since with
 * -all some receivers refuse before they look at DKIM. Pure.
 */
export function spf({ domain, relay, policy, homeAddresses }: MailDomain): Wishes {
	const place = { kind: "SPF", name: domain, type: "TXT" };
	if (!relay) {
		const why = "the relay has not said its addresses yet";
		return { wanted: [], leftOut: [{ ...place, why, unknown: true }] };
	}
	// What the MX's name resolves to passes by "mx"; what it also sends from is named.
	const besides = relay.addresses.filter((address) => !relay.forward.includes(address));
	const terms = [
		"mx",
		...besides.map((address) => `${address.includes(":") ? "ip6" : "ip4"}:${address}`),
		...policy.spfAlso,
	];
	const text = `v=spf1 ${[...new Set(terms)].join(" ")} ~all`;
	if (lookupsOf(text) > mostLookups) {
		const why = `"${text}" has ${lookupsOf(text)} terms that look something up, and receivers follow ${mostLookups}`;
		return {
			wanted: [],
			leftOut: [{ ...place, why, remedy: "take some out of dns.mail.spf_also", unknown: true }],
		};
	}
	return {
		wanted: [
			{
				...place,
				records: [textRecord(text)],
				why: "the relay may send for the domain, and nobody else",
				word: `the relay's addresses (${relay.addresses.join(", ") || "by its name"})${policy.spfAlso.length > 0 ? " and dns.mail.spf_also" : ""}`,
				claims: isSpf,
				accepts: (present) => present.length === 1 && accepts(textOf(present[0]!) ?? "", terms),
				merged: (present) => (present.length === 1 ? merged(present[0]!, terms) : undefined),
				faults: (present) => spfFaults(present, homeAddresses),
			},
		],
		leftOut: [],
	};
}

/** A name that sends no mail says so (RFC 7208, 10.1.2). */
export const sendsNothing = textRecord("v=spf1 -all");

/** Whether a TXT record is one of SPF, be it split over strings (RFC 7208, 4.5). */
export function isSpf(record: string): boolean {
	return /^v=spf1(?: |$)/i.test(textOf(record) ?? "");
}

/** Terms of a record that cost a look-up, as far as the record itself shows. */
export function lookupsOf(text: string): number {
	return text
		.split(/\s+/)
		.filter((term) =>
			/^[+?~-]?(?:include:|a(?:[:/]|$)|mx(?:[:/]|$)|ptr(?:[:/]|$)|exists:)|^redirect=/i.test(term),
		).length;
}

/** What is wrong with a domain's SPF records. */
export function spfFaults(present: readonly string[], home: readonly string[] = []): Fault[] {
	const faults: Fault[] = [];
	if (present.length > 1)
		faults.push({
			code: "spf_two_records",
			so: `there are ${present.length} SPF records, which is an error for every receiver (RFC 7208, 4.5)`,
		});
	for (const record of present) {
		const text = textOf(record) ?? "";
		const terms = text.split(" ").slice(1).filter(Boolean);
		if (lookupsOf(text) > mostLookups)
			faults.push({
				code: "spf_too_many_lookups",
				so: `"${shortened(text)}" has more than ${mostLookups} terms that look something up`,
			});
		if (terms.some((term) => /^\+?all$/i.test(term)))
			faults.push({ code: "spf_lets_everybody", so: `"${shortened(text)}" lets everybody send` });
		for (const address of home)
			if (terms.some((term) => term.toLowerCase().replace(/^[+?~-]?ip[46]:/, "") === address))
				faults.push({
					code: "spf_lists_home",
					so: `"${shortened(text)}" lists ${address}, this home's own address, which changes`,
				});
		if (terms.at(-1)?.match(/all$/i) && terms.slice(0, -1).some((term) => /^[+?~-]?all$/i.test(term)))
			faults.push({
				code: "spf_after_all",
				so: `"${shortened(text)}" has terms after "all", which nobody reads`,
				slight: true,
			});
	}
	return faults;
}

/** One right record that holds all our terms is as good as ours. */
function accepts(text: string, ours: readonly string[]): boolean {
	const terms = text.toLowerCase().split(/\s+/).slice(1);
	const has = (term: string) =>
		terms.includes(term.toLowerCase()) || terms.includes(`+${term.toLowerCase()}`);
	return ours.every(has) && /^[~-]all$/.test(terms.at(-1) ?? "") && lookupsOf(text) <= mostLookups;
}

/** Somebody's record with what is missing put first; undefined where that would be too much. */
function merged(record: string, ours: readonly string[]): readonly string[] | undefined {
	const [version = "", ...terms] = (textOf(record) ?? "").split(/\s+/);
	const lower = terms.map((term) => term.toLowerCase());
	const missing = ours.filter((term) => !lower.includes(term) && !lower.includes(`+${term}`));
	const kept = terms.filter((term) => !/^[+?~-]?all$/i.test(term));
	const text = [version, ...missing, ...kept, lower.includes("-all") ? "-all" : "~all"].join(" ");
	return lookupsOf(text) > mostLookups || kept.some((term) => /^redirect=/i.test(term))
		? undefined
		: [textRecord(text)];
}

function shortened(text: string): string {
	return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
