import { publicKeyOf } from "../protocol/keys.ts";
import { onSchedule } from "../schedule.ts";
import { HOUR } from "../time.ts";
import type { Daily } from "./daily-look.ts";
import type { DoctorStatus } from "./daily-row.ts";

/** Over so long the looks of all with the same schedule are spread: name servers, lists and relays are asked by each. */
const spread = HOUR;

/** What the part of either side does with its daily look. */
export interface DailySchedule {
	/** For who has just mended something: looks again, unless the last look found nothing to do. */
	again(): Promise<string>;
	status(): DoctorStatus;
	start(): Promise<void>;
	stop(): void;
}

/** Has the daily look made at its times, at a moment within the hour after that follows from the own key. */
export function scheduleDaily(daily: Daily, check: string, privateKey: string): DailySchedule {
	let endSchedule = () => {};
	return {
		async again() {
			const last = daily.last();
			if (last && last.counts.todo + last.counts.risk > 0) void daily.look();
			return "";
		},
		status: () => ({ doctor: daily.last() }),
		async start() {
			await daily.start();
			endSchedule = onSchedule(check, daily.look, {
				spread: { key: publicKeyOf(privateKey), most: spread },
			});
		},
		stop() {
			endSchedule();
			daily.stop();
		},
	};
}
