import { type Endpoint, endpointText } from "../../shared/address.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { momentText } from "../../shared/proof.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { lineDown, relayMute, type Silence, tunnelDown } from "./conditions.ts";

/** Milliseconds that the clock may be behind: it may just have been set a little. */
const behind = 2 * MINUTE;

/** Milliseconds of silence after which it is told what WireGuard and the path show of it, and between two such looks. */
const evidenceAfter = 20 * SECOND;
const evidenceEvery = MINUTE;

/** Says of a tunnel that it works, or why it is silent. */
export interface TunnelHealth {
	/** The tunnel is answered again, or for the first time. */
	up(endpoint: Endpoint | undefined): void;
	/** The tunnel was not answered for so many milliseconds. */
	silent(silence: {
		milliseconds: number;
		/** It was not known to be silent before. */
		wasUp: boolean;
		/** There is a default route in some family. */
		lineUp: boolean;
		/** The relay's WireGuard is reached. */
		shakesHands: boolean;
	}): void;
}

/** @param now milliseconds on a steady clock; `clock` is the wall's */
export function tunnelHealth(options: {
	/** The relay's name. */
	host: string;
	health: Health;
	log: Logger;
	now(): number;
	clock(): Date;
	/** When our state was last saved before our start. */
	savedAt?: Date | undefined;
	/** When it last worked before our start, as far as that is remembered. */
	lastWorked?: Date | undefined;
	/** What changed around this moment (steady clock), or since the tunnel last worked. */
	changed?: ((moment: number) => readonly string[]) | undefined;
	/** What is seen of the tunnel's silence. */
	evidence?(): readonly string[];
}): TunnelHealth {
	const { host, health, log, now, clock, savedAt, lastWorked } = options;
	const startedAt = clock();
	let ever = false;
	let down: { since: number; lastAnswer: string; evidence: readonly string[]; lookedAt: number } | undefined;

	function clockBehind(): Silence["clockBehind"] {
		if (!savedAt || clock().getTime() >= savedAt.getTime() - behind) return undefined;
		return { now: momentText(clock(), savedAt), saved: momentText(savedAt, clock()) };
	}

	return {
		up(endpoint) {
			const span = down === undefined ? "" : ` after ${((now() - down.since) / SECOND).toFixed(1)} s`;
			ever = true;
			log.info({ relay: endpoint && endpointText(endpoint) }, `tunnel up${span}`);
			down = undefined;
			health.clear(tunnelDown);
			health.clear(relayMute);
			health.clear(lineDown);
		},
		silent({ milliseconds, wasUp, lineUp, shakesHands }) {
			down ??= {
				since: now() - milliseconds,
				lastAnswer: wasUp
					? say`the last one came at ${timeOf(clock().getTime() - milliseconds)}`
					: ever
						? say`none since the tunnel was set up anew`
						: lastWorked
							? say`none since heimweg started at ${timeOf(startedAt.getTime())}, and the last one before that at ${momentText(lastWorked, startedAt)}`
							: say`none since heimweg started at ${timeOf(startedAt.getTime())}`,
				...{ evidence: [], lookedAt: now() - milliseconds + evidenceAfter - evidenceEvery },
			};
			// What shows at once may be another in a moment, and each sentence is one in the journal.
			if (now() - down.lookedAt >= evidenceEvery) {
				down.evidence = options.evidence?.() ?? [];
				down.lookedAt = now();
			}
			const details = {
				...{ relay: host, lastAnswer: down.lastAnswer, ever, clockBehind: clockBehind() },
				changed: options.changed?.(down.since) ?? [],
				evidence: down.evidence,
			};
			const holds = !lineUp ? lineDown : shakesHands ? relayMute : tunnelDown;
			if (holds === lineDown) health.set(lineDown, "", undefined);
			else health.set(holds === relayMute ? relayMute : tunnelDown, "", details);
			// One takes the other's place, and nothing is over.
			if (holds !== lineDown) health.clear(lineDown, "", holds);
			if (holds !== tunnelDown) health.clear(tunnelDown, "", holds);
			if (holds !== relayMute) health.clear(relayMute, "", holds);
		},
	};
}

function timeOf(milliseconds: number): string {
	return `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
}
