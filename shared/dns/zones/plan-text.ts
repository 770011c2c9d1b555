import type { PlannedChange } from "../plan/plan.ts";
import { textOf } from "../text.ts";
import type { Omission } from "../wanted/wish.ts";
import type { ShownApply, ShownPlan } from "./protocol.ts";

/** Signs of a record that a line shows. */
const shownSigns = 100;

const signs = { create: "+", change: "~", delete: "-" } as const;

/** A plan as a person reads it: what, why, by whose word, and what is left out. */
export function planText(plan: ShownPlan): string {
	const { zone, changes, right, leftOut, faults, asksAgain } = plan;
	const head =
		changes.length === 0 ? `${zone}: nothing to do` : `${zone}: ${counted(changes.length, "change")}`;
	return [
		`${head}${right.length > 0 ? `; ${right.length} already right` : ""}`,
		...changes.flatMap(changeLines),
		...(right.length > 0 ? ["", "right as they are:"] : []),
		...right.map(({ name, type, records }) => `  = ${name} ${type} ${records.map(shortened).join(" ")}`),
		...(faults.length > 0 ? ["", "wrong with what is there:"] : []),
		...faults.map((fault) => `  ! ${fault}`),
		...(leftOut.length > 0 ? ["", "left out:"] : []),
		...leftOut.flatMap(omissionLines),
		...(asksAgain ? ["", `look twice: ${asksAgain}`] : []),
		"",
	].join("\n");
}

function changeLines({ name, type, action, before, after, ttl, reasons }: PlannedChange): string[] {
	return [
		`  ${signs[action]} ${name} ${type}${action === "create" ? ` (TTL ${ttl})` : ""}`,
		...before.filter((one) => !after.includes(one)).map((one) => `      was  ${shortened(one)}`),
		...after.map((one) => `      ${before.includes(one) ? "stays" : "new "} ${shortened(one)}`),
		...reasons.map(({ kind, why, word }) => `      ${kind}: ${why} (${word})`),
	];
}

function omissionLines({ kind, name, type, why, remedy }: Omission): string[] {
	const place = name ? ` ${name}${type ? ` ${type}` : ""}` : "";
	// A kind that is called as its type is named once.
	return [
		`  ? ${kind === type ? place.trimStart() : `${kind}${place}`}: ${why}`,
		...(remedy ? [`      what to do: ${remedy}`] : []),
	];
}

/** What an apply did, as a person reads it. */
export function applyText(
	{ zone, done, putBack, leftOut, visible, took, snapshot }: ShownApply,
	program: string,
): string {
	const places = (some: readonly PlannedChange[]) =>
		some.map(({ name, type }) => `${name} ${type}`).join(", ");
	const seen =
		"after" in visible
			? `its name servers answer all of it after ${(visible.after / 1000).toFixed(1)} s more`
			: `${visible.missing} did not answer all of it yet; "${program} dns plan" shows what deSEC has`;
	return [
		`${zone}: deSEC has ${counted(done.length, "change")} after ${(took / 1000).toFixed(1)} s; ${seen}`,
		...(putBack.length > 0 ? [`  put back, since somebody wrote at the same time: ${places(putBack)}`] : []),
		...(leftOut.length > 0
			? [`  left out: ${counted(leftOut.length, "record")}, see "${program} dns plan"`]
			: []),
		...(snapshot ? [`  the zone as it was: ${snapshot}`] : []),
		"",
	].join("\n");
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function shortened(record: string): string {
	const text = record.startsWith('"') ? `"${textOf(record) ?? record}"` : record;
	return text.length > shownSigns ? `${text.slice(0, shownSigns)}..." (${text.length - 2} signs)` : text;
}
