import { randomFrom } from "../bench/bench.ts";
import type { Fault, Part } from "./fault.ts";

/** Which way a mail goes: from the internet to a mailbox at home, or from the home into the internet. */
export type Way = "in" | "out";

export interface PlannedMail {
	id: number;
	/** Milliseconds after the beginning. */
	at: number;
	way: Way;
	/** The mailbox at home that it goes to or is sent by. */
	mailbox: string;
	bytes: number;
}

export interface PlannedFault {
	/** Milliseconds after the beginning; later when another fault has the same part then. */
	at: number;
	/** Milliseconds. */
	lasts: number;
	fault: Fault;
}

/** All that happens in a run, drawn from its seed. */
export interface Plan {
	seed: number;
	/** Milliseconds that mails go in; the last fault may take a little longer. */
	length: number;
	mails: PlannedMail[];
	faults: PlannedFault[];
}

export interface PlanOptions {
	mails: number;
	faults: number;
	seed: number;
	kinds: readonly Fault[];
	mailboxes: readonly string[];
	/** Seconds; faults that may last longer are left out. */
	longest?: number | undefined;
}

/** Mails in a second, at most. */
const rate = 5;
/** Milliseconds from one fault to the next, on average, at least. */
const pace = 6_500;
/** Milliseconds between two faults of the same part, at least on average: what a boot or a repair takes. */
const rest = 5_000;

/** Draws a plan. Each kind of fault comes once before any comes again. */
export function makePlan({ mails, faults, seed, kinds, mailboxes, longest }: PlanOptions): Plan {
	const random = randomFrom(seed);
	const usable = kinds.filter(({ lasts }) => longest === undefined || (lasts?.[1] ?? 0) <= longest);
	const drawn = drawFaults(usable, faults, random);
	const length = Math.max((mails / rate) * 1000, faults * pace, longestPart(drawn));
	return {
		seed,
		length,
		faults: drawn.map((one, number) => ({ ...one, at: ((number + random()) / faults) * length * 0.95 })),
		mails: Array.from({ length: mails }, (_, id) => ({
			id,
			at: (id / mails) * length,
			way: random() < 0.25 ? "out" : "in",
			mailbox: mailboxes[Math.floor(random() * mailboxes.length)]!,
			// Most mails are short; one in twenty is long enough to be caught in the middle.
			bytes: random() < 0.05 ? 300_000 : Math.round(500 + random() * 4_000),
		})),
	};
}

function drawFaults(
	kinds: readonly Fault[],
	count: number,
	random: () => number,
): Array<Omit<PlannedFault, "at">> {
	const drawn: Array<Omit<PlannedFault, "at">> = [];
	let deck: Fault[] = [];
	while (drawn.length < count) {
		if (deck.length === 0) deck = [...kinds];
		const fault = deck.splice(Math.floor(random() * deck.length), 1)[0]!;
		const [least, most] = fault.lasts ?? [0, 0];
		drawn.push({ fault, lasts: Math.round((least + random() * (most - least)) * 1000) });
	}
	return drawn;
}

/** Milliseconds that the faults of one part need one after the other, for the part with the most. */
function longestPart(faults: ReadonlyArray<Omit<PlannedFault, "at">>): number {
	const needs = new Map<Part, number>();
	for (const { fault, lasts } of faults)
		for (const part of fault.takes) needs.set(part, (needs.get(part) ?? 0) + lasts + rest);
	return Math.max(0, ...needs.values());
}
