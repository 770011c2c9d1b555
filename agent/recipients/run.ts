import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { collect, readDocument, writeDocument } from "./collect.ts";
import type { RecipientsConfig } from "./config.ts";
import type { RecipientsDocument, SourceResult } from "./document.ts";
import { localDomains, sourcesOf } from "./sources.ts";

interface Output {
	write(text: string): unknown;
}

/**
 * The command `heimweg recipients`: asks every source and says what came; with `write`, also into the file for the
 * agent. Gives the exit status: 1 when a source fails or names what no recipient can have.
 */
export async function recipientsCommand(
	config: RecipientsConfig,
	options: { write: boolean; list: boolean },
	deps: { run: RunCommand; out: Output; err: Output; now: Date },
): Promise<number> {
	const { recipients } = config;
	if (!recipients) {
		throw new HeimwegError("the configuration names no recipients", {
			remedy:
				'add [recipients] to heimweg.toml, for instance with passwd = true, or run "systemctl disable --now heimweg-recipients.timer heimweg-recipients.path"',
		});
	}
	const before = options.write ? (await readDocument(recipients.list)).document : undefined;
	const document = await collect(sourcesOf(recipients, deps.run), {
		domains: localDomains(config),
		before,
		now: deps.now,
	});
	const changed = options.write && (await writeDocument(recipients.list, document, deps.now));
	if (options.list) {
		deps.out.write(
			allOf(document)
				.map((one) => `${one}\n`)
				.join(""),
		);
		// Beside the list, which may go to another program: it is not the whole one.
		deps.err.write(troublesOf(document));
	} else if (!options.write || changed) deps.out.write(summaryOf(document));
	const wrong = document.sources.some(({ failing, unfit }) => failing || unfit);
	// For the unit a failing source is news for the agent, and no failure of its own.
	return wrong && !options.write ? 1 : 0;
}

function allOf({ sources }: RecipientsDocument): string[] {
	return [...new Set(sources.flatMap(({ recipients }) => recipients))].sort();
}

function summaryOf(document: RecipientsDocument): string {
	const lines = document.sources.map(
		(one) => `${one.failing ? "" : `${one.source}: ${countOf(one.recipients.length)}\n`}${troubleOf(one)}`,
	);
	return `${lines.join("")}${countOf(allOf(document).length)} in all\n`;
}

function countOf(recipients: number): string {
	return recipients === 1 ? "1 recipient" : `${recipients} recipients`;
}

function troublesOf({ sources }: RecipientsDocument): string {
	return sources.map(troubleOf).join("");
}

/** What is wrong with a source, in lines; empty when nothing is. */
function troubleOf({ source, failing, unfit }: SourceResult): string {
	const error = failing ? `${source}: ${failing.error}\n` : "";
	const remedy = failing?.remedy ? `  what to do: ${failing.remedy}\n` : "";
	const left = unfit
		? `${source}: names that no recipient can have (${unfit.count}): ${unfit.some.join(", ")}\n`
		: "";
	return `${error}${remedy}${left}`;
}
