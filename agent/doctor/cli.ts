import { type Command, InvalidArgumentError, Option } from "commander";
import { runCommand } from "../../shared/command.ts";
import { type Asked, askDaemon } from "../../shared/doctor/told.ts";
import { asciiDomain } from "../../shared/domain-name.ts";
import type { CommandLine } from "../../shared/part.ts";
import { english } from "../../shared/words/say.ts";
import { speech } from "../../shared/words/speech.ts";
import type { AgentCore } from "../config.ts";
import type { HomeConfig } from "./command.ts";

type Line = Pick<CommandLine<AgentCore>, "configOption" | "load" | "order" | "end">;

interface Options {
	config: string;
	json?: boolean;
	mail?: string;
	forDaemon?: boolean;
}

/** Brings `heimweg doctor`. */
export function doctorCommandLine(program: Command, line: Line): void {
	program
		.command("doctor")
		.description(
			"looks at all that mail needs, and says whose turn it is; exits 1 when there is something to do, 2 when mail is at risk",
		)
		.argument(
			"[domain...]",
			"mail domains; those of the configuration when none is named",
			(text: string, before: string[] | undefined) => [...(before ?? []), readDomain(text)],
		)
		.option(...line.configOption)
		.option("--json", "for scripts")
		.option(
			"--mail <address>",
			"also send a mail to this mailbox here, out to the relay and back, and show its way (as root)",
		)
		// The unit heimweg-doctor@ runs it so.
		.addOption(new Option("--for-daemon").hideHelp())
		.action(async (domains: string[], options: Options) => {
			const work = options.forDaemon ? lookForDaemon(line, options) : lookNow(line, domains, options);
			await line.end(work);
		});
}

function readDomain(text: string): string {
	const domain = asciiDomain(text.toLowerCase().replace(/\.$/, ""));
	if (domain !== undefined) return domain;
	throw new InvalidArgumentError('expected a domain, such as "example.org".');
}

async function lookNow(
	line: Line,
	domains: string[],
	{ config: file, json = false, mail }: Options,
): Promise<number> {
	const { doctorCommand, examineHome } = await import("./doctor.ts");
	const beforehand = {
		config: await configOf(line, file, domains),
		...{ domains, mail },
		askStranger: (to: string) => line.order(file, "doctor-mail", to),
		// While the relay looks at itself, this home is looked at.
		relay: askDaemon(() => line.order(file, "doctor-relay")),
		asked: await askDaemon(() => line.order(file, "doctor")),
	};
	const status = await doctorCommand(beforehand, json, {
		...{ examine: examineHome, run: runCommand, out: process.stdout },
		speak: json ? english : await speech(),
	});
	// What stands as a condition should not stand until tomorrow once it is mended.
	if (domains.length === 0 && "told" in beforehand.asked)
		await askDaemon(() => line.order(file, "doctor-again"));
	return status;
}

/** What the daemon knows comes on standard input; what was found goes to standard output. */
async function lookForDaemon(line: Line, { config: file }: Options): Promise<number> {
	const { examineAll, examineHome, runForDaemon } = await import("./doctor.ts");
	const config = (await line.load(file)) as HomeConfig;
	return runForDaemon({
		async look(known) {
			const { asked, relay } = JSON.parse(known) as { asked: Asked; relay: Asked };
			const beforehand = { config, domains: [], asked, relay: Promise.resolve(relay) };
			return examineAll(beforehand, {
				...{ examine: examineHome, run: runCommand, out: process.stdout, speak: english },
			});
		},
	});
}

/** Whoever may not read the configuration names the domains. */
async function configOf(
	{ load }: Line,
	file: string,
	domains: readonly string[],
): Promise<HomeConfig | undefined> {
	try {
		return (await load(file)) as HomeConfig;
	} catch (error) {
		if (domains.length > 0) return undefined;
		throw error;
	}
}
