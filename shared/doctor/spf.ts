import { spf } from "mailauth/lib/spf/index.js";
import type { Answer } from "./dns/answer.ts";
import { inNodesForm } from "./dns/nodes-form.ts";

/** What a receiver makes of a domain's SPF for one address (RFC 7208, 2.6), and what it cost. */
export interface SpfResult {
	result: "pass" | "fail" | "softfail" | "neutral" | "none" | "temperror" | "permerror";
	/** Why, where it is an error. */
	because: string;
	/** Terms that looked something up, and those of them that found nothing. */
	lookups: number;
	voids: number;
}

/** Evaluates SPF as a receiver does, for mail from this address in the name of the domain. Never throws. */
export async function evaluateSpf(
	{ ip, domain, helo }: { ip: string; domain: string; helo: string },
	lookUp: (name: string, type: string) => Promise<Answer>,
): Promise<SpfResult> {
	const { status, lookups } = await spf({
		...{ ip, helo, sender: `postmaster@${domain}`, mta: "receiver" },
		resolver: async (name: string, type: string) => inNodesForm(type, await lookUp(name, type)),
	});
	const comment = status.comment ?? "";
	return {
		result: status.result as SpfResult["result"],
		because: /: ([^:]+)$/.exec(comment)?.[1] ?? comment,
		...{ lookups: lookups?.count ?? 0, voids: lookups?.void ?? 0 },
	};
}
