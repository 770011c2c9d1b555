import { nameOf, rrsetKey } from "../rrset.ts";
import type { Omission } from "../wanted/wish.ts";
import { type Answers, answersOf } from "./answers.ts";
import { type ChangedAnswer, changedAnswers } from "./foreign.ts";
import { type PlannedChange, withChanges, type ZoneContent } from "./plan.ts";

/** The changes that change no other answer of the zone, and those that would, with the reason and what to add. */
export function safeChanges(
	zone: ZoneContent,
	changes: readonly PlannedChange[],
): { changes: PlannedChange[]; leftOut: Omission[] } {
	const leftOut: Omission[] = [];
	const answers = answersOf(zone.rrsets);
	let kept = changes.filter((change) => {
		const why = whyImpossible(zone, answers, change) ?? besideAlias(change, changes);
		if (why) leftOut.push({ ...placeOf(change), ...why, unknown: true });
		return !why;
	});
	const harmOf = (some: readonly PlannedChange[]) =>
		changedAnswers(
			zone.rrsets,
			withChanges(zone.rrsets, some),
			new Set(some.map(({ subname, type }) => rrsetKey(subname, type))),
		);
	const leave = (some: readonly PlannedChange[], harm: readonly ChangedAnswer[]) => {
		for (const change of some)
			leftOut.push({ ...placeOf(change), ...harmInWords(zone.zone, harm), unknown: true });
		kept = kept.filter((change) => !some.includes(change));
	};
	if (harmOf(kept).length > 0) {
		for (const change of kept) {
			const harm = harmOf([change]);
			if (harm.length > 0) leave([change], harm);
		}
		// What only several together do is that a name ceases to exist.
		const together = harmOf(kept);
		if (together.length > 0)
			leave(
				kept.filter(({ action }) => action === "delete"),
				together,
			);
		const rest = harmOf(kept);
		if (rest.length > 0) leave(kept, rest);
	}
	return { changes: kept, leftOut };
}

const placeOf = ({ name, type, reasons }: PlannedChange) => ({
	...{ kind: reasons.map(({ kind }) => kind).join(", "), name, type },
});

/** What stands where a record should go and excludes it; it is shown, and never replaced. */
function whyImpossible(
	zone: ZoneContent,
	answers: Answers,
	{ subname, type, after, before }: PlannedChange,
): { why: string; remedy: string } | undefined {
	const hidden = answers.hiddenBy(subname);
	if (hidden) {
		const what = hidden.type === "NS" ? "is delegated to other name servers" : "is redirected by a DNAME";
		const above = nameOf(hidden.subname, zone.zone);
		return {
			why: `${above} ${what} (${hidden.records.join(", ")}), so nobody would see a record here`,
			remedy:
				hidden.type === "NS"
					? `set it in the zone of ${above}`
					: `set it where the DNAME points, or remove it`,
		};
	}
	const node = answers.at(subname);
	const alias = node.get("CNAME");
	if (alias && type !== "CNAME" && after.length > 0)
		return {
			why: `there is a CNAME to ${alias.records.map((one) => one.replace(/\.$/, "")).join(", ")}, beside which nothing can stand (RFC 1034, 3.6.2)`,
			remedy: "delete the CNAME, or leave it and do without this record",
		};
	const others = [...node.keys()].filter((one) => one !== "CNAME");
	if (type === "CNAME" && after.length > 0 && before.length === 0 && others.length > 0)
		return {
			why: `there is ${others.join(", ")}, beside which no CNAME can stand (RFC 1034, 3.6.2)`,
			remedy: "delete these, or leave them and do without the CNAME",
		};
	return undefined;
}

/** Two wishes that exclude each other: the alias gives way. */
function besideAlias(
	{ subname, type, after }: PlannedChange,
	changes: readonly PlannedChange[],
): { why: string; remedy: string } | undefined {
	if (type !== "CNAME" || after.length === 0) return undefined;
	const others = changes.filter(
		(one) => one.subname === subname && one.type !== "CNAME" && one.after.length > 0,
	);
	if (others.length === 0) return undefined;
	return {
		why: `${others.map((one) => one.type).join(", ")} is wanted at this name, too, beside which no CNAME can stand`,
		remedy: "choose another name for one of them",
	};
}

/** How many other answers a sentence names. */
const named = 4;

function harmInWords(zone: string, harm: readonly ChangedAnswer[]): { why: string; remedy: string } {
	const shown = harm.slice(0, named).map(({ subname, type, before, after }) => {
		const [was, is] = [before || "nothing", after || "nothing"];
		return `${nameOf(subname, zone)} ${type} would answer ${is} instead of ${was}`;
	});
	const more = harm.length > named ? `, and ${harm.length - named} more` : "";
	const lines = harm.flatMap(({ subname, before }) => {
		const [, type, records] = /^(\S+) (.*)$/s.exec(before) ?? [];
		return type && records
			? records.split(" | ").map((one) => `${nameOf(subname, zone)}. IN ${type} ${one}`)
			: [];
	});
	const unique = [...new Set(lines)];
	return {
		why: `the name would end what answers others now: ${shown.join("; ")}${more}`,
		remedy:
			unique.length > 0
				? `add these first, which say what a wildcard says now: ${unique.join("; ")}`
				: "remove the wildcard that would begin to answer there, or leave this record as it is",
	};
}
