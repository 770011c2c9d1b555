import type { X509Certificate } from "node:crypto";

/** The most certificates of a chain that are looked at; a longer one is a circle. */
const longestChain = 10;

/** A certificate of a chain and its key, DER. */
export interface Link {
	whole: Buffer;
	key: Buffer;
}

/** A server's certificate, then those above it, as far as they were sent. */
export function chainFrom(own: X509Certificate): Link[] {
	const chain: Link[] = [];
	for (let at: X509Certificate | undefined = own; at && chain.length < longestChain; ) {
		chain.push({ whole: at.raw, key: at.publicKey.export({ type: "spki", format: "der" }) });
		const above: X509Certificate | undefined = at.issuerCertificate;
		at = above && !above.raw.equals(at.raw) ? above : undefined;
	}
	return chain;
}
