import type { Resolver } from "node:dns/promises";
import { quoted, textOf } from "./text.ts";

/** Asks a resolver or a name server for the records at a name, in the form in which a provider writes them. */
export async function recordsAt(
	resolver: Pick<Resolver, "resolve" | "resolve4" | "resolve6">,
	name: string,
	type: string,
): Promise<string[]> {
	switch (type) {
		case "A":
			return resolver.resolve4(name);
		case "AAAA":
			return resolver.resolve6(name);
		case "MX":
			return (await resolver.resolve(name, "MX")).map((one) => `${one.priority} ${one.exchange}.`);
		case "SRV":
			return (await resolver.resolve(name, "SRV")).map(
				(one) => `${one.priority} ${one.weight} ${one.port} ${one.name}.`,
			);
		case "TXT":
			return (await resolver.resolve(name, "TXT")).map((strings) => quoted(strings));
		case "CNAME":
			return (await resolver.resolve(name, "CNAME")).map((target) => `${target}.`);
		default:
			throw new RangeError(`records of type ${type} are not asked for`);
	}
}

/** Records as far as they can be compared: c-ares reads the bytes of a TXT record as UTF-8, and splits mean nothing. */
export function comparable(type: string, records: readonly string[]): readonly string[] {
	if (type !== "TXT") return records;
	return records.flatMap((record) => {
		const text = textOf(record) ?? record;
		return /^[ -~]*$/.test(text) ? [quoted([text])] : [];
	});
}
