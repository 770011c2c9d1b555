import type { Address } from "../../address.ts";

/** What the relay says of itself. */
export interface RelayTruth {
	/** How it greets, and what MX records name. */
	name: string;
	/** Its public addresses, from which mail leaves. */
	addresses: readonly Address[];
	/** What its name resolves to. */
	forward: readonly Address[];
}

/** A public key that signs this home's mail. */
export interface DkimKey {
	domain: string;
	selector: string;
	type: "rsa" | "ed25519";
	/** Length of an RSA modulus in bits; 256 for ed25519. */
	bits: number;
	/** What `p=` holds: SubjectPublicKeyInfo for RSA (RFC 6376, 3.6.1), the bare key for ed25519 (RFC 8463, 4). */
	publicKey: string;
	/** The file that says so. */
	source: string;
}

/** A service for clients that this home may offer, by its name in SRV records (RFC 6186, RFC 8314). */
export const clientServices = {
	imaps: 993,
	submissions: 465,
	submission: 587,
	imap: 143,
	pop3s: 995,
	pop3: 110,
} as const;
export type ClientService = keyof typeof clientServices;

/** What the configuration says of a mail domain. */
export interface MailPolicy {
	/** Beside the relay: mechanisms such as `include:_spf.example.net`. */
	spfAlso: readonly string[];
	/** Undefined: nothing was said, and what is there is as good. */
	dmarc?:
		| {
				policy: DmarcPolicy;
				subdomains?: DmarcPolicy | undefined;
				nonexistent?: DmarcPolicy | undefined;
				reports: readonly string[];
		  }
		| undefined;
	/** `mailto:` or `https:` addresses for reports on TLS. */
	tlsReports: readonly string[];
	/** The host that serves the file for mail programs. */
	autoconfig?: string | undefined;
	/** Names that send no mail and take none. */
	noMail: readonly string[];
}
export type DmarcPolicy = "none" | "quarantine" | "reject";

/** All that is known of a mail domain, from where each is known; undefined is not known. */
export interface MailDomain {
	domain: string;
	/** The zone that holds it. */
	zone: string;
	relay: RelayTruth | undefined;
	/** The name under which mail programs find this home. */
	client: string | undefined;
	/** All names that get this home's addresses. */
	clientNames: readonly string[];
	/** The public addresses of this home. */
	homeAddresses: readonly Address[];
	/** What mail programs are offered; `all`: nothing else is. */
	services: { offered: readonly ClientService[]; all: boolean } | undefined;
	keys: readonly DkimKey[] | undefined;
	policy: MailPolicy;
}

/** A name in a record: with its final dot. */
export const absolute = (name: string): string => `${name}.`;

/** True for the domain itself and the names below it. */
export function isWithin(name: string, domain: string): boolean {
	return name === domain || name.endsWith(`.${domain}`);
}
