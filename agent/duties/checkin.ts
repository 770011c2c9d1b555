import { Agent, request } from "undici";
import { type Address, familyOf } from "../../shared/address.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import {
	type Checkin,
	type CheckinAnswer,
	checkinAnswerSchema,
	checkinLimit,
	checkinPath,
} from "../../shared/protocol/checkin.ts";
import { checkinFailing, relayNotice, routesMissing } from "../conditions.ts";

export interface CheckinOptions {
	/** The relay's tunnel address, and our own. */
	relay: Address;
	from: Address;
	port: number;
	bearer: string;
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
	const host = familyOf(options.relay) === 6 ? `[${options.relay}]` : options.relay;
	const dispatcher = new Agent({
		connect: { timeout: patience, localAddress: options.from },
		maxResponseSize: checkinLimit * 16,
		pipelining: 0,
	});
	try {
		const { statusCode, body } = await request(`http://${host}:${options.port}${checkinPath}`, {
			method: "POST",
			dispatcher,
			signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
			headers: { authorization: `Bearer ${options.bearer}`, "content-type": "application/json" },
			body: JSON.stringify(options.report()),
		});
		const text = await body.text();
		if (statusCode !== 200) throw refusal(statusCode);
		return checkinAnswerSchema.parse(JSON.parse(text));
	} catch (error) {
		if (error instanceof HeimwegError) throw error;
		throw new HeimwegError(
			`the relay's check-in port ${host}:${options.port} did not answer as it should (${reason(error)})`,
			{
				remedy:
					'look on the relay whether "heimweg-relay status" is well, and compare checkin.port with relays.checkin_port here',
			},
		);
	} finally {
		await dispatcher.destroy();
	}
}

function reason(error: unknown): string {
	if (error instanceof SyntaxError) return "the answer is not JSON";
	if ((error as Error).name === "ZodError") return "the answer does not have the agreed form";
	if ((error as Error).name === "TimeoutError") return `no answer within ${patience / 1000} s`;
	return codeOf(error) ?? messageOf(error);
}

function refusal(status: number): HeimwegError {
	const causes: Record<number, [string, string]> = {
		401: [
			"does not accept our bearer, which follows from the two WireGuard keys",
			"compare relays.public_key here with the relay's key, and the home's public_key on the relay with ours",
		],
		403: [
			"does not know our tunnel address",
			"compare tunnel.addresses here with the home's file in homes.d on the relay",
		],
		429: ["says that we check in too often", "look for a second agent with the same keys"],
	};
	const [what, remedy] = causes[status] ?? [
		`answered ${status}`,
		'look on the relay at "journalctl -u heimweg-relay"',
	];
	return new HeimwegError(`the relay ${what}`, { remedy, ...(status === 429 ? { retryAfter: 60_000 } : {}) });
}
