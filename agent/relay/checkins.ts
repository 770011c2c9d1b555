import { type Address, familyOf } from "../../shared/address.ts";
import type { Duty } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import type { Checkin, CheckinAnswer } from "../../shared/protocol/checkin.ts";
import { jitterOf, type ProtocolKeys, publicKeyOf } from "../../shared/protocol/keys.ts";
import { recipientBytes, recipientsPath } from "../../shared/protocol/recipients.ts";
import type { SpokenBy } from "../../shared/protocol/spoken.ts";
import { version } from "../../shared/version.ts";
import type { AgentConfig } from "../config.ts";
import { watchRecipients } from "../recipients/watch.ts";
import { createCheckin } from "./checkin.ts";
import { checkinTimes } from "./checkin-times.ts";
import { askRelay } from "./client.ts";
import { createRecipients, type Recipients } from "./recipients-push.ts";

export interface CheckinsOptions {
	config: AgentConfig;
	privateKey: string;
	keys: ProtocolKeys;
	spoken: SpokenBy;
	/** The address in the tunnel that we speak from. */
	from: Address;
	/** Our public addresses. */
	addresses(): Checkin["addresses"];
	tunnelUp(): boolean;
	health: Health;
	log: Logger;
}

export interface Checkins {
	duties: readonly Duty[];
	/** Something is new that the relay should know. */
	news(): void;
	/** The relay's generation, as the answers to pulses tell it. */
	heard(generation: number): void;
	/** Looks at the file of recipients, should nobody have told of its change. */
	look(): Promise<void>;
	start(): Promise<void>;
	stop(): void;
	/** What the relay said last. */
	answer(): CheckinAnswer | undefined;
	recipients(): ReturnType<Recipients["state"]>;
}

/** Milliseconds until the next check-in while mail waits on the relay, or the relay has something to say of us. */
const unsettledRefresh = 15_000;

/** Milliseconds until the relay has put a list to use. */
const settledSoon = 2_000;

/** Milliseconds for a long list of recipients over a slow line. */
const listPatience = 120_000;

/** What we tell the relay of ourselves, and what it tells us: check-ins and the list of valid recipients. */
export function createCheckins(options: CheckinsOptions): Checkins {
	const { config, from, tunnelUp, health, log } = options;
	const relay = config.relays[0]!;
	let answer: CheckinAnswer | undefined;
	let askAgain: NodeJS.Timeout | undefined;

	const port = {
		relay: relay.addresses[0]!,
		from,
		port: relay.checkin_port,
		keys: options.keys,
		spoken: options.spoken,
		bearer: deriveBearer(options.privateKey, relay.public_key),
	};

	const recipients =
		config.recipients &&
		createRecipients({
			port,
			send: (push, signal) =>
				askRelay(port, recipientsPath, push, { signal, patience: listPatience, limit: recipientBytes }),
			delimiter: config.recipients.delimiter,
			file: config.recipients.list,
			tunnelUp,
			onReport: news,
			onWhole: () => checkAfter(settledSoon),
			health,
			log,
		});
	const file =
		recipients &&
		watchRecipients({
			path: config.recipients!.list,
			onDocument: recipients.seenDocument,
			onLooked: recipients.seenLook,
		});

	const duty: Duty = createCheckin({
		...port,
		report: () => ({
			version,
			addresses: options.addresses(),
			...(config.mail ? { domains: config.mail.domains } : {}),
			conditions: health.list().map((c) => c.code),
			...(recipients ? { recipients: recipients.report() } : {}),
		}),
		expected: config.mail?.domains,
		tunnelUp,
		onAnswer: take,
		health,
		log,
	});

	const times = checkinTimes(jitterOf(publicKeyOf(options.privateKey), "check-in"), news);

	function take(fresh: CheckinAnswer): void {
		if (answer?.domains.join() !== fresh.domains.join()) {
			const list = fresh.domains.join(", ") || "no domain yet";
			log.info(
				{ home: fresh.home, relay: fresh.version },
				`the relay knows us as "${fresh.home}" and routes to us: ${list}`,
			);
		}
		answer = fresh;
		clearTimeout(askAgain);
		times.answered(fresh.generation);
		recipients?.heard(fresh);
		// By the next regular check-in it would be an old story.
		if (fresh.waiting || fresh.notices.length > 0) checkAfter(unsettledRefresh);
	}

	function checkAfter(milliseconds: number): void {
		clearTimeout(askAgain);
		askAgain = setTimeout(() => duty.poke(), milliseconds);
	}

	function news(): void {
		duty.poke(undefined, { news: true });
	}

	return {
		duties: recipients ? [duty, recipients.duty] : [duty],
		news,
		heard: times.heard,
		look: async () => file?.look(),
		async start() {
			await file?.look();
			file?.start();
			times.start();
		},
		stop() {
			clearTimeout(askAgain);
			times.stop();
			file?.stop();
		},
		answer: () => answer,
		recipients: () => recipients?.state(),
	};
}

/** Which of our tunnel addresses speaks to the relay's first one. */
export function speakerOf({ tunnel, relays }: AgentConfig): Address {
	const family = familyOf(relays[0]!.addresses[0]!);
	return tunnel.addresses.find((own) => familyOf(own) === family) ?? tunnel.addresses[0]!;
}
