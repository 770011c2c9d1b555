import { z } from "zod";
import { cronSchema } from "../../shared/common-config.ts";
import { cidrSchema, hostnameSchema, secretPathSchema } from "../../shared/config.ts";
import { httpsSchema } from "../../shared/dns/providers/desec/url.ts";
import { type ClientService, clientServices } from "../../shared/dns/wanted/mail-domain.ts";
import type { Complain, SectionOf } from "../../shared/part.ts";

const viaSchema = z.enum(["direct", "relay"]);

/** What would end a tag of a record, or the record, has no place in an address there. */
const mailtoSchema = z
	.string()
	.regex(/^(mailto:)?[^@\s;,!"]+@[^@\s;,!"]+$/, 'expected a mail address like "postmaster@example.org"');

const policySchema = z.enum(["none", "quarantine", "reject"]);

/** `[dns.mail]`: what the records of the mail domains say that nobody else knows. */
const mailRecordsSchema = z.strictObject({
	/** The domains whose records are planned; mail.domains when missing. */
	domains: z.array(hostnameSchema).min(1).optional(),
	/** The name that mail programs use; the first of dns.names within the domain when missing. */
	client: hostnameSchema.optional(),
	services: z
		.array(z.enum(Object.keys(clientServices) as [ClientService, ...ClientService[]]))
		.min(1)
		.optional(),
	spf_also: z
		.array(
			z
				.string()
				.regex(
					/^(?:include:|exists:|ip4:|ip6:|a:|mx:)[a-z0-9._:/%{}-]+$/,
					'expected a mechanism of SPF like "include:_spf.example.net" or "ip4:192.0.2.1"',
				),
		)
		.default([]),
	dmarc: z
		.strictObject({
			policy: policySchema,
			subdomains: policySchema.optional(),
			nonexistent: policySchema.optional(),
			reports: z.array(mailtoSchema).default([]),
		})
		.optional(),
	tls_reports: z
		.array(
			z
				.string()
				.regex(
					/^(?:mailto:[^@\s;,!"]+@[^@\s;,!"]+|https:\/\/[^\s;,!"]+)$/,
					'expected an address like "mailto:postmaster@example.org" or "https://example.org/reports"',
				),
		)
		.default([]),
	autoconfig: hostnameSchema.optional(),
	no_mail: z.array(hostnameSchema).default([]),
});

/** A day, `2027-01-31`, with quotes or without, or `never`. */
const expirySchema = z
	.unknown()
	.transform((value) => (value instanceof Date ? value.toISOString().slice(0, 10) : value))
	.refine(
		(value): value is string =>
			value === "never" ||
			(typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))),
		'expected a day like "2027-01-31", or "never"',
	);

/** `[dns]`: the names that get this line's addresses. */
export const dnsShape = {
	dns: z
		.strictObject({
			names: z.array(hostnameSchema).min(1),
			/** "reachable": both types, but none whose address is proven not to lead to us from outside. */
			publish: z
				.union([z.array(z.enum(["A", "AAAA"])).min(1), z.literal("reachable")], {
					error: ({ input }) =>
						`expected a list of "A" and "AAAA", or "reachable", got ${JSON.stringify(input)}`,
				})
				.default(["A", "AAAA"]),
			/** Whose addresses the names get: this line's, or the relay's, where clients are handed on to us; for all names or by name. */
			via: z.union([viaSchema, z.record(hostnameSchema, viaSchema)]).optional(),
			token_file: secretPathSchema.default("/etc/heimweg/desec.token"),
			/** Until when the token is valid, as its maker knows; deSEC does not tell it to the token. */
			token_expires: expirySchema.optional(),
			also_public: z.array(cidrSchema).default([]),
			api: httpsSchema.default("https://desec.io/api/v1"),
			update: httpsSchema.default("https://update.dedyn.io/"),
			/** When the records are compared with deSEC although nothing happened. */
			check: cronSchema.default("17 */6 * * *"),
			mail: mailRecordsSchema.prefault({}),
		})
		.optional(),
};

export type DnsConfig = NonNullable<SectionOf<typeof dnsShape>["dns"]>;

/** The types of record that may be published. */
export function typesOf({ publish }: Pick<DnsConfig, "publish">): ReadonlyArray<"A" | "AAAA"> {
	return publish === "reachable" ? ["A", "AAAA"] : publish;
}

/** The names that get the relay's addresses. */
export function relayedNames({ names, via }: Pick<DnsConfig, "names" | "via">): string[] {
	return names.filter((name) => (typeof via === "object" ? via[name] : via) === "relay");
}

/** Says which names of `via` are none of ours. */
export function reviewDns({ dns }: { dns?: DnsConfig | undefined }, complain: Complain): void {
	if (typeof dns?.via !== "object") return;
	for (const name of Object.keys(dns.via))
		if (!dns.names.includes(name)) complain(["dns", "via", name], `expected one of dns.names, got "${name}"`);
}
