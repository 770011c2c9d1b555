import { momentText } from "../proof.ts";
import { say } from "../words/say.ts";
import type { Daily } from "./daily-look.ts";

/** What the status has of it: the last daily look. */
export interface DoctorStatus {
	doctor: ReturnType<Daily["last"]>;
}

/** The status's line of the last daily look; none before the first. */
export function dailyRows(program: string, { doctor: last }: DoctorStatus) {
	if (!last) return [];
	const { risk, todo } = last.counts;
	const at = momentText(new Date(last.at));
	const text =
		risk + todo === 0
			? say`at ${at} nothing was to do`
			: say`at ${at} ${todo} to do, ${risk} at risk (${program} doctor)`;
	return [{ place: 70, name: "Daily look", text }];
}
