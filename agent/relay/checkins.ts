import type { Duty } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import type { Proofs } from "../../shared/proof.ts";
import {
	type Checkin,
	type CheckinAnswer,
	longestSentence,
	mostErrors,
} from "../../shared/protocol/checkin.ts";
import { sentProofs } from "../../shared/protocol/proof.ts";
import { SECOND } from "../../shared/time.ts";
import { version } from "../../shared/version.ts";
import type { CheckinSection } from "../part.ts";
import { createCheckin, whileSilent } from "./checkin.ts";
import { checkinTimes } from "./checkin-times.ts";
import type { RelayPort } from "./client.ts";
import { checkinFailing, relayNotice } from "./conditions.ts";
import type { RelayConfig } from "./config.ts";
import type { SeenOfRelay } from "./proof.ts";
import type { RelayStatus } from "./status.ts";

export interface CheckinsOptions {
	relay: RelayConfig;
	port: RelayPort;
	/** This home's own moment for what all homes do, from 0 to 1. */
	jitter: number;
	/** Our public addresses. */
	addresses(): Checkin["addresses"];
	/** Domains that the relay must route to us; undefined when the config names none. */
	expected: readonly string[] | undefined;
	/** What other parts say, and make of the answer. */
	sections(): ReadonlyArray<CheckinSection & { part: string }>;
	/** What other parts have seen. */
	proofs(): readonly Proofs[];
	tunnelUp(): boolean;
	health: Health;
	log: Logger;
}

export interface Checkins {
	duty: Duty;
	port: RelayPort;
	/** Something is new that the relay should know. */
	news(): void;
	/** The relay's generation, as the answers to pulses tell it. */
	heard(generation: number): void;
	/** The relay answers pulses again. */
	back(): void;
	/** Pulses count as lost. */
	silent(): void;
	start(): void;
	stop(): void;
	/** What the relay said last. */
	state(): RelayStatus["checkin"];
	/** The same as a proof, and whether a check-in has failed since. */
	seen(): Pick<SeenOfRelay, "said" | "checkinFails">;
}

/** Until the next check-in while mail waits on the relay, or the relay has something to say of us. */
const unsettledRefresh = 15 * SECOND;

/** Between two check-ins that are tried while pulses count as lost. */
const silentRefresh = 15 * SECOND;

/** What begins or ends in one moment is told together; and how long between two check-ins because of that. */
const gathering = 1 * SECOND;
const calm = 10 * SECOND;

/** What we tell the relay of ourselves, and what it tells us; parts add what is theirs. */
export function createCheckins(options: CheckinsOptions): Checkins {
	const { port, relay, health, log } = options;
	let answer: CheckinAnswer | undefined;
	let answeredAt = new Date(0);
	let askAgain: NodeJS.Timeout | undefined;
	let tellSoon: NodeJS.Timeout | undefined;
	let toldAt = Number.NEGATIVE_INFINITY;
	let triedAt = Number.NEGATIVE_INFINITY;
	let silence = () => {};

	const duty = createCheckin({
		...port,
		report: () => ({
			version,
			addresses: options.addresses(),
			conditions: health.list().map((c) => c.code),
			errors: ownErrors(health),
			proofs: sentProofs(options.proofs()),
			...(options.expected ? { domains: [...options.expected] } : {}),
			...Object.assign({}, ...options.sections().map((section) => section.report?.() ?? {})),
			...ownWords(options.sections()),
		}),
		expected: options.expected,
		tunnelUp: () => options.tunnelUp() && options.sections().every(({ ready }) => ready?.() ?? true),
		onAnswer: take,
		health,
		log,
	});

	const times = checkinTimes(options.jitter, news);

	function take(fresh: CheckinAnswer): void {
		if (answer?.domains.join() !== fresh.domains.join()) {
			const list = fresh.domains.join(", ") || "no domain yet";
			log.info(
				{ home: fresh.home, relay: fresh.version },
				`the relay knows us as "${fresh.home}" and routes to us: ${list}`,
			);
		}
		answer = fresh;
		answeredAt = new Date();
		clearTimeout(askAgain);
		times.answered(fresh.generation, fresh.spread && fresh.spread * SECOND);
		for (const section of options.sections()) {
			section.heard?.(fresh, relay.endpoint.host);
			section.heardOwn?.(fresh.parts?.[section.part], relay.endpoint.host);
		}
		// By the next regular check-in it would be an old story.
		if (fresh.waiting || fresh.notices.length > 0) checkAfter(unsettledRefresh);
	}

	function checkAfter(milliseconds: number): void {
		clearTimeout(askAgain);
		// A poke while the tunnel is down asks nobody, and must not be the last.
		askAgain = setTimeout(() => {
			duty.poke();
			checkAfter(milliseconds);
		}, milliseconds);
	}

	function news(): void {
		duty.poke(undefined, { urgent: true });
	}

	/** What is an error here, or no longer, the relay's owner shall read there; not what the relay itself has said. */
	function tellErrors(): void {
		tellSoon ??= setTimeout(
			() => {
				tellSoon = undefined;
				toldAt = performance.now();
				news();
			},
			Math.max(gathering, toldAt + calm - performance.now()),
		).unref();
	}

	return {
		duty,
		port,
		news,
		silent() {
			if (performance.now() - triedAt < silentRefresh) return;
			triedAt = performance.now();
			duty.poke(whileSilent);
		},
		heard: times.heard,
		back: times.back,
		start() {
			times.start();
			silence = health.listen((event, { severity, code }) => {
				if (event !== "changes" && severity === "error" && code !== relayNotice.code) tellErrors();
			});
			for (const section of options.sections())
				section.subscribe?.((after) => (after === undefined ? news() : checkAfter(after)));
		},
		stop() {
			silence();
			clearTimeout(askAgain);
			clearTimeout(tellSoon);
			times.stop();
		},
		state: () =>
			answer && {
				home: answer.home,
				domains: answer.domains,
				relayVersion: answer.version,
				waiting: answer.waiting,
				at: answeredAt.toISOString(),
			},
		seen: () => ({
			said: answer && {
				at: answeredAt,
				domains: answer.domains,
				missing: options.expected?.filter((domain) => !answer?.domains.includes(domain)) ?? [],
				proofs: answer.proofs ?? [],
			},
			checkinFails: health.has(checkinFailing, ""),
		}),
	};
}

/** Our own errors, the oldest first; what the relay told us it knows. */
function ownErrors(health: Health): NonNullable<Checkin["errors"]> {
	const errors = health
		.list()
		.filter(({ severity, code }) => severity === "error" && code !== relayNotice.code);
	return errors.slice(0, mostErrors).map(({ code, text, since }) => ({
		...{ code, since },
		text: text.slice(0, longestSentence),
	}));
}

/** What parts say to the part of the same name on the relay. */
function ownWords(sections: ReadonlyArray<CheckinSection & { part: string }>): Pick<Checkin, "parts"> {
	const said = sections.flatMap(({ part, own }) => {
		const words = own?.();
		return words === undefined ? [] : [[part, words] as const];
	});
	return said.length > 0 ? { parts: Object.fromEntries(said) } : {};
}
