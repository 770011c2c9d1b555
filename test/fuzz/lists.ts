import { documentBytes, parseDocument } from "../../agent/recipients/document.ts";
import { parseRecipient } from "../../shared/recipient.ts";
import type { Random } from "../shared/random.ts";
import { mutateJsonText } from "./mutate.ts";

const document = {
	version: 1,
	sources: [
		{ source: "passwd", recipients: ["anna@anna.example", "@anna.example", "anna"], usable: true },
		{
			...{ source: "doveadm", recipients: ["b@anna.example"], usable: true },
			failing: { since: "2030-01-01T00:00:00Z", error: "no" },
			unfit: { count: 1, some: ["x y"] },
		},
	],
};

/** The file of recipients as the least privileged user could leave it. */
export function malformedList(random: Random): string {
	return mutateJsonText(random, document).toString("utf8");
}

/**
 * What is wrong with how it was read: nothing but recipients may come of it, and no damage may close a domain. An
 * error is a good answer, and leaves what was known.
 */
export function wronglyRead(text: string): string[] {
	if (text.length > documentBytes) return [];
	let read: ReturnType<typeof parseDocument>;
	try {
		read = parseDocument(text, "2030-01-01T00:00:00Z");
	} catch {
		return [];
	}
	return read.sources.flatMap(({ source, recipients }) => [
		...recipients
			.filter((one) => parseRecipient(one) !== one)
			.map((one) => `recipient ${JSON.stringify(one)}`),
		...(/[\p{Cc}]/u.test(source) ? [`control characters in ${JSON.stringify(source)}`] : []),
	]);
}
