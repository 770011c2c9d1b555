import { plainJson } from "../plain-text.ts";
import type { Speak } from "../words/say.ts";
import { type Finding, statusOf } from "./finding.ts";
import { findingsText } from "./text.ts";

export interface ReportOptions {
	json: boolean;
	out: { write(text: string): unknown };
	speak: Speak;
	now?: (() => Date) | undefined;
}

/** Looks, prints what was found, and resolves to the exit status: 0, 1 something to do, 2 mail is at risk. */
export async function report(
	look: () => Promise<Finding[]>,
	{ json, out, speak, now = () => new Date() }: ReportOptions,
): Promise<0 | 1 | 2> {
	const began = now();
	const findings = await look();
	const status = statusOf(findings);
	const took = now().getTime() - began.getTime();
	out.write(
		json
			? `${plainJson({ version: 1, at: began.toISOString(), took, status, findings })}\n`
			: findingsText(findings, speak),
	);
	return status;
}
