import { readFile } from "node:fs/promises";
import type { RunCommand } from "../../shared/command.ts";
import { readConfiguration, valueFor } from "../../shared/postfix/configuration.ts";
import {
	type ClassList,
	classLists,
	filesBehind,
	readDomainFacts,
	resolver,
} from "../../shared/postfix/domain-class.ts";
import { heardOn, listeningParameters, servicesAt } from "../../shared/postfix/listening.ts";
import { awayMilters, milterParameters } from "../../shared/postfix/milters.ts";
import { type Answers, askTable, filesOf, type Unread } from "../../shared/postfix/tables.ts";
import { classOf, type Home, type HomeLook } from "./judge.ts";
import { outgoingParameters, wayKeys, wayTables } from "./outgoing.ts";
import { recipientKeys, recipientParameters, recipientTables } from "./recipients.ts";

const parameters = [
	...classLists,
	...recipientParameters,
	...outgoingParameters,
	...listeningParameters,
	...milterParameters,
	"mydomain",
];

export interface LookOptions {
	run: RunCommand;
	home: Home;
	lacking: readonly string[];
	/** Told which files all this depends on, before their content is read. */
	onFiles(files: readonly string[]): Promise<void>;
}

/** Asks Postfix's own tools what it would do with this home's mail. Throws when they do not say. */
export async function lookAtPostfix({ run, home, lacking, onFiles }: LookOptions): Promise<HomeLook> {
	const configuration = await readConfiguration(run, parameters);
	const lists = new Map<ClassList, string>(
		classLists.map((name) => [name, valueFor(configuration, name, resolver)]),
	);
	const ways = wayTables(configuration);
	const asked = classLists.flatMap((name) => recipientTables(configuration, name) ?? []);
	const { directory } = configuration;
	await onFiles([
		`${directory}/main.cf`,
		`${directory}/master.cf`,
		...filesBehind(lists.values()),
		...[...asked, ...ways].flatMap(({ table }) => filesOf(table)),
	]);
	const facts = await readDomainFacts({
		...{ lists, domains: home.domains, run },
		read: (file) => readFile(file, "utf8"),
	});
	const keys = new Map<string, Set<string>>();
	const want = (table: string, more: readonly string[]) =>
		keys.set(table, new Set([...(keys.get(table) ?? []), ...more]));
	for (const domain of home.domains) {
		const found = classOf(domain, facts);
		if (found.is !== "in") continue;
		const recipients = [...(home.recipients.get(domain) ?? []), `postmaster@${domain}`];
		for (const { table } of recipientTables(configuration, found.list) ?? [])
			want(table, recipientKeys(recipients));
	}
	const senders = [...home.domains.map((one) => `@${one}`), ...[...home.recipients.values()].flat()];
	for (const { table } of ways) want(table, wayKeys(senders));
	const answers = new Map<string, Answers | Unread>();
	for (const [table, some] of keys) answers.set(table, await askTable(run, table, [...some]));
	const heard = await heardOn(run, home.destination.port);
	const [smtpd] = servicesAt(configuration, home.destination.port);
	const milters = await awayMilters(run, configuration, smtpd);
	return { configuration, facts, answers, lacking, heard, milters };
}
