import { setTimeout as sleep } from "node:timers/promises";

/** What every measurement is given. */
export interface Bench {
	/** Fewer rounds and shorter waits, for trying. */
	quick: boolean;
	/** How many times the line is down for the longest time. */
	longOutages: number;
	/** From 0 to 1, drawn from the run's seed. */
	random(): number;
	/** Tells the person in front of the screen. */
	say(line: string): void;
}

/** Random numbers that the seed repeats (Mulberry32). */
export function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Runs one thing at a time, whoever asks: what would otherwise disturb each other's times. */
export function oneAtATime(): <T>(act: () => Promise<T>) => Promise<T> {
	let last: Promise<unknown> = Promise.resolve();
	return (act) => {
		const mine = last.then(act);
		last = mine.catch(() => {});
		return mine;
	};
}

/** Waits some part of a second, so that what happens next meets the pulse anywhere between two beats. */
export function anyPhase(bench: Bench): Promise<void> {
	return sleep(bench.random() * 1_000);
}

/** Milliseconds as seconds, or Infinity for what did not come in time; the bench goes on, and tells. */
export async function secondsOf(bench: Bench, measuring: Promise<number>): Promise<number> {
	try {
		return (await measuring) / 1_000;
	} catch (error) {
		bench.say(`  never: ${(error as Error).message}`);
		return Number.POSITIVE_INFINITY;
	}
}

/** `0.83 s`, for the story while it goes on. */
export function shown(seconds: number): string {
	return Number.isFinite(seconds) ? `${seconds.toFixed(2)} s` : "never";
}
