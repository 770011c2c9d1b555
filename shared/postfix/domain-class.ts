import { domainForms } from "../domain-name.ts";
import type { PostfixConfiguration, PostfixService } from "./configuration.ts";
import { type DomainList, filesIn, type Listed, listed, readDomainList, tablesIn } from "./listed.ts";
import { type Answers, askTable, filesOf, type Unread } from "./tables.ts";

/** The lists that say what a domain is to Postfix, in the order in which trivial-rewrite(8) asks them. */
export const classLists = [
	"mydestination",
	"virtual_alias_domains",
	"virtual_mailbox_domains",
	"relay_domains",
] as const;
export type ClassList = (typeof classLists)[number];

/** What is read of these lists, and what their tables say of the served domains. */
export interface DomainFacts {
	lists: ReadonlyMap<ClassList, DomainList>;
	answers: ReadonlyMap<string, Answers | Unread>;
}

/** The service that resolves addresses; an -o setting of its own counts for these lists. */
export const resolver: Pick<PostfixService, "name" | "type"> = { name: "rewrite", type: "unix" };

/** The files that these lists and tables lie in. */
export function filesBehind(lists: Iterable<string>): string[] {
	return [...lists].flatMap((list) => [...filesIn(list), ...tablesIn(list).flatMap(filesOf)]);
}

/** Reads lists, given by what they say, and asks their tables about the domains. */
export async function readDomainFacts(options: {
	lists: ReadonlyMap<ClassList, string>;
	domains: readonly string[];
	run: Parameters<typeof askTable>[0];
	read(file: string): Promise<string>;
}): Promise<DomainFacts> {
	const { domains, run, read } = options;
	const lists = new Map<ClassList, DomainList>();
	const answers = new Map<string, Answers | Unread>();
	const keys = domains.flatMap(domainForms);
	for (const [name, text] of options.lists) {
		const list = await readDomainList(text, read);
		lists.set(name, list);
		const tables = tablesIn(list.elements.map((element) => element.text).join(" "));
		for (const table of tables) if (!answers.has(table)) answers.set(table, await askTable(run, table, keys));
	}
	return { lists, answers };
}

/** Whether a list has the domain, in any form in which mail for it may come. */
export function listedIn(
	name: ClassList,
	domain: string,
	facts: DomainFacts,
	withSubdomains = false,
): Listed {
	const list = facts.lists.get(name);
	if (!list) return { is: "out" };
	let result: Listed = { is: "out" };
	for (const form of domainForms(domain)) {
		const found = listed(form, list, facts.answers, withSubdomains);
		if (found.is === "in") return found;
		if (found.is === "not known") result = found;
	}
	return result;
}

/** How the list's owner wrote what stands for the domain there: `$mydomain`, or the domain itself. */
export function writtenAs(
	{ written, values }: Pick<PostfixConfiguration, "written" | "values">,
	list: string,
	domain: string,
): string {
	const text = written.get(list) ?? "";
	for (const name of ["myhostname", "mydomain", "mydestination"]) {
		const stands = new RegExp(`\\$\\{?\\(?${name}\\b`).test(text);
		if (stands && name !== "mydestination" && values.get(name)?.toLowerCase() === domain) return `$${name}`;
	}
	return domain;
}
