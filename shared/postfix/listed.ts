import type { Answers, Unread } from "./tables.ts";

/** One element of a list of domains, as Postfix reads it (postconf(5), "mydestination"). */
export interface ListedElement {
	text: string;
	/** Begins with "!": what it matches is not in the list. */
	negated: boolean;
	/** The file that the element stands in, when the list names one. */
	file?: string;
}

/** A list of domains, its files read in. */
export interface DomainList {
	elements: readonly ListedElement[];
	/** Files in it that cannot be read, and why. */
	unread: ReadonlyArray<{ file: string; why: string }>;
}

/** Whether a domain is in a list, and by which element. */
export type Listed =
	| { is: "in"; by: ListedElement }
	| { is: "out" }
	/** An element before any other that matches could not be asked. */
	| { is: "not known"; asked: string; why: string; missing: boolean };

/** The elements of a list: commas and white space separate them, but not inside of braces. */
export function listElements(list: string): string[] {
	const elements: string[] = [];
	let depth = 0;
	let element = "";
	for (const sign of `${list} `) {
		if (depth === 0 && /[\s,]/.test(sign)) {
			if (element) elements.push(element);
			element = "";
			continue;
		}
		if (sign === "{") depth += 1;
		if (sign === "}") depth = Math.max(0, depth - 1);
		element += sign;
	}
	return elements;
}

/** True for an element such as `hash:/etc/postfix/domains`. */
export function isTable(element: string): boolean {
	return /^[a-z][a-z0-9_-]*:/.test(element) && !/^\[/.test(element);
}

/** The tables of a list. */
export function tablesIn(list: string): string[] {
	return listElements(list)
		.map((element) => element.replace(/^!+/, ""))
		.filter(isTable);
}

/** The files that a list of domains names, which hold more of it. */
export function filesIn(list: string): string[] {
	return listElements(list)
		.map((element) => element.replace(/^!+/, ""))
		.filter((element) => element.startsWith("/"));
}

/** Reads a list, with the files in it replaced by what they hold; `read` gives their text, or throws. */
export async function readDomainList(
	list: string,
	read: (file: string) => Promise<string>,
): Promise<DomainList> {
	const elements: ListedElement[] = [];
	const unread: Array<{ file: string; why: string }> = [];
	for (const written of listElements(list)) {
		const text = written.replace(/^!+/, "");
		const negated = (written.length - text.length) % 2 === 1;
		if (!text.startsWith("/")) {
			elements.push({ text, negated });
			continue;
		}
		try {
			const lines = (await read(text)).split("\n").filter((line) => !/^\s*#/.test(line));
			for (const one of listElements(lines.join("\n"))) {
				const plain = one.replace(/^!+/, "");
				const also = (one.length - plain.length) % 2 === 1;
				elements.push({ text: plain, negated: negated !== also, file: text });
			}
		} catch (error) {
			unread.push({ file: text, why: String((error as Error).message) });
		}
	}
	return { elements, unread };
}

/**
 * Whether the list has the domain: the first element that matches decides, and each subdomain with it, when the list
 * stands for them too. `answers` has what the tables of the list know of the domain.
 */
export function listed(
	domain: string,
	{ elements, unread }: DomainList,
	answers: ReadonlyMap<string, Answers | Unread>,
	withSubdomains = false,
): Listed {
	const names = withSubdomains ? parentsOf(domain) : [domain];
	for (const by of elements) {
		if (!isTable(by.text)) {
			if (!names.includes(by.text.toLowerCase())) continue;
			return by.negated ? { is: "out" } : { is: "in", by };
		}
		const found = answers.get(by.text);
		if (!found) return { is: "not known", asked: by.text, why: "it was not asked", missing: false };
		if (found.is === "unread")
			return { is: "not known", asked: by.text, why: found.why, missing: found.missing };
		if (found.entries.has(domain)) return by.negated ? { is: "out" } : { is: "in", by };
	}
	const [file] = unread;
	return file ? { is: "not known", asked: file.file, why: file.why, missing: false } : { is: "out" };
}

/** The domain, and what it is a subdomain of. */
function parentsOf(domain: string): string[] {
	const labels = domain.split(".");
	return labels.map((_, at) => labels.slice(at).join("."));
}
