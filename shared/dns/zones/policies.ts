import type { TokenPolicy } from "../provider.ts";
import { subnameOf } from "../rrset.ts";
import { isWithin } from "../wanted/mail-domain.ts";

/** An RRset by its full name. */
interface Place {
	name: string;
	type: string;
}

/**
 * The policies that are enough for these RRsets, in the order in which deSEC takes them: the default one must be first
 * (domain, subname and type empty), and it permits nothing.
 */
export function policiesFor(places: readonly Place[], zones: readonly string[]): TokenPolicy[] {
	const rules = new Map<string, TokenPolicy>();
	for (const { name, type } of places) {
		// The longest zone holds the name.
		const [zone] = zones.filter((one) => isWithin(name, one)).sort((a, b) => b.length - a.length);
		if (zone === undefined) continue;
		rules.set(`${name} ${type}`, { domain: zone, subname: subnameOf(name, zone), type, write: true });
	}
	return [{ domain: null, subname: null, type: null, write: false }, ...rules.values()];
}

/** What of these a token lacks, and what it has beyond them. */
export function comparedPolicies(
	wanted: readonly TokenPolicy[],
	present: readonly TokenPolicy[],
): { missing: TokenPolicy[]; beyond: TokenPolicy[] } {
	const has = (some: readonly TokenPolicy[], one: TokenPolicy) =>
		some.some((other) => inWords(other) === inWords(one));
	return {
		missing: wanted.filter((one) => !has(present, one)),
		beyond: present.filter((one) => one.write && !has(wanted, one)),
	};
}

function inWords({ domain, subname, type, write }: TokenPolicy): string {
	return JSON.stringify([domain, subname, type, write]);
}

/** Policies as a table that one can type in at desec.io. */
export function policyText(policies: readonly TokenPolicy[]): string {
	const cell = (value: string | null) => (value === null ? "(any)" : value === "" ? "(empty)" : value);
	const rows = [
		["domain", "subname", "type", "permission to write"],
		...policies.map(({ domain, subname, type, write }) => [
			...[domain, subname, type].map(cell),
			write ? "yes" : "no",
		]),
	];
	const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]!.length)));
	return rows
		.map((row) => `${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd())
		.join("\n");
}
