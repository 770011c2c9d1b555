import { type RRset, rrsetKey } from "../rrset.ts";
import { ancestorsOf, answersOf, empty } from "./answers.ts";

/** An answer of the zone that would become another although nobody planned it. */
export interface ChangedAnswer {
	/** Relative to the zone; with `*` as its first label it stands for every name there that is not written down. */
	subname: string;
	type: string;
	before: string;
	after: string;
}

/** A label that nobody has; one that somebody has is made longer. */
const anyLabel = "any-other-name";

/**
 * The answers for names and types that are not `planned` (as `rrsetKey` writes them) and that differ between two states
 * of a zone. Only names at, above and beside those on the way to a planned name can have another answer: a name that
 * begins or ceases to exist decides which wildcard stands for what is below it (RFC 4592, 3.3.1).
 */
export function changedAnswers(
	before: readonly RRset[],
	after: readonly RRset[],
	planned: ReadonlySet<string>,
): ChangedAnswer[] {
	const [was, is] = [answersOf(before), answersOf(after)];
	const types = new Set([...before, ...after].map((rrset) => rrset.type));
	const names = new Map<string, string>();
	for (const key of planned) {
		const subname = key.slice(0, key.lastIndexOf(" "));
		for (const name of [subname, ...ancestorsOf(subname)]) {
			names.set(name, name);
			let other = anyLabel;
			const below = () => (name === "" ? other : `${other}.${name}`);
			while (was.exists(below()) || is.exists(below())) other += "-";
			names.set(below(), name === "" ? "*" : `*.${name}`);
		}
	}
	const changed: ChangedAnswer[] = [];
	for (const [name, shown] of names) {
		const aliased = planned.has(rrsetKey(name, "CNAME"));
		for (const type of types) {
			if (planned.has(rrsetKey(name, type))) continue;
			const [one, other] = [was.of(name, type), is.of(name, type)];
			// An alias is planned for all types at once.
			if (one === other || (aliased && (one === empty || other === empty))) continue;
			changed.push({ subname: shown, type, before: one, after: other });
		}
	}
	return changed;
}
