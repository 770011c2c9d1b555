import { z } from "zod";
import { plainText } from "../../shared/plain-text.ts";
import { recipientBytes } from "../../shared/protocol/recipients.ts";
import {
	domainOfRecipient,
	isLocalPart,
	isRequired,
	parseRecipient,
	type Recipient,
	requiredNames,
} from "../../shared/recipient.ts";
import { say } from "../../shared/words/say.ts";

/** The largest file, in bytes: each recipient may stand in two sources. */
export const documentBytes = 2 * recipientBytes;

const textSchema = z
	.string()
	.max(1_000)
	.transform((text) => plainText(text));

const failureSchema = z.object({ since: textSchema, error: textSchema, remedy: textSchema.optional() });

const nameSchema = z
	.string()
	.min(1)
	.max(4_096)
	.transform((text) => plainText(text));

const recipientSchema = z.string().transform((text, context): Recipient => {
	const recipient = parseRecipient(text);
	if (recipient) return recipient;
	context.addIssue({ code: "custom", message: "expected an address" });
	return z.NEVER;
});

const sourceSchema = z.object({
	source: nameSchema,
	/** Everything that it last named. */
	recipients: z.array(recipientSchema),
	/** False when that is not known, or too old. */
	usable: z.boolean(),
	failing: failureSchema.optional(),
	/** A few of the names that no recipient can have, and how many there are. */
	unfit: z.object({ count: z.int(), some: z.array(textSchema).max(10) }).optional(),
});
export type SourceResult = z.output<typeof sourceSchema>;

/** Sources that a document may have: more than anybody configures. */
const mostSources = 100;

/** The file as a whole; its sources are read one by one. */
const frameSchema = z.object({ version: z.literal(1), sources: z.array(z.unknown()).max(mostSources) });

/** The file that heimweg-recipients.service writes and the agent reads. */
export interface RecipientsDocument {
	version: 1;
	sources: SourceResult[];
}

/**
 * Reads the file's text. A source or an entry that does not parse is dropped, and makes its source one that is not
 * known whole: nobody is refused for damage. Throws when nothing can be read.
 *
 * @param written when the file was written, ISO 8601
 */
export function parseDocument(text: string, written: string): RecipientsDocument {
	const { version, sources } = frameSchema.parse(JSON.parse(text));
	return { version, sources: sources.map((source, at) => readSource(source, at + 1, written)) };
}

function readSource(found: unknown, place: number, written: string): SourceResult {
	const whole = sourceSchema.safeParse(found);
	if (whole.success) return whole.data;
	const fields = z.record(z.string(), z.unknown()).safeParse(found).data ?? {};
	const named = z.array(z.unknown()).safeParse(fields.recipients).data ?? [];
	const recipients = named.flatMap((entry) => recipientSchema.safeParse(entry).data ?? []);
	const lost = named.length - recipients.length;
	const error =
		lost > 0
			? say`${lost} of its ${named.length} entries in the file cannot be read`
			: say`its part of the file cannot be read`;
	return {
		source: nameSchema.safeParse(fields.source).data ?? `source ${place}`,
		recipients,
		usable: false,
		failing: {
			since: written,
			error,
			remedy: 'run "systemctl start heimweg-recipients", which writes it anew',
		},
	};
}

/** What a source named, as recipients: a name without a domain stands for one in each of the domains. */
export function recipientsOf(
	names: readonly string[],
	domains: readonly string[],
): Pick<SourceResult, "recipients" | "unfit"> {
	const recipients = new Set<Recipient>();
	const unfit: string[] = [];
	for (const name of names) {
		if (name.includes("@")) {
			const recipient = parseRecipient(name);
			if (recipient) recipients.add(recipient);
			else unfit.push(name);
		} else if (domains.includes(name.toLowerCase())) {
			// A virtual alias domain stands in its table too (virtual(5)).
		} else if (!isLocalPart(name)) unfit.push(name);
		else for (const domain of domains) recipients.add(parseRecipient(`${name}@${domain}`)!);
	}
	return {
		recipients: [...recipients].sort(),
		...(unfit.length > 0
			? {
					unfit: { count: unfit.length, some: unfit.slice(0, 3).map((name) => plainText(name.slice(0, 80))) },
				}
			: {}),
	};
}

/** How the names that every domain has stand beside the sources. */
export const requiredSource = "always valid (RFC 2142)";

/** The sources, and the names that every domain has, in the home's domains and in those that a source names. */
export function withRequired(sources: readonly SourceResult[], domains: readonly string[]): SourceResult[] {
	const all = new Set(domains);
	for (const { recipients } of sources) for (const one of recipients) all.add(domainOfRecipient(one));
	const { recipients } = recipientsOf(requiredNames, [...all]);
	if (recipients.length === 0) return [...sources];
	return [...sources, { source: requiredSource, recipients, usable: true }];
}

/** So many of each domain tell whether Postfix knows them. */
const someOfEach = 20;

/**
 * Some of the recipients of each domain. Those that stand for a whole domain tell nothing of any one, and those that every
 * domain has may be in no table here.
 */
export function someRecipients({ sources }: RecipientsDocument): Map<string, Recipient[]> {
	const some = new Map<string, Recipient[]>();
	for (const recipient of sources.flatMap(({ recipients }) => recipients)) {
		if (recipient.startsWith("@") || isRequired(recipient)) continue;
		const domain = domainOfRecipient(recipient);
		const known = some.get(domain) ?? [];
		if (known.length < someOfEach && !known.includes(recipient)) some.set(domain, [...known, recipient]);
	}
	return some;
}
