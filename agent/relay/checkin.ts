import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import {
	type Checkin,
	type CheckinAnswer,
	checkinAnswerSchema,
	checkinLimit,
	checkinPath,
} from "../../shared/protocol/checkin.ts";
import { askRelay, type RelayPort, readAnswer, refusalOf } from "./client.ts";
import { checkinFailing, relayNotice, routesMissing, routesNothing } from "./conditions.ts";

export interface CheckinOptions extends RelayPort {
	/** What we tell. */
	report(): Checkin;
	/** Domains that the relay must route to us; undefined when the config names none. */
	expected: readonly string[] | undefined;
	/**
	 * While it is not, a check-in is tried only when {@link whileSilent} is poked, and its failure is not told: that the
	 * tunnel is down is.
	 */
	tunnelUp(): boolean;
	onAnswer(answer: CheckinAnswer): void;
	health: Health;
	log: Logger;
}

/** The subject of a check-in that is tried although pulses count as lost: the relay may know why. */
export const whileSilent = "while silent";

/** Milliseconds for the relay's answer. */
const patience = 5_000;

/** Tells the relay who we are and what we see, and learns what it does for us. */
export function createCheckin(options: CheckinOptions): Duty {
	const { health } = options;

	async function run({ subjects, signal }: DutyRun): Promise<void> {
		const isUp = options.tunnelUp();
		if (!isUp && !subjects.has(whileSilent)) return;
		let answer: CheckinAnswer;
		try {
			answer = await send(options, signal);
		} catch (error) {
			if (!isUp) return;
			throw error;
		}
		options.onAnswer(answer);
		const missing = options.expected?.filter((domain) => !answer.domains.includes(domain)) ?? [];
		health.put(
			routesMissing,
			"",
			missing.length > 0 ? { missing: missing.join(", "), home: answer.home } : undefined,
		);
		const nothing = answer.domains.length === 0 && missing.length === 0;
		health.put(routesNothing, "", nothing ? { home: answer.home } : undefined);
		const codes = new Set(answer.notices.map((notice) => notice.code));
		for (const active of health.list()) {
			if (active.code === relayNotice.code && !codes.has(active.subject))
				health.clear(relayNotice, active.subject);
		}
		for (const notice of answer.notices) health.set(kindOf(notice), notice.code, notice);
	}

	return createDuty({
		name: "checkin",
		run,
		deadline: 15_000,
		backoff: { first: 1_000, max: 60_000 },
		failing: checkinFailing,
		health,
		log: options.log,
	});
}

/** What the relay says is as grave here as it is there. */
function kindOf({ severity, blocksMail }: CheckinAnswer["notices"][number]): typeof relayNotice {
	return { ...relayNotice, severity: severity ?? relayNotice.severity, blocksMail: blocksMail ?? false };
}

async function send(options: CheckinOptions, signal: AbortSignal): Promise<CheckinAnswer> {
	const limits = { signal, patience, limit: checkinLimit * 16 };
	const { status, text } = await askRelay(options, checkinPath, options.report(), limits);
	if (status !== 200) throw refusalOf(status);
	return readAnswer(options, text, checkinAnswerSchema);
}
