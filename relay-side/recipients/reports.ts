import { type Allowance, newAllowance } from "../../shared/allowance.ts";
import type { RecipientsReport } from "../../shared/protocol/recipients.ts";

/** What homes say of their lists in their check-ins; undefined for one that says nothing of lists. */
export interface Reports {
	/** What the home said last. */
	of(home: string): RecipientsReport | undefined;
	/** Takes what a home says, and puts it to use now or at a later review. */
	take(home: string, told: RecipientsReport | undefined): void;
	/** Puts to use what may be by now, and forgets the homes that are gone. */
	review(isGone: (home: string) => boolean): void;
}

/**
 * Puts the homes' reports to use, each home's only so often: one that changes with every check-in must not cost a write
 * and a look at the whole map each.
 */
export function createReports(options: {
	/** Whether the report says nothing new. */
	same(home: string, told: RecipientsReport | undefined): boolean;
	use(home: string, told: RecipientsReport | undefined): void;
	/** Milliseconds, steadily growing. */
	now(): number;
}): Reports {
	/** A list may come after its report. */
	const reports = new Map<string, RecipientsReport>();
	const waiting = new Set<string>();
	const allowances = new Map<string, Allowance>();

	function settle(home: string): void {
		const told = reports.get(home);
		const same = options.same(home, told);
		if (!same && !allowanceOf(home).take(options.now())) return;
		waiting.delete(home);
		if (!same) options.use(home, told);
	}

	function allowanceOf(home: string): Allowance {
		const known = allowances.get(home) ?? newAllowance();
		allowances.set(home, known);
		return known;
	}

	return {
		of: (home) => reports.get(home),
		take(home, told) {
			if (told) reports.set(home, told);
			else reports.delete(home);
			waiting.add(home);
			settle(home);
		},
		review(isGone) {
			for (const home of new Set([...reports.keys(), ...allowances.keys(), ...waiting])) {
				if (isGone(home)) for (const known of [reports, allowances, waiting]) known.delete(home);
				else if (waiting.has(home)) settle(home);
			}
		},
	};
}
