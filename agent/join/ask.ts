import { setTimeout as sleep } from "node:timers/promises";
import type { Address, Endpoint } from "../../shared/address.ts";
import type { Invitation } from "../../shared/invitation/code.ts";
import type { Accepted, homeExchange } from "../../shared/invitation/exchange.ts";
import { seedKeys } from "../../shared/invitation/secrets.ts";
import { enrolmentAddress } from "../../shared/invitation/slots.ts";
import { wordsOf } from "../../shared/invitation/words.ts";
import { SECOND } from "../../shared/time.ts";
import type { askRelay } from "./ask-relay.ts";
import { writeBootstrapKeys } from "./files.ts";
import { type EnrolPaths, filesIn } from "./paths.ts";
import { astray, refused, silent } from "./troubles.ts";
import { answersOnly, type JoinTunnel } from "./tunnel.ts";

/** How long one question waits, the pause behind it, and how long one address of the relay is tried. */
const questionPatience = 8 * SECOND;
const pause = SECOND / 2;
const addressPatience = 12 * SECOND;

/** The tunnel's MTU until the relay has said its own; the question and its answer are short. */
const safeMtu = 1280;

export interface AskOptions {
	invitation: Invitation;
	publicKey: string;
	exchange: ReturnType<typeof homeExchange>;
	tunnel: JoinTunnel;
	endpoints: readonly Endpoint[];
	paths: EnrolPaths;
	ask: typeof askRelay;
	/** Commands that would let the questions out of this machine; none where nothing keeps them. */
	closedWays(): Promise<string[]>;
	/** Milliseconds. */
	patience: number;
	signal: AbortSignal;
	say(step: "waiting" | "relay_heard" | "later", text: string): void;
}

/** Asks through the code's tunnel, over each of the relay's addresses in turn, until accepted or refused for good. */
export async function askToJoin(options: AskOptions): Promise<Accepted> {
	const { invitation, exchange, tunnel, endpoints, paths, signal, say } = options;
	const { relayKey, networks, enrolPort } = invitation;
	const seed = seedKeys(invitation.seed);
	const own = enrolmentAddress(networks[0]!, invitation.slot)!;
	const relay = invitation.relayAddresses[0] as Address;
	await writeBootstrapKeys(paths, seed);
	const { bootstrapKey, bootstrapPresharedKey } = filesIn(paths);
	const settings = {
		...{
			privateKey: seed.bootstrapKey,
			privateKeyFile: bootstrapKey,
			presharedKeyFile: bootstrapPresharedKey,
		},
		...{ addresses: [own], networks, mtu: safeMtu, relayKey, relayAddresses: [relay] },
	};
	const rules = answersOnly(relay, enrolPort);
	const end = performance.now() + options.patience;
	let heard = false;
	let because: string | undefined;
	for (let round = 0; performance.now() < end; round++) {
		await tunnel.set(settings, endpoints[round % endpoints.length]!, rules);
		const way = await tunnel.astray(own, relay);
		if (way !== undefined) throw astray(relay, way);
		const change = performance.now() + addressPatience;
		// One from which something came is the right one.
		while (performance.now() < (heard ? end : Math.min(change, end))) {
			const question = { from: own, to: relay, port: enrolPort, line: exchange.request };
			const line = await options.ask({ ...question, patience: questionPatience, signal });
			signal.throwIfAborted();
			const answer = line === undefined ? undefined : exchange.read(line);
			if (answer?.is === "accepted") return answer;
			if (answer?.is === "refused") throw refused(wordsOf(options.publicKey));
			if (!heard && (await tunnel.heard())) {
				heard = true;
				say("relay_heard", "the relay is there, and knows the code");
			}
			if (answer?.is === "later" && because !== answer.because) {
				because = answer.because;
				say("later", `the relay has this home wait: ${because}`);
			}
			const rest = Math.min(pause, Math.max(end - performance.now(), 0));
			await sleep(rest, undefined, { signal }).catch(() => signal.throwIfAborted());
		}
		const left = Math.round((end - performance.now()) / SECOND);
		if (!heard && round === 0 && left > 0)
			say("waiting", `no answer yet; the relay is asked for ${left} s more, and Ctrl-C ends that`);
	}
	throw silent(invitation, heard, because, await options.closedWays());
}
