import { say } from "./words/say.ts";

/** What is said of something that holds of many subjects at once, such as homes. */
interface OfSubject {
	code: string;
	subject: string;
	title: string;
	text: string;
	remedy: string;
}

/** A condition, or a notice of one, that stands for many. */
export interface OfMany {
	/** How many it stands for. */
	count?: number;
	/** A few of them. */
	subjects?: string[];
}

/** More of one kind than this are told as one with a count. */
const singlyAtMost = 20;

/** How many of them are named. */
const named = 5;

/**
 * Makes one of what holds for many: each kind with more subjects than a person reads becomes one entry with a count, in
 * the place of its first. The order stays as it is.
 *
 * @param groupOf what else has to be equal, besides the code
 */
export function inCrowds<T extends OfSubject>(
	list: readonly T[],
	groupOf: (one: T) => string = ({ code }) => code,
): Array<{ shown: T & OfMany; members: T[] }> {
	const groups = new Map<string, T[]>();
	for (const one of list) {
		const group = groupOf(one);
		const known = groups.get(group);
		if (known) known.push(one);
		else groups.set(group, [one]);
	}
	const shown: Array<{ shown: T & OfMany; members: T[] }> = [];
	const done = new Set<string>();
	for (const one of list) {
		const group = groupOf(one);
		const members = groups.get(group)!;
		if (members.length <= singlyAtMost) shown.push({ shown: one, members: [one] });
		else if (!done.has(group)) {
			done.add(group);
			shown.push({ shown: crowd(one, members), members });
		}
	}
	return shown;
}

function crowd<T extends OfSubject>(first: T, members: readonly T[]): T & OfMany {
	const subjects = members.slice(0, named).map(({ subject }) => subject);
	const count = members.length;
	const rest = count - subjects.length;
	return {
		...first,
		subject: "",
		count,
		subjects,
		text: say`${first.title}: ${count} times, for ${subjects.join(", ")} and ${rest} more; of ${first.subject}: ${first.text}`,
		remedy: first.remedy && say`for ${first.subject}, and likewise for the others: ${first.remedy}`,
	};
}
