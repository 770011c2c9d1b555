import { sameRecords } from "../dns/rrset.ts";
import type { Wish } from "../dns/wanted/wish.ts";
import { say } from "../words/say.ts";
import { type Answer, troubleText } from "./dns/answer.ts";
import type { Finding, Severity, Turn } from "./finding.ts";

/** Signs of a record that a finding shows. */
const shownSigns = 120;

/** What it means when a kind of record is missing, or another than is wanted, and what says so. */
export interface Gravity {
	/** What its codes begin with. */
	prefix: string;
	missing: Severity;
	differs: Severity;
	source: string;
}

/** Who can put it right, and how. */
export interface Mending {
	turn: Turn;
	/** The line for records that are missing or wrong; `taken`: somebody's records are in the place. */
	line(wish: Wish, taken: boolean): string;
}

/** Judges what stands in the place of a wish: what is wanted and what is wrong are the wish's own words. Pure. */
export function judgeWish(wish: Wish, answer: Answer, gravity: Gravity, mending: Mending): Finding[] {
	const { prefix, source } = gravity;
	const subject = `${wish.name} ${wish.type}`;
	const wanted = wish.records.map(shortened).join(", ");
	if (answer.is === "unknown")
		return [
			{ code: `${prefix}_not_known`, severity: "not_known", subject, found: troubleText(answer.trouble) },
		];
	const present = answer.is === "there" ? answer.records.filter((one) => wish.claims(one)) : [];
	const shown = present.map(shortened).join(", ");
	const line = mending.line(wish, present.length > 0);
	const wrong = { subject, wanted, turn: mending.turn, line, source };
	if (present.length === 0)
		return [
			{ code: `${prefix}_missing`, severity: gravity.missing, ...wrong, found: missingText(wish, answer) },
		];
	const faults = wish.faults?.(present) ?? [];
	if (faults.length > 0)
		return faults.map(({ code, so, slight }) => ({
			...{ code, severity: slight ? "todo" : "risk", ...wrong, found: so },
		}));
	if (sameRecords(wish.type, present, wish.records) || wish.accepts?.(present))
		return [{ code: `${prefix}_well`, severity: "well", subject, found: shown, source }];
	return [{ code: `${prefix}_differs`, severity: gravity.differs, ...wrong, found: say`it says ${shown}` }];
}

function missingText(wish: Wish, answer: Answer): string {
	if (answer.is === "nothing" && answer.noName) return say`${wish.name} does not exist`;
	if (wish.kind === "no mail") return say`nothing says that no mail comes from this name`;
	return say`there is no ${wish.kind} record`;
}

function shortened(text: string): string {
	return text.length > shownSigns ? `${text.slice(0, shownSigns)}...` : text;
}
