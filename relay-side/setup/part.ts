import { runCommand } from "../../shared/command.ts";
import { folded } from "../../shared/fold.ts";
import { plainLines } from "../../shared/plain-text.ts";
import { missingPrograms } from "../../shared/preflight.ts";
import { createPrompt } from "../../shared/prompt.ts";
import { wireguardProblems } from "../../shared/wireguard-ground.ts";
import { speech } from "../../shared/words/speech.ts";
import { relayPart } from "../part.ts";
import { setUp } from "./command.ts";
import { realInternet } from "./internet.ts";
import type { SetupOptions } from "./options.ts";
import { words } from "./words.ts";

/** Programs that the daemon, or this, starts. */
const programs = ["wg", "ip", "nft", "postconf", "postmap", "systemctl"];

/** The set-up of this machine as a relay, once; a running daemon has nothing of it. */
export const setup = relayPart({
	name: "setup",
	create: () => undefined,

	cli(program, line) {
		program
			.command("setup")
			.description(words.description)
			.option(...line.configOption)
			.option("--host <name>", words.hostOption)
			.option("--networks <networks>", words.networksOption)
			.option("--no-firewall", words.firewallOption)
			.option("-y, --yes", words.yesOption)
			.option("-v, --verbose", words.verboseOption)
			.option("-n, --dry-run", words.dryRunOption)
			.action(async (options: SetupOptions) => {
				const speak = await speech();
				const deps = {
					run: runCommand,
					prompt: createPrompt({ all: options.yes ?? false, speak }),
					line,
					internet: realInternet(),
					say: (text: string) =>
						void process.stdout.write(plainLines(`${folded(speak(text), process.stdout.columns)}\n`)),
					lacks: async () => [...(await missingPrograms(programs)), ...(await wireguardProblems(runCommand))],
					uid: process.getuid?.() ?? -1,
				};
				await line.end(setUp(options, deps));
			});
	},
});
