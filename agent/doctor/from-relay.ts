import type { Finding } from "../../shared/doctor/finding.ts";
import { messageOf } from "../../shared/errors.ts";
import { doctorAnswerSchema } from "../../shared/protocol/doctor.ts";
import { say } from "../../shared/words/say.ts";

/** What the relay has found at itself, or why that is not known. */
export function relayFindings(
	asked: { told: string } | { why: string; remedy?: string | undefined },
): Finding[] {
	const unknown = (found: string, wanted?: string): Finding[] => [
		{
			...{ code: "relay_not_asked", severity: "not_known", subject: "heimweg-relay", found },
			...(wanted === undefined ? {} : { wanted }),
		},
	];
	if ("why" in asked)
		return unknown(say`what the relay finds at itself was left out: ${asked.why}`, asked.remedy);
	try {
		const { findings, failed } = doctorAnswerSchema.parse(JSON.parse(asked.told));
		if (findings) return findings as Finding[];
		return unknown(say`what the relay finds at itself was left out: ${failed ?? ""}`);
	} catch (error) {
		return unknown(say`what the relay said cannot be read: ${messageOf(error).slice(0, 100)}`);
	}
}

/** Both sides' findings; what both say of one thing is said once, by who has it before him. */
export function together(home: readonly Finding[], relay: readonly Finding[]): Finding[] {
	const said = new Set(home.map(({ code, subject }) => `${code} ${subject}`));
	return [...home, ...relay.filter(({ code, subject }) => !said.has(`${code} ${subject}`))];
}
