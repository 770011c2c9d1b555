import type { RRset } from "../../../../shared/dns/rrset.ts";
import type { Wish } from "../../../../shared/dns/wanted/wish.ts";
import type { Random } from "../../random.ts";

/** Few labels, so that what is made meets wildcards, aliases, delegations and names that only exist by what is below. */
const labels = ["a", "b", "c"];
const deepest = 3;

/** The types that are asked for. */
export const askedTypes = ["A", "MX", "TXT", "SRV", "CNAME"];

export const zoneName = "example.org";

/** Every name up to a depth, also of a label that nothing in the zone has. */
export function allNames(): string[] {
	const names = [""];
	let level = [""];
	for (let depth = 0; depth < deepest; depth++) {
		level = level.flatMap((above) =>
			[...labels, "x"].map((label) => (above === "" ? label : `${label}.${above}`)),
		);
		names.push(...level);
	}
	return names;
}

const pick = <T>(random: Random, some: readonly T[]): T => some[random.below(some.length)]!;

function randomName(random: Random, wildcards: boolean): string {
	const name = Array.from({ length: 1 + random.below(deepest) }, () => pick(random, labels)).join(".");
	if (!wildcards || random.below(3) > 0) return name;
	return random.below(2) === 0 ? "*" : `*.${name}`;
}

function randomRecord(random: Random, type: string): string {
	const number = 1 + random.below(4);
	switch (type) {
		case "A":
			return `192.0.2.${number}`;
		case "MX":
			return `10 mx${number}.example.net.`;
		case "TXT":
			return `"foreign ${number}"`;
		case "SRV":
			return `0 1 443 srv${number}.example.net.`;
		default:
			return `other${number}.example.net.`;
	}
}

/** What somebody else may write: an RRset, or none of its place. CNAME stands alone, as a provider sees to it. */
export function randomEdit(random: Random, rrsets: readonly RRset[]): RRset {
	const subname = randomName(random, true);
	const there = rrsets.filter((one) => one.subname === subname);
	const only = there.some(({ type }) => type === "CNAME");
	const types = only ? ["CNAME"] : ["A", "A", "MX", "TXT", "TXT", "SRV"];
	if (!only && random.below(8) === 0 && !subname.startsWith("*")) types.push("NS", "DNAME");
	if (there.length === 0) types.push("CNAME");
	const type = pick(random, types);
	const count = random.below(4) === 0 ? 0 : type === "CNAME" || type === "DNAME" ? 1 : 1 + random.below(2);
	const records = Array.from({ length: count }, () => randomRecord(random, type));
	return { subname, type, ttl: 3600, records: [...new Set(records)] };
}

export function randomZone(random: Random): RRset[] {
	const rrsets = new Map<string, RRset>();
	rrsets.set(" NS", { subname: "", type: "NS", ttl: 3600, records: ["ns1.example.net."] });
	for (let count = random.below(14); count > 0; count--) {
		const edit = randomEdit(random, [...rrsets.values()]);
		put(rrsets, edit);
	}
	return [...rrsets.values()];
}

/** Sets an RRset, or removes it where it has no records. */
export function put(rrsets: Map<string, RRset>, edit: RRset): void {
	const key = `${edit.subname} ${edit.type}`;
	if (edit.records.length === 0) rrsets.delete(key);
	else rrsets.set(key, edit);
}

/** Wishes as kinds of record have them: for a string among others, for a whole set, for an alias. */
export function randomWishes(random: Random): Wish[] {
	const wishes = new Map<string, Wish>();
	for (let count = 1 + random.below(5); count > 0; count--) {
		const subname = randomName(random, false);
		const type = pick(random, ["TXT", "TXT", "MX", "SRV", "CNAME"]);
		const text = type === "TXT" ? `"ours ${1 + random.below(2)}"` : randomRecord(random, type);
		const name = `${subname}.${zoneName}`;
		wishes.set(`${name} ${type}`, {
			...{ kind: type, name, type, records: [text], why: "it is wanted", word: "the test" },
			claims: (record) => type !== "TXT" || record.startsWith('"ours'),
		});
	}
	return [...wishes.values()];
}
