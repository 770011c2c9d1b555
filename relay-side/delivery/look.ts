import { readFile } from "node:fs/promises";
import type { RunCommand } from "../../shared/command.ts";
import { domainForms } from "../../shared/domain-name.ts";
import { readConfiguration, valueFor } from "../../shared/postfix/configuration.ts";
import { type ClassList, filesBehind, readDomainFacts, resolver } from "../../shared/postfix/domain-class.ts";
import { heardOn } from "../../shared/postfix/listening.ts";
import { awayMilters } from "../../shared/postfix/milters.ts";
import { askTable } from "../../shared/postfix/tables.ts";
import { ownLists, parameters, type RelayLook } from "./judge.ts";
import { smtpdOf } from "./services.ts";

export interface LookOptions {
	run: RunCommand;
	domains: readonly string[];
	lacking: readonly string[];
	/** Our transport map, as Postfix names it. */
	transport: string;
	/** Told which files all this depends on, before their content is read. */
	onFiles(files: readonly string[]): Promise<void>;
}

/** Asks Postfix's own tools what it would do with mail for these domains. Throws when they do not say. */
export async function lookAtPostfix(options: LookOptions): Promise<RelayLook> {
	const { run, domains, lacking } = options;
	const configuration = await readConfiguration(run, parameters);
	const lists = new Map<ClassList, string>(
		[...ownLists.keys()].map((name) => [name, valueFor(configuration, name, resolver)]),
	);
	const { directory } = configuration;
	await options.onFiles([`${directory}/main.cf`, `${directory}/master.cf`, ...filesBehind(lists.values())]);
	const facts = await readDomainFacts({ lists, domains, run, read: (file) => readFile(file, "utf8") });
	const routes = await askTable(run, options.transport, domains.flatMap(domainForms));
	const heard = await heardOn(run, 25);
	const milters = await awayMilters(run, configuration, smtpdOf(configuration));
	return { configuration, facts, routes, domains, lacking, heard, milters };
}
