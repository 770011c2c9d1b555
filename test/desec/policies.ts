/** One rule of a token; `null` stands for "any". */
export interface Policy {
	domain: string | null;
	subname: string | null;
	type: string | null;
	write: boolean;
}

/** A secret and what it may do. Without policies it may write everything that its account owns. */
export interface Token {
	secret: string;
	/** By which its policies are found. */
	id: string;
	account: string;
	policies: readonly Policy[];
	/** Past its maximum age or unused for too long. */
	expired: boolean;
}

/**
 * Whether the token may write the RRset. The most specific policy decides, domain before subname before type
 * ("Token Scoping: Policies" in deSEC's documentation).
 */
export function mayWrite(token: Token, rrset: { domain: string; subname: string; type: string }): boolean {
	if (token.policies.length === 0) return true;
	const fields = ["domain", "subname", "type"] as const;
	const matching = token.policies.filter((policy) =>
		fields.every((field) => policy[field] === null || policy[field] === rrset[field]),
	);
	const rank = (policy: Policy) => fields.map((field) => (policy[field] === null ? "1" : "0")).join("");
	matching.sort((a, b) => rank(a).localeCompare(rank(b)));
	return matching[0]?.write ?? true;
}

/** The policies of a token that may write only these RRsets: deny by default, then one rule each. */
export function onlyThese(rrsets: readonly { domain: string; subname: string; type: string }[]): Policy[] {
	return [
		{ domain: null, subname: null, type: null, write: false },
		...rrsets.map((rrset) => ({ ...rrset, write: true })),
	];
}
