import { setTimeout as sleep } from "node:timers/promises";
import type { Scene } from "../lab/scene.ts";
import type { Part } from "./fault.ts";
import type { PlannedFault } from "./plan.ts";

/** A fault that happened. */
export interface Struck {
	name: string;
	/** Milliseconds after the beginning, and milliseconds that it lasted until it was undone. */
	at: number;
	lasted: number;
	/** Why it could not be made or undone. */
	trouble?: string;
}

/**
 * Tries to make or undo a fault, and the milliseconds between them. What an earlier fault has broken, and Heimweg has
 * not mended yet, cannot be broken.
 */
const tries = 15;
const pause = 2_000;

/** Makes the faults happen and undoes each; returns when all are undone. Tells of each as it begins. */
export function strike(
	faults: readonly PlannedFault[],
	scene: Scene,
	elapsed: () => number,
	say: (line: string) => void,
): Promise<Struck[]> {
	const last = new Map<Part, Promise<unknown>>();
	const all = faults.map((planned) => {
		const { takes } = planned.fault;
		const free = Promise.all(takes.map((part) => last.get(part)));
		const struck = happen(planned, free, scene, elapsed, say);
		for (const part of takes) last.set(part, struck);
		return struck;
	});
	return Promise.all(all);
}

async function happen(
	{ at, lasts, fault }: PlannedFault,
	free: Promise<unknown>,
	scene: Scene,
	elapsed: () => number,
	say: (line: string) => void,
): Promise<Struck> {
	const { name } = fault;
	await sleep(Math.max(0, at - elapsed()));
	await free;
	const began = elapsed();
	say(lasts > 0 ? `${name}, for ${(lasts / 1000).toFixed(1)} s` : name);
	const troubles: string[] = [];
	troubles.push(...(await obstacles("not made", () => fault.begin(scene))));
	await sleep(lasts);
	if (fault.end) troubles.push(...(await obstacles("not undone", () => fault.end!(scene))));
	const struck = { name, at: began, lasted: elapsed() - began };
	if (troubles.length === 0) return struck;
	say(`${name}: ${troubles.join("; ")}`);
	return { ...struck, trouble: troubles.join("; ") };
}

/** What stood in the way of an act; nothing when it was possible in the end. */
async function obstacles(result: string, act: () => Promise<unknown>): Promise<string[]> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			await act();
			return [];
		} catch (error) {
			if (attempt === tries) return [`${result}: ${(error as Error).message}`];
			await sleep(pause);
		}
	}
}
