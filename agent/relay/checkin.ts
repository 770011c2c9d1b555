import { createDuty, type Duty } from "../../shared/duty.ts";
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
import { checkinFailing, relayNotice, routesMissing } from "./conditions.ts";

export interface CheckinOptions extends RelayPort {
	/** What we tell. */
	report(): Checkin;
	/** Domains that the relay must route to us; undefined when the config names none. */
	expected: readonly string[] | undefined;
	/** No check-in is tried while the tunnel is down: that is told elsewhere. */
	tunnelUp(): boolean;
	onAnswer(answer: CheckinAnswer): void;
	health: Health;
	log: Logger;
}

/** Milliseconds for the relay's answer. */
const patience = 5_000;

/** Tells the relay who we are and what we see, and learns what it does for us. */
export function createCheckin(options: CheckinOptions): Duty {
	const { health } = options;

	async function run(signal: AbortSignal): Promise<void> {
		if (!options.tunnelUp()) return;
		const answer = await send(options, signal);
		options.onAnswer(answer);
		const missing = options.expected?.filter((domain) => !answer.domains.includes(domain)) ?? [];
		health.put(
			routesMissing,
			"",
			missing.length > 0 ? { missing: missing.join(", "), home: answer.home } : undefined,
		);
		const codes = new Set(answer.notices.map((notice) => notice.code));
		for (const active of health.list()) {
			if (active.code === relayNotice.code && !codes.has(active.subject))
				health.clear(relayNotice, active.subject);
		}
		for (const notice of answer.notices) health.set(relayNotice, notice.code, notice);
	}

	return createDuty({
		name: "checkin",
		run: ({ signal }) => run(signal),
		deadline: 15_000,
		backoff: { first: 1_000, max: 60_000 },
		failing: checkinFailing,
		health,
		log: options.log,
	});
}

async function send(options: CheckinOptions, signal: AbortSignal): Promise<CheckinAnswer> {
	const limits = { signal, patience, limit: checkinLimit * 16 };
	const { status, text } = await askRelay(options, checkinPath, options.report(), limits);
	if (status !== 200) throw refusalOf(status);
	return readAnswer(options, text, checkinAnswerSchema);
}
