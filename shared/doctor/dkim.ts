import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import type { Answer } from "./dns/answer.ts";
import { inNodesForm } from "./dns/nodes-form.ts";

/** What a receiver makes of one signature of a mail (RFC 6376, 6). */
export interface Signature {
	domain: string;
	selector: string;
	result: "pass" | "fail" | "neutral" | "permerror" | "temperror" | "policy" | "none";
	/** Why, where it does not pass. */
	because: string;
}

/** Verifies all signatures of a mail, lines ended in any way. Never throws. */
export async function verifyDkim(
	text: string,
	lookUp: (name: string, type: string) => Promise<Answer>,
): Promise<Signature[]> {
	const message = text.replaceAll(/\r?\n/g, "\r\n");
	const { results } = await dkimVerify(Buffer.from(message, "latin1"), {
		resolver: async (name: string, type: string) => inNodesForm(type, await lookUp(name, type)),
	});
	return results
		.filter(({ status }) => status.result !== "none")
		.map(({ signingDomain, selector, status }) => ({
			domain: signingDomain,
			selector: selector ?? "",
			result: status.result as Signature["result"],
			because: status.comment || "",
		}));
}
