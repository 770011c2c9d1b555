import { z } from "zod";
import { cronSchema } from "../../shared/common-config.ts";
import { cidrSchema, hostnameSchema, secretPathSchema, urlSchema } from "../../shared/config.ts";
import type { SectionOf } from "../../shared/part.ts";

const httpsSchema = urlSchema("https://desec.io/api/v1").refine(
	(url) => url.startsWith("https:") || isLoopback(url),
	"the token must not cross the network in clear: expected https",
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

function isLoopback(url: string): boolean {
	return ["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
}
