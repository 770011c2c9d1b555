/** A header field, unfolded; its name as it was written. */
export interface Field {
	name: string;
	value: string;
}

/** One machine that the mail went through, as its `Received` says (RFC 5321, 4.4). */
export interface Hop {
	/** Who brought it: the name it said, and where it came from. */
	from: string | undefined;
	by: string;
	at: Date | undefined;
}

/** Fields of delivery, which the next delivery writes anew; they are no part of what was signed. */
const ofDelivery = /^(?:return-path|delivered-to|x-original-to|received|authentication-results|x-spam)/i;

/** The header fields of a mail, the last that was written first. */
export function fieldsOf(text: string): Field[] {
	const head = text.replaceAll("\r\n", "\n").split("\n\n")[0]!;
	return head
		.replaceAll(/\n[ \t]+/g, " ")
		.split("\n")
		.flatMap((line) => {
			const [, name, value] = /^([!-9;-~]+):\s?(.*)$/.exec(line) ?? [];
			return name === undefined ? [] : [{ name, value: value! }];
		});
}

/** The mail as it left whoever signed it: without what its delivery put before it. */
export function asSigned(text: string): string {
	const whole = text.replaceAll("\r\n", "\n");
	const end = whole.indexOf("\n\n");
	const fields = whole.slice(0, end).split(/\n(?![ \t])/);
	return fields.filter((field) => !ofDelivery.test(field)).join("\n") + whole.slice(end);
}

/** The way it took, from the first machine to the last. */
export function hopsOf(text: string): Hop[] {
	return fieldsOf(text)
		.filter(({ name }) => name.toLowerCase() === "received")
		.map(({ value }) => {
			const at = new Date(value.slice(value.lastIndexOf(";") + 1).trim());
			return {
				from: /^from (\S+(?: \([^)]*\))?)/.exec(value)?.[1],
				by: /(?:^|\s)by (\S+)/.exec(value)?.[1]?.replace(/;$/, "") ?? "",
				at: Number.isNaN(at.getTime()) ? undefined : at,
			};
		})
		.reverse();
}

/** What a server said of SPF, DKIM and DMARC (RFC 8601), each by its name; undefined when it said nothing. */
export function resultsBy(text: string, server: string): Record<string, string> | undefined {
	const found = fieldsOf(text).filter(
		({ name, value }) =>
			name.toLowerCase() === "authentication-results" &&
			value.split(/[;\s]/)[0]!.toLowerCase() === server.toLowerCase(),
	);
	if (found.length === 0) return undefined;
	const results: Record<string, string> = {};
	for (const { value } of found)
		for (const [, method, result] of value.matchAll(/;\s*(spf|dkim|dmarc|arc)=([a-z]+)/g))
			results[method!] ??= result!;
	return results;
}
