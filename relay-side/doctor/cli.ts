import { type Command, Option } from "commander";
import { runCommand } from "../../shared/command.ts";
import { type Asked, askDaemon } from "../../shared/doctor/told.ts";
import type { CommandLine } from "../../shared/part.ts";
import { english } from "../../shared/words/say.ts";
import { speech } from "../../shared/words/speech.ts";
import type { RelayCore } from "../config.ts";
import type { Beforehand } from "./command.ts";

type Line = Pick<CommandLine<RelayCore>, "configOption" | "load" | "order" | "end">;

interface Options {
	config: string;
	json?: boolean;
	forDaemon?: boolean;
}

/** Brings `heimweg-relay doctor`. */
export function doctorCommandLine(program: Command, line: Line): void {
	program
		.command("doctor")
		.description(
			"looks at all that mail needs of this relay, and says whose turn it is; exits 1 when there is something to do, 2 when mail is at risk",
		)
		.argument("[domain...]", "mail domains; those of the homes when none is named")
		.option(...line.configOption)
		.option("--json", "for scripts")
		// The unit heimweg-relay-doctor@ runs it so.
		.addOption(new Option("--for-daemon").hideHelp())
		.action(async (domains: string[], options: Options) => {
			const work = options.forDaemon ? lookForDaemon(line, options) : lookNow(line, domains, options);
			await line.end(work);
		});
}

async function lookNow(
	line: Line,
	domains: string[],
	{ config: file, json = false }: Options,
): Promise<number> {
	const { relayDoctor } = await import("./doctor.ts");
	const asked = await askDaemon(() => line.order(file, "doctor"));
	const status = await relayDoctor({ domains, ...(await networksOf(line, file)), asked }, json, {
		...{ run: runCommand, out: process.stdout },
		speak: json ? english : await speech(),
	});
	// What stands as a condition should not stand until tomorrow once it is mended.
	if (domains.length === 0 && "told" in asked) await askDaemon(() => line.order(file, "doctor-again"));
	return status;
}

/** What the daemon knows comes on standard input; what was found goes to standard output. */
async function lookForDaemon(line: Line, { config: file }: Options): Promise<number> {
	const { examineAll, runForDaemon } = await import("./doctor.ts");
	const networks = await networksOf(line, file);
	return runForDaemon({
		async look(known) {
			const { told } = JSON.parse(known) as { told?: object };
			const asked: Asked | undefined = told && { told: JSON.stringify(told) };
			return examineAll(
				{ domains: [], ...networks, asked },
				{ run: runCommand, out: process.stdout, speak: english },
			);
		},
	});
}

/** Whoever may not read the configuration sees what everybody sees. */
async function networksOf(
	{ load }: Pick<Line, "load">,
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
