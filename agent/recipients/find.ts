import { readFile } from "node:fs/promises";
import type { RunCommand } from "../../shared/command.ts";
import { readConfiguration, valueFor } from "../../shared/postfix/configuration.ts";
import {
	type ClassList,
	classLists,
	listedIn,
	readDomainFacts,
	resolver,
} from "../../shared/postfix/domain-class.ts";
import { tablesIn } from "../../shared/postfix/listed.ts";
import { filesOf } from "../../shared/postfix/tables.ts";
import { domainOfRecipient, isRequired, type Recipient } from "../../shared/recipient.ts";
import { serviceRights } from "../../shared/service-user.ts";
import { listable } from "./aliases.ts";
import type { RecipientsConfig } from "./config.ts";
import { databaseSource } from "./database.ts";
import { recipientsOf } from "./document.ts";
import { userdbFile, userdbSettings, userdbSocket } from "./doveadm.ts";
import type { Need } from "./need.ts";
import type { Source } from "./source.ts";
import { sourcesOf } from "./sources.ts";

type Keys = NonNullable<RecipientsConfig["recipients"]>;

/** A place where valid recipients of this home stand, as `[recipients]` would name it. */
export interface FoundSource {
	keys: Partial<Pick<Keys, "passwd" | "doveadm" | "tables" | "commands">>;
	/** Those in the home's domains. */
	recipients: Recipient[];
	/** What the unit's user needs before it may read it, in words and as what root does. */
	needs: Need[];
}

/** Where the home's domains stand in Postfix, and where their recipients. */
export interface FoundRecipients {
	sources: FoundSource[];
	/** Domains that this Postfix does not take mail for at all. */
	unknown: string[];
}

const unitUser = "heimweg-recipients";

/**
 * Looks where Postfix and Dovecot of this home have the recipients of its domains. A place that names nobody whom those
 * before it do not name is left out: fewer sources may fail.
 */
export async function findRecipients(run: RunCommand, domains: readonly string[]): Promise<FoundRecipients> {
	const configuration = await readConfiguration(run, [
		...classLists,
		"virtual_alias_maps",
		"virtual_mailbox_maps",
	]);
	const lists = new Map<ClassList, string>(
		classLists.map((name) => [name, valueFor(configuration, name, resolver)]),
	);
	const facts = await readDomainFacts({ lists, domains, run, read: (file) => readFile(file, "utf8") });
	const within = (list: ClassList) => domains.some((domain) => listedIn(list, domain, facts).is === "in");
	const tables = ["virtual_alias_maps", "virtual_mailbox_maps"]
		.flatMap((name) => tablesIn(configuration.values.get(name) ?? ""))
		.map((table) => table.replace(/^(?:proxy:)+/, ""));
	const sources: FoundSource[] = [];
	const known = new Set<Recipient>();

	async function propose(
		keys: FoundSource["keys"],
		needs: () => Promise<Need[]>,
		bare = domains,
	): Promise<void> {
		const recipients = await recipientsIn(sourcesOf({ ...nothing, ...keys }, run), bare, domains);
		if (recipients.every((one) => known.has(one))) return;
		for (const one of recipients) known.add(one);
		sources.push({ keys, recipients, needs: await needs() });
	}

	const local = domains.filter((domain) => listedIn("mydestination", domain, facts).is === "in");
	if (local.length > 0) await propose({ passwd: true }, async () => [], local);
	for (const table of new Set(tables))
		if (listable.test(table)) await propose({ tables: [table] }, () => unreadable(run, table), []);
	for (const table of new Set(tables)) {
		const database = await databaseSource(run, table);
		if (database) await propose({ commands: [database.command] }, async () => [database.need], []);
	}
	// Names without a domain are users of this machine, who are there already where they have mail.
	await propose({ doveadm: true }, dovecotNeeds, within("virtual_mailbox_domains") ? domains : []);
	const unknown = domains.filter((domain) =>
		classLists.every((list) => listedIn(list, domain, facts).is === "out"),
	);
	return { sources, unknown };
}

const nothing: Keys = {
	...{ tables: [], passwd: false, doveadm: false, files: [], commands: [] },
	...{ delimiter: "+", list: "/dev/null" },
};

/** What the sources name in these domains; a source that cannot be listed names nobody. */
async function recipientsIn(
	sources: readonly Source[],
	bare: readonly string[],
	domains: readonly string[],
): Promise<Recipient[]> {
	const named = await Promise.all(sources.map((source) => source.read().catch(() => [])));
	const { recipients } = recipientsOf(
		named.flat().filter((name) => name.includes("@") || bare.length > 0),
		bare,
	);
	return recipients.filter((one) => domains.includes(domainOfRecipient(one)) && !isRequired(one));
}

async function unreadable(run: RunCommand, table: string): Promise<Need[]> {
	const may = serviceRights(run, unitUser);
	const needs: Need[] = [];
	for (const file of filesOf(table)) {
		if (await may("-r", file)) continue;
		needs.push({
			is: "readable",
			what: file,
			argv: ["sh", "-c", 'chgrp heimweg-recipients "$0" && chmod g+r "$0"', file],
		});
	}
	return needs;
}

async function dovecotNeeds(): Promise<Need[]> {
	const opened = await readFile(userdbFile, "utf8").catch(() => "");
	if (opened.includes(userdbSocket.slice(userdbSocket.lastIndexOf("/") + 1))) return [];
	const write = { file: userdbFile, text: userdbSettings };
	return [{ is: "dovecot", what: userdbFile, write, argv: ["systemctl", "reload", "dovecot"] }];
}
