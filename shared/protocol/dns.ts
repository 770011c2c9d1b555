import { z } from "zod";
import { addressSchema, hostnameSchema } from "../config.ts";

/** RRsets that a relay looks for at a time, for one home. */
export const mostWatched = 40;

/** An RRset that the name servers should answer; no records: none. */
const watchedSchema = z.object({
	name: z
		.string()
		.max(253)
		.regex(/^[a-z0-9._-]+$/),
	type: z.enum(["A", "AAAA", "CNAME", "MX", "SRV", "TXT"]),
	records: z.array(z.string().max(2_000)).max(20),
});

/** What a home asks of the relay's part for DNS: what the relay is called, and what it sees of a zone. */
export const dnsReportSchema = z.object({
	version: z.literal(1),
	/** What was written, for the relay to look from where it stands: name servers are anycast. */
	watch: z
		.object({
			/** Names this look: another one has another. */
			id: z.string().max(40),
			zone: hostnameSchema,
			wanted: z.array(watchedSchema).max(mostWatched),
		})
		.optional(),
});
export type DnsWatch = NonNullable<z.infer<typeof dnsReportSchema>["watch"]>;

/** The most addresses, and names of one, that are told; those of the relay's own name come first. */
export const mostAddresses = 16;

/** What the relay says of itself: truth that only it has. */
export const dnsAnswerSchema = z.object({
	/** Postfix's `myhostname`. */
	name: hostnameSchema,
	/** Its public addresses. */
	addresses: z.array(addressSchema).max(mostAddresses),
	/** What its name resolves to, as the relay itself sees it. */
	forward: z.array(addressSchema).max(mostAddresses),
	/** What each of these addresses resolves to. */
	reverse: z.record(z.string(), z.array(z.string().max(255)).max(mostAddresses)).optional(),
	/** How the look of that id went; `missing` are the name servers that did not answer it in time, empty for none. */
	seen: z.object({ id: z.string().max(40), missing: z.string().max(500) }).optional(),
});
export type DnsAnswer = z.infer<typeof dnsAnswerSchema>;
