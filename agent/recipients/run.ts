import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { collect, readDocument, writeDocument } from "./collect.ts";
import type { RecipientsConfig } from "./config.ts";
import type { RecipientsDocument } from "./document.ts";
import { localDomains, sourcesOf } from "./sources.ts";

/**
 * The command `heimweg recipients`: asks every source and says what came; with `write`, also into the file for the
 * agent. Gives the exit status: 1 when a source fails or names what no recipient can have.
 */
export async function recipientsCommand(
	config: RecipientsConfig,
	options: { write: boolean; list: boolean },
	deps: { run: RunCommand; out: { write(text: string): unknown }; now: Date },
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
	if (options.list)
		deps.out.write(
			allOf(document)
				.map((one) => `${one}\n`)
				.join(""),
		);
	else if (!options.write || changed) deps.out.write(summaryOf(document));
	const wrong = document.sources.some(({ failing, unfit }) => failing || unfit);
	// For the unit a failing source is news for the agent, and no failure of its own.
	return wrong && !options.write ? 1 : 0;
}

function allOf({ sources }: RecipientsDocument): string[] {
	return [...new Set(sources.flatMap(({ recipients }) => recipients))].sort();
}

function summaryOf(document: RecipientsDocument): string {
	const lines = document.sources.flatMap(({ source, recipients, failing, unfit }) => [
		failing
			? `${source}: ${failing.error}${failing.remedy ? `\n  what to do: ${failing.remedy}` : ""}`
			: `${source}: ${recipients.length} recipients`,
		...(unfit ? [`  ${unfit.count} names that no recipient can have: ${unfit.some.join(", ")}`] : []),
	]);
	return `${lines.join("\n")}\n${allOf(document).length} recipients in all\n`;
}
