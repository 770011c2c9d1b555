import type { RRset } from "../rrset.ts";

/** What a zone's own servers say: what there is at each name, which name exists, and what stands for it where none does. */
export interface Answers {
	/** The records that a question for this name (relative to the zone, empty for the apex) and type gets, as one text. */
	of(subname: string, type: string): string;
	/** Whether the name exists, be it only because something is below it (RFC 4592, 2.2.2). */
	exists(subname: string): boolean;
	/** The delegation or DNAME above or at the name that answers instead of this zone's own records there. */
	hiddenBy(subname: string): RRset | undefined;
	/** All types at a name itself. */
	at(subname: string): ReadonlyMap<string, RRset>;
}

const none: ReadonlyMap<string, RRset> = new Map();

/** No records: that a name does not exist and that it has none of a type both give nobody anything. */
export const empty = "";

/**
 * How a server answers from these RRsets (RFC 1034, 4.3.2, with wildcards as RFC 4592 has them, DNAME as RFC 6672).
 * Aliases are answered as such, not followed.
 */
export function answersOf(rrsets: Iterable<RRset>): Answers {
	const nodes = new Map<string, Map<string, RRset>>();
	const names = new Set<string>([""]);
	for (const rrset of rrsets) {
		const subname = rrset.subname.toLowerCase();
		const node = nodes.get(subname) ?? new Map<string, RRset>();
		nodes.set(subname, node.set(rrset.type, rrset));
		for (const name of [subname, ...ancestorsOf(subname)]) {
			if (names.has(name)) break;
			names.add(name);
		}
	}
	const at = (subname: string) => nodes.get(subname) ?? none;

	function hiddenBy(subname: string): RRset | undefined {
		// From the top: what is above answers first.
		for (const name of ancestorsOf(subname).reverse()) {
			const cut = name === "" ? undefined : at(name).get("NS");
			const redirection = cut ?? at(name).get("DNAME");
			if (redirection) return redirection;
		}
		return subname === "" ? undefined : at(subname).get("NS");
	}

	function of(subname: string, type: string): string {
		const hidden = hiddenBy(subname);
		// The parent of a delegation answers for its DS (RFC 4035, 3.1.4.1).
		if (hidden && !(type === "DS" && hidden.subname === subname)) return textOf(hidden);
		if (names.has(subname)) return fromNode(at(subname), type);
		const encloser = ancestorsOf(subname).find((name) => names.has(name))!;
		return fromNode(at(encloser === "" ? "*" : `*.${encloser}`), type);
	}

	return { of, hiddenBy, at, exists: (subname) => names.has(subname) };
}

function fromNode(node: ReadonlyMap<string, RRset>, type: string): string {
	const found = node.get(type) ?? node.get("CNAME");
	return found ? textOf(found) : empty;
}

function textOf({ type, records }: RRset): string {
	return `${type} ${[...records].sort().join(" | ")}`;
}

/** The names above a name, nearest first, down to the apex. */
export function ancestorsOf(subname: string): string[] {
	if (subname === "") return [];
	const labels = subname.split(".");
	return [...labels.keys()].map((at) => labels.slice(at + 1).join("."));
}
