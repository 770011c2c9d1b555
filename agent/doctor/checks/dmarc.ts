import { dmarcFaults, isDmarc, dmarc as wanted } from "../../../shared/dns/wanted/dmarc.ts";
import { isWithin } from "../../../shared/dns/wanted/mail-domain.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type TreeWalk, walkTree } from "../../../shared/doctor/dmarc.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const gravity = { prefix: "dmarc", missing: "todo", differs: "todo", source: "RFC 9989, 4" } as const;

/** Outside addresses that are looked at; nobody has more. */
const mostReports = 8;

interface Seen {
	records: SeenRecords;
	walk: TreeWalk;
	/** Domains elsewhere that reports are sent to, and whether they say that they take them. */
	outside: Array<{ address: string; organization: string; place: string; answer: Answer }>;
}

/** What receivers do with mail that is not proven to be the domain's, found as they find it, and whom they tell. */
export const dmarc = check<DomainKnown, HomeEyes, Seen>({
	name: "dmarc",

	async look({ mail }, { dns }) {
		const lookUp = (name: string, type: string) =>
			isWithin(name, mail.zone) ? dns.published(name, type) : dns.ask(name, type);
		const [records, walk] = await Promise.all([seeRecords(wanted, mail, dns), walkTree(mail.domain, lookUp)]);
		const policy = walk.found[0];
		const outside = addressesOf(policy?.tags.rua, policy?.tags.ruf).map(async (address) => {
			const other = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
			const place = `${policy!.domain}._report._dmarc.${other}`;
			const [{ organization }, answer] = await Promise.all([walkTree(other, lookUp), lookUp(place, "TXT")]);
			return { address, organization, place, answer };
		});
		return { records, walk, outside: await Promise.all(outside) };
	},

	judge({ records, walk, outside }, known) {
		const own = judgeRecords(records, known, gravity);
		return [...inherited(own, walk, known), ...outside.flatMap((one) => judgeReport(one, walk))];
	},
});

/** What is said higher up holds here, too, where nothing else is asked for. */
function inherited(own: Finding[], { found }: TreeWalk, { mail }: DomainKnown): Finding[] {
	const missing = own.find(({ code }) => code === "dmarc_missing");
	const [policy] = found;
	if (!missing || mail.policy.dmarc || !policy) return own;
	const above: Finding = {
		...{ code: "dmarc_inherited", severity: "well", subject: missing.subject, source: "RFC 9989, 4.10" },
		found: say`${policy.domain} says it for this domain: ${policy.tags.sp ?? policy.tags.p ?? "none"}`,
	};
	const faults = dmarcFaults([policy.record]);
	return [
		...own.filter((one) => one !== missing),
		above,
		...faults.map(
			({ code, so, slight }): Finding => ({
				...{ code, severity: slight ? "todo" : "risk", subject: `_dmarc.${policy.domain} TXT`, found: so },
				...{ turn: "home", source: gravity.source },
			}),
		),
	];
}

function judgeReport(
	{ address, organization, place, answer }: Seen["outside"][number],
	walk: TreeWalk,
): Finding[] {
	if (organization === walk.organization) return [];
	const about = { subject: `${place} TXT`, source: "RFC 9990, 4" } as const;
	if (answer.is === "unknown")
		return [
			{ ...about, code: "dmarc_report_not_known", severity: "not_known", found: troubleText(answer.trouble) },
		];
	if (recordsIn(answer).some(isDmarc)) return [];
	const other = address.slice(address.lastIndexOf("@") + 1);
	return [
		{
			...{ ...about, code: "dmarc_report_not_taken", severity: "todo", turn: "home" },
			found: say`reports go to ${address}, and ${other} does not say that it takes them, so nobody sends any`,
			wanted: say`this record in the zone of ${other}, or an address within the domain`,
			line: `${place}. IN TXT "v=DMARC1;"`,
		},
	];
}

/** The mail addresses in `rua` and `ruf`, without their size limits. */
function addressesOf(...lists: ReadonlyArray<string | undefined>): string[] {
	const all = lists.flatMap((list) => (list ?? "").split(","));
	const found = all.flatMap(
		(uri) => /^mailto:([^@\s]+@[a-z0-9.-]+?)\.?(?:![0-9]+[kmgt]?)?$/i.exec(uri)?.[1] ?? [],
	);
	return [...new Set(found)].slice(0, mostReports);
}
