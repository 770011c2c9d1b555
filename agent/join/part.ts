import { InvalidArgumentError } from "commander";
import { runCommand } from "../../shared/command.ts";
import { spanSchema } from "../../shared/config.ts";
import { folded } from "../../shared/fold.ts";
import { wordsOf } from "../../shared/invitation/words.ts";
import { plainLines } from "../../shared/plain-text.ts";
import { Interrupted, WrongAnswer } from "../../shared/prompt.ts";
import { english, say } from "../../shared/words/say.ts";
import { speech } from "../../shared/words/speech.ts";
import { defaultConfigPath } from "../config.ts";
import { agentPart } from "../part.ts";
import { afterEnrolment } from "./after/after.ts";
import { realDeps } from "./after/deps.ts";
import { joinedBefore, requireAnswers } from "./after/joined.ts";
import type { AfterOptions } from "./after/options.ts";
import { words } from "./after/words.ts";
import { makeRoom } from "./anew.ts";
import { joinCommand } from "./command.ts";
import { joined } from "./enrol.ts";
import { isThere } from "./files.ts";
import { homeKey } from "./key.ts";

function readWait(text: string): number {
	const { data } = spanSchema("1s", "1h").safeParse(text);
	if (data !== undefined) return data;
	throw new InvalidArgumentError('expected a span of time from "1s" to "1h".');
}

/** How this machine becomes a home: `heimweg join`, and its key. The daemon has nothing to do with it. */
export const join = agentPart({
	name: "join",
	create: () => undefined,

	cli(program, line) {
		const { end } = line;
		let speak = english;
		const print = (text: string) =>
			void process.stdout.write(plainLines(`${folded(speak(text), process.stdout.columns)}\n`));
		program
			.command("join")
			.description(
				"makes this machine a home: asks for the code of heimweg-relay invite, or reads it from standard input; then sets up records, valid recipients and Postfix, and proves that mail takes its way",
			)
			.option("--no-dns", words.noDnsOption)
			.option("--name <name>", words.nameOption)
			.option("--token-file <file>", words.tokenFileOption)
			.option("--mailbox <address>", words.mailboxOption)
			.option("--no-mail", words.noMailOption)
			.option("--add <file>", words.addOption)
			.option("-y, --yes", words.yesOption)
			.option("-v, --verbose", words.verboseOption)
			.option("-n, --dry-run", words.dryRunOption)
			.option(
				"--anew",
				"join with a new code although this machine is a home; heimweg.toml is kept beside it",
			)
			.option("--wait <span>", "how long the relay may take to answer", readWait)
			.action(({ wait, anew, ...options }: AfterOptions & { wait?: number; anew?: boolean }) => {
				const stop = new AbortController();
				const abort = () => stop.abort(new Interrupted());
				const work = async () => {
					speak = await speech();
					const deps = realDeps(line, options, print, speak);
					if (options.dryRun && !(await joined())) throw new WrongAnswer(words.dryRunEarly);
					requireAnswers(deps.prompt, options, await isThere(deps.tokenFile));
					if (!anew && (await joined())) {
						const known = joinedBefore(defaultConfigPath, await line.load(defaultConfigPath));
						return afterEnrolment(known, options, deps);
					}
					process.once("SIGINT", abort).once("SIGTERM", abort);
					const enrolled = await joinCommand({
						...{ run: runCommand, input: process.stdin, say: print, signal: stop.signal, patience: wait },
						makeRoom: anew
							? async () => {
									const kept = await makeRoom(runCommand);
									print(say`what ${defaultConfigPath} said before is in ${kept}`);
								}
							: undefined,
					});
					process.off("SIGINT", abort).off("SIGTERM", abort);
					return afterEnrolment(enrolled, options, deps);
				};
				return end(work());
			});
		program
			.command("key")
			.description(
				"prints this home's public key for heimweg-relay admit, and makes the key if there is none",
			)
			.action(() =>
				end(
					homeKey().then((key) => {
						print(key);
						process.stderr.write(plainLines(`six words of it: ${wordsOf(key)}\n`));
						return 0;
					}),
				),
			);
	},
});
