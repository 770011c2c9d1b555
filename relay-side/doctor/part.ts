import { Option } from "commander";
import { runCommand } from "../../shared/command.ts";
import { askDaemon } from "../../shared/doctor/told.ts";
import type { CommandLine } from "../../shared/part.ts";
import { english } from "../../shared/words/say.ts";
import { speech } from "../../shared/words/speech.ts";
import type { RelayCore } from "../config.ts";
import { relayPart } from "../part.ts";
import type { Beforehand } from "./command.ts";
import { createForHomes, lookInAProcess } from "./for-homes.ts";
import { whatIsKnown } from "./told.ts";

interface Options {
	config: string;
	json?: boolean;
	own?: boolean;
}

/** Looks at all that mail needs of the relay, and says whose turn it is where something is missing. */
export const doctor = relayPart({
	name: "doctor",

	create(_, { facts, health, run }) {
		const forHomes = createForHomes({ look: lookInAProcess(run) });
		return {
			name: "doctor",
			commands: { doctor: async () => JSON.stringify(whatIsKnown(facts, health)) },
			checkin: { own: (_home, said) => forHomes.answer(said) },
			stop: forHomes.stop,
		};
	},

	cli(program, line) {
		program
			.command("doctor")
			.description(
				"looks at all that mail needs of this relay, and says whose turn it is; exits 1 when there is something to do, 2 when mail is at risk",
			)
			.argument("[domain...]", "mail domains; those of the homes when none is named")
			.option(...line.configOption)
			.option("--json", "for scripts")
			// The daemon's, for homes: of the relay alone, and nothing that the daemon tells homes itself.
			.addOption(new Option("--own").hideHelp())
			.action(async (domains: string[], { config: file, json = false, own = false }: Options) => {
				await line.end(
					(async () => {
						const { relayDoctor } = await import("./doctor.ts");
						const asked = own ? undefined : await askDaemon(() => line.order(file, "doctor"));
						const status = await relayDoctor({ domains, ...(await networksOf(line, file)), asked }, json, {
							...{ run: runCommand, out: process.stdout },
							speak: json ? english : await speech(),
						});
						return own ? 0 : status;
					})(),
				);
			});
	},
});

/** Whoever may not read the configuration sees what everybody sees. */
async function networksOf(
	{ load }: Pick<CommandLine<RelayCore>, "load">,
	file: string,
): Promise<Pick<Beforehand, "inside" | "alsoPublic">> {
	try {
		const { tunnel, dns } = (await load(file)) as RelayCore & {
			dns: { also_public: Beforehand["alsoPublic"] };
		};
		return { inside: tunnel.networks, alsoPublic: dns.also_public };
	} catch {
		return { inside: [], alsoPublic: [] };
	}
}
