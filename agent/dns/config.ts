import { z } from "zod";
import { cronSchema } from "../../shared/common-config.ts";
import { cidrSchema, hostnameSchema, secretPathSchema, urlSchema } from "../../shared/config.ts";
import type { Complain, SectionOf } from "../../shared/part.ts";

const httpsSchema = urlSchema("https://desec.io/api/v1").refine(
	(url) => url.startsWith("https:") || isLoopback(url),
	"the token must not cross the network in clear: expected https",
);

const viaSchema = z.enum(["direct", "relay"]);

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
			also_public: z.array(cidrSchema).default([]),
			api: httpsSchema.default("https://desec.io/api/v1"),
			update: httpsSchema.default("https://update.dedyn.io/"),
			/** When the records are compared with deSEC although nothing happened. */
			check: cronSchema.default("17 */6 * * *"),
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

function isLoopback(url: string): boolean {
	return ["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
}
