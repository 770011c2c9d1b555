import { textOf, textRecord } from "../text.ts";
import { tagsOf } from "./dkim.ts";
import { isWithin, type MailDomain } from "./mail-domain.ts";
import { type Fault, type Omission, type Wish, type Wishes, wholeSet } from "./wish.ts";

/** Tags of RFC 9989; `pct`, `rf` and `ri` of RFC 7489 are gone, and receivers pass over them. */
const known = ["v", "p", "sp", "np", "adkim", "aspf", "rua", "ruf", "fo", "psd", "t"];
const gone = ["pct", "rf", "ri"];
const policies = ["none", "quarantine", "reject"];

/** What receivers do with mail that claims the domain and is not proven, and whom they tell (RFC 9989, 4). Pure. */
export function dmarc({ domain, zone, policy }: MailDomain): Wishes {
	const name = `_dmarc.${domain}`;
	const said = policy.dmarc;
	const tags = [
		"v=DMARC1",
		`p=${said?.policy ?? "none"}`,
		...(said?.subdomains ? [`sp=${said.subdomains}`] : []),
		...(said?.nonexistent ? [`np=${said.nonexistent}`] : []),
		...(said && said.reports.length > 0 ? [`rua=${said.reports.map(mailto).join(",")}`] : []),
	];
	const wish: Wish = {
		...{ kind: "DMARC", name, type: "TXT", records: [textRecord(tags.join("; "))] },
		why: said
			? `mail that is not proven to be ${domain}'s: ${said.policy}`
			: "large receivers want one; it asks nothing of them until dns.mail.dmarc says more",
		word: said ? "dns.mail.dmarc" : "the default, since dns.mail.dmarc is not set",
		claims: isDmarc,
		faults: dmarcFaults,
		// Where nothing was said, somebody's own right one is as good.
		...(said ? {} : { accepts: (present) => present.length === 1 && dmarcFaults(present).length === 0 }),
	};
	const permissions = (said?.reports ?? []).map((address) => permission(domain, zone, address));
	return {
		wanted: [wish, ...permissions.flatMap((one) => ("records" in one ? [one] : []))],
		leftOut: permissions.flatMap((one) => ("unknown" in one ? [one] : [])),
	};
}

const mailto = (address: string) => (address.startsWith("mailto:") ? address : `mailto:${address}`);

/** Another domain has to say that it takes reports on this one (RFC 9990, 4). */
function permission(domain: string, zone: string, address: string): Wish | Omission | Record<never, never> {
	const other = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
	if (isWithin(other, domain) || isWithin(domain, other)) return {};
	const place = { kind: "report", name: `${domain}._report._dmarc.${other}`, type: "TXT" };
	if (!isWithin(other, zone)) {
		const why = `reports go to ${address}, and only ${other} can say that it takes them`;
		const remedy = `have this line put into the zone of ${other}: ${place.name}. IN TXT "v=DMARC1;"`;
		return { ...place, why, remedy, unknown: true };
	}
	return {
		...{ ...place, records: [textRecord("v=DMARC1;")], word: "dns.mail.dmarc.reports", claims: wholeSet },
		why: `${other} takes reports on ${domain}`,
	};
}

/** Whether a TXT record is meant as one of DMARC, also with a slip of the pen in it. */
export function isDmarc(record: string): boolean {
	return /^\s*v\s*=\s*dmarc/i.test(textOf(record) ?? "");
}

/** What is wrong with a domain's DMARC records. */
export function dmarcFaults(present: readonly string[]): Fault[] {
	if (present.length > 1)
		return [
			{
				code: "dmarc_two_records",
				so: `there are ${present.length} DMARC records, and receivers take none of them`,
			},
		];
	return present.flatMap((record): Fault[] => {
		const text = textOf(record) ?? "";
		const tags = tagsOf(record);
		if (!/^v\s*=\s*DMARC1\s*(;|$)/.test(text))
			return [{ code: "dmarc_no_version", so: `"${text.slice(0, 60)}" does not begin with v=DMARC1;` }];
		if (!tags)
			return [
				{
					code: "dmarc_unreadable",
					so: `"${text.slice(0, 60)}" cannot be read: a tag is there twice, or is none`,
				},
			];
		const strange = Object.keys(tags).filter((tag) => !known.includes(tag) && !gone.includes(tag));
		return [
			...strange.map((tag) => ({
				code: "dmarc_unknown_tag",
				so: `"${tag}=" is no tag of DMARC, and receivers pass over it`,
			})),
			...gone
				.filter((tag) => tag in tags)
				.map((tag): Fault => {
					const so = `"${tag}=" is no longer part of DMARC (RFC 9989)`;
					return { code: "dmarc_retired_tag", so, slight: true };
				}),
			...["p", "sp", "np"]
				.filter((tag) => tag in tags && !policies.includes(tags[tag]!.toLowerCase()))
				.map((tag) => ({
					code: "dmarc_no_such_policy",
					so: `"${tag}=${tags[tag]}" is no policy: none, quarantine or reject`,
				})),
			...("p" in tags ? [] : [{ code: "dmarc_no_policy", so: "it has no policy (p=)" }]),
			...(tags.rua ?? "")
				.split(",")
				.filter((address) => address !== "" && !/^mailto:[^@]+@[^@]+$/i.test(address))
				.map((address): Fault => {
					const so = `"rua=${address}" is no mailto: address`;
					return { code: "dmarc_report_address", so, slight: true };
				}),
		];
	});
}
