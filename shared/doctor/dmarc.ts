import { tagsOf } from "../dns/wanted/dkim.ts";
import { isDmarc } from "../dns/wanted/dmarc.ts";
import { type Answer, recordsIn, type Trouble } from "./dns/answer.ts";

/** A walk asks at most so often; of a longer name so many labels are left after the first step (RFC 9989, 4.10). */
const mostLabels = 7;

/** A policy record on the way up, with the domain that it is of. */
export interface PolicyRecord {
	domain: string;
	record: string;
	tags: Record<string, string>;
}

/** What a walk up the tree from a domain found. */
export interface TreeWalk {
	/** Policy records from the domain upwards. */
	found: PolicyRecord[];
	/** The organizational domain. */
	organization: string;
	/** Why the walk could not be made to its end. */
	trouble?: Trouble;
}

/**
 * The DNS tree walk of RFC 9989, 4.10: asks for a policy record at the domain and at its parents, until one says that it
 * is a public suffix's or that it is not, or there is nothing above.
 */
export async function walkTree(
	domain: string,
	lookUp: (name: string, type: string) => Promise<Answer>,
): Promise<TreeWalk> {
	const found: PolicyRecord[] = [];
	let trouble: Trouble | undefined;
	for (const at of stepsFrom(domain)) {
		const answer = await lookUp(`_dmarc.${at}`, "TXT");
		if (answer.is === "unknown") trouble ??= answer.trouble;
		const records = recordsIn(answer).filter(isDmarc);
		// Of several none counts.
		const tags = records.length === 1 ? tagsOf(records[0]!) : undefined;
		if (tags?.v !== "DMARC1") continue;
		found.push({ domain: at, record: records[0]!, tags });
		if (tags.psd === "y" || tags.psd === "n") break;
	}
	return { found, organization: organizationOf(domain, found), ...(trouble ? { trouble } : {}) };
}

/** The domains that are asked: the domain itself, and its parents; a long name loses its middle. */
export function stepsFrom(domain: string): string[] {
	const labels = domain.split(".");
	const above = labels.slice(Math.max(1, labels.length - mostLabels));
	return [domain, ...above.map((_, at) => above.slice(at).join("."))];
}

/** RFC 9989, 4.10.2. */
function organizationOf(domain: string, found: readonly PolicyRecord[]): string {
	const last = found.at(-1);
	if (!last) return domain;
	if (last.tags.psd === "y" && last.domain !== domain) {
		const below = domain
			.slice(0, -last.domain.length - 1)
			.split(".")
			.at(-1);
		return `${below}.${last.domain}`;
	}
	return last.domain;
}
