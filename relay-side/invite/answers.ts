import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../shared/address.ts";
import { failureOf } from "../../shared/conditions.ts";
import type { Health } from "../../shared/health.ts";
import { type Answer, type ExchangeKeys, readRequest } from "../../shared/invitation/exchange.ts";
import { wordsOf } from "../../shared/invitation/words.ts";
import type { Logger } from "../../shared/log.ts";
import { SECOND } from "../../shared/time.ts";
import type { Home, RelayFacts } from "../facts.ts";
import type { InvitationBook } from "./book.ts";
import { inviteUnsaved, secondMachine } from "./conditions.ts";
import type { Enrolment, InvitationRecord, LiveRecord } from "./record.ts";

/** How long an answer waits until the new peer stands, and how often it looks; the home asks again after that. */
const peerWithin = 5 * SECOND;
const lookEvery = 50;

/** What an answer tells besides the home's own file. */
export interface Told {
	pulsePort: number;
	checkinPort: number;
	mtu: number;
}

/**
 * Answers the one question of enrolment. Which key may join is decided once, on disk, before anything is said; the same key
 * hears the same again, any other is refused, and the owner is told of it.
 */
export function createAnswers(options: {
	book: InvitationBook;
	/** The invitation that may ask from this address. */
	at(address: Address): LiveRecord | undefined;
	facts: Pick<RelayFacts, "homes" | "peers">;
	privateKey: string;
	told: Told;
	health: Health;
	log: Logger;
}): (from: Address, line: string) => Promise<string | undefined> {
	const { book, facts, health, log } = options;

	async function decide(record: LiveRecord, key: string, presharedKey: string): Promise<Answer> {
		const { id, home } = record;
		let after: InvitationRecord | undefined;
		try {
			after = await book.redeem(id, key, presharedKey);
			health.clear(inviteUnsaved, home);
		} catch (error) {
			health.set(inviteUnsaved, home, failureOf(error));
			return { is: "later", because: "the relay cannot save that this home joined" };
		}
		if (!after) {
			const joined = book.records.get(id)?.publicKey;
			if (joined !== undefined)
				health.set(secondMachine, home, { words: wordsOf(key), joined: wordsOf(joined) });
			return { is: "refused" };
		}
		const served = await whenServed(home, key);
		if (!served)
			return {
				is: "later",
				because: 'the relay does not serve this home yet, "heimweg-relay status" there says why',
			};
		if (record.state === "open") log.info({ home }, `home ${home} joins with the key "${wordsOf(key)}"`);
		const { pulsePort, checkinPort, mtu } = options.told;
		const { addresses, domains } = served;
		return {
			is: "accepted",
			home,
			addresses,
			domains,
			pulse_port: pulsePort,
			checkin_port: checkinPort,
			mtu,
		};
	}

	/** The home as it is served with this key, once WireGuard has it as a peer. */
	async function whenServed(id: string, key: string): Promise<Home | undefined> {
		const end = performance.now() + peerWithin;
		for (;;) {
			const home = facts.homes.value?.registry.homes.get(id);
			if (home?.publicKey === key && facts.peers.value?.has(key)) return home;
			if (performance.now() > end) return undefined;
			await sleep(lookEvery);
		}
	}

	return async (from, line) => {
		const record = options.at(from);
		const request = record && readRequest(line, options.privateKey, keysOf(record.enrolment));
		if (!request) return undefined;
		return request.seal(await decide(record, request.publicKey, request.presharedKey));
	};
}

function keysOf({ request, answer, preshared }: Enrolment): ExchangeKeys {
	const bytes = (key: string) => Buffer.from(key, "base64");
	return { request: bytes(request), answer: bytes(answer), presharedKey: bytes(preshared) };
}
