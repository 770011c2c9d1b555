import { sameRecords } from "../rrset.ts";

/** What should stand at one name and type, why, and by whose word. What it makes of what stands there is part of it. */
export interface Wish {
	/** `MX`, `SPF`, ...: what people call it. */
	kind: string;
	/** Full name, without the final dot. */
	name: string;
	type: string;
	records: readonly string[];
	/** What it is good for, as a sentence without a full stop. */
	why: string;
	/** By whose word it is so: the relay, the home's keys, the configuration. */
	word: string;
	/** Whether a record at this place is of this kind; others at the same place are others' business. */
	claims(record: string): boolean;
	/** What is there and not ours may be as good as ours. */
	accepts?(present: readonly string[]): boolean;
	/** What becomes of somebody's own records when they are taken over; `records` when it says nothing. */
	merged?(present: readonly string[]): readonly string[] | undefined;
	/** What is wrong with records that are there. */
	faults?(present: readonly string[]): Fault[];
	/** Gives way to another wish for the same records: of SPF a name may have one alone (RFC 7208, 4.5). */
	yields?: true;
}

/** Something that is wrong with records that are there. */
export interface Fault {
	/** For scripts: words with underscores, beginning with the kind's. Never changes its meaning. */
	code: string;
	/** A sentence without a full stop. */
	so: string;
	/** Mail flows all the same. */
	slight?: true;
}

/** A kind of record that is not wished for now, and why. */
export interface Omission {
	kind: string;
	name?: string;
	type?: string;
	why: string;
	/** What to do if it is wanted. */
	remedy?: string;
	/** What it should be is not known now: what was applied stays. */
	unknown?: true;
}

/** What a kind of record says of a mail domain. */
export interface Wishes {
	wanted: Wish[];
	leftOut: Omission[];
}

/** A wish for a whole RRset: everything there is of this kind. */
export const wholeSet = (): boolean => true;

export const nothing: Wishes = { wanted: [], leftOut: [] };

/** All that several kinds, or several domains of a zone, say; what two of them wish alike is one wish. */
export function together(all: readonly Wishes[]): Wishes {
	const wishes = all.flatMap(({ wanted }) => wanted);
	const isMet = (wish: Wish, at: number) =>
		wishes.some((other, place) => {
			if (place === at || other.name !== wish.name || other.type !== wish.type) return false;
			if (wish.yields && other.records.some(wish.claims)) return !other.yields || place < at;
			return place < at && other.kind === wish.kind && sameRecords(wish.type, other.records, wish.records);
		});
	return {
		wanted: wishes.filter((wish, at) => !isMet(wish, at)),
		leftOut: all.flatMap(({ leftOut }) => leftOut),
	};
}
