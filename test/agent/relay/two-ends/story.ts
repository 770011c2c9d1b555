import { vi } from "vitest";
import type { Address } from "../../../../shared/address.ts";
import { four, type TwoEnds, twoEnds } from "./two-ends.ts";

export type Act = (ends: TwoEnds) => void;

/** What happens, by seconds since the first thing breaks. */
export type Plan = Array<[seconds: number, act: Act]>;

export interface Story {
	/** What is so from the beginning. */
	before?: Act;
	plan: Plan;
	/** Seconds until the tunnel can work again; by default all that the plan takes. */
	wholeAt?: number;
}

export interface Played {
	late: number;
	relapses: number;
	changes: number;
	keptSession: boolean;
	endsAt: Address | undefined;
	/** Where the tunnel went before it was whole. */
	went: Set<Address | undefined>;
	/** Seconds in which the relay was not said to be mute, without the first. */
	unsaid: number;
}

/** Milliseconds between two answers that are a silence, and without one before the tunnel counts as working. */
const gap = 2_500;
const lasting = 5_000;

/** Seconds after which it is known that a relay is mute. */
const knownAfter = 8;

/** Tells a story to a home and its relay. */
export async function play({ before, plan, wholeAt }: Story, seed: number): Promise<Played> {
	// Each play has its own clock, so that a seed tells the same story whatever was played before.
	vi.useFakeTimers({
		now: Date.UTC(2026, 0, 2, 3) + 137 * seed,
		toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"],
	});
	const ends = twoEnds(seed);
	before?.(ends);
	ends.tunnel.duty.poke();
	await ends.pass(5_000 + ends.below(95_000));
	const brokeAt = performance.now();
	const session = ends.session();
	const second = 1_000 + ends.below(200);
	const last = Math.max(...plan.map(([seconds]) => seconds));
	const wholeFrom = brokeAt + second * (wholeAt ?? last);
	for (const [seconds, act] of plan) setTimeout(act, second * seconds, ends);
	const went = new Set<Address | undefined>();
	let unsaid = 0;
	for (let passed = 0; passed < last; passed++) {
		await ends.pass(second * Math.min(1, last - passed));
		went.add(ends.goesTo());
		if (passed >= knownAfter && !ends.conditions().includes("relay.mute")) unsaid += 1;
	}
	const answered = () => (ends.answers.at(-1) ?? 0) > wholeFrom;
	for (let passed = 0; passed < 120 && !answered(); passed++) await ends.pass(1_000);
	const keptSession = ends.session() === session;
	await ends.pass(30_000);
	const changes = mostInAMinute(ends.commands.filter((at) => at >= brokeAt));
	const endsAt = ends.goesTo();
	const after = ends.answers.filter((at) => at > wholeFrom);
	const silences = after.filter((at, index) => (after[index + 1] ?? performance.now()) - at > gap);
	const worksFrom =
		after.find((at) => !silences.some((from) => from >= at && from < at + lasting)) ??
		Number.POSITIVE_INFINITY;
	const relapses = silences.filter((from) => from >= worksFrom).length;
	await ends.stop();
	vi.clearAllTimers();
	return { late: worksFrom - wholeFrom, relapses, changes, keptSession, endsAt, went, unsaid };
}

function mostInAMinute(times: readonly number[]): number {
	return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));
}

export const nothing: Act = () => {};
export const mute: Act = (ends) => {
	ends.relay.companion = false;
};
export const speak: Act = (ends) => {
	ends.relay.companion = true;
};
export const stopWireguard: Act = (ends) => ends.stopWireguard();
export const startWireguard: Act = (ends) => ends.startWireguard();
export const halt: Act = (ends) => {
	ends.relay.running = false;
	ends.stopWireguard();
};
export const boot: Act = (ends) => {
	ends.relay.running = true;
};
export const close =
	(...addresses: Address[]): Act =>
	(ends) =>
		ends.close(...addresses);
export const open =
	(...addresses: Address[]): Act =>
	(ends) =>
		ends.open(...addresses);
export const blockUdp =
	(address: Address): Act =>
	({ net }) =>
		net.udp.delete(address);
export const allowUdp =
	(address: Address): Act =>
	({ net }) =>
		net.udp.add(address);
export const noTcp: Act = ({ net }) => net.tcp.clear();
export const looksFail: Act = ({ net }) => {
	net.lossOfLooks = 20;
};
export const looksWork: Act = ({ net }) => {
	net.lossOfLooks = 0;
};
export const killTranslation: Act = (ends) => ends.killTranslation();
export const both =
	(...acts: Act[]): Act =>
	(ends) => {
		for (const act of acts) act(ends);
	};

/** The line changes so that IPv4 is there again, while a pulse or its answer is under way in IPv6. */
export const ipv4Returns: Act = (ends) => {
	const sinceAnswer = performance.now() - (ends.answers.at(-1) ?? 0);
	setTimeout(
		() => {
			ends.open(four);
			ends.tunnel.lineChanged();
		},
		1_830 + ends.below(120) - sinceAnswer,
	);
};
