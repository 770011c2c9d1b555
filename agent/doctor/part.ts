import { runCommand } from "../../shared/command.ts";
import { HeimwegError, messageOf, remedyOf } from "../../shared/errors.ts";
import type { CommandLine } from "../../shared/part.ts";
import { english } from "../../shared/words/say.ts";
import { speech } from "../../shared/words/speech.ts";
import type { AgentCore } from "../config.ts";
import { agentPart } from "../part.ts";
import { createAskRelay } from "./ask-relay.ts";
import type { Asked, HomeConfig } from "./command.ts";
import { whatIsKnown } from "./told.ts";

interface Options {
	config: string;
	json?: boolean;
	mail?: string;
}

/** Looks at all that a mail domain needs, and says whose turn it is where something is missing. */
export const doctor = agentPart({
	name: "doctor",

	create({ mail, relays }, { facts }) {
		let relayVersion: string | undefined;
		const known = () => whatIsKnown(facts, mail?.domains ?? [], relayVersion);
		const relay = createAskRelay({ relay: relays[0]?.endpoint.host });
		return {
			name: "doctor",
			commands: {
				doctor: async () => JSON.stringify(known()),
				"doctor-relay": async () => JSON.stringify(await relay.ask()),
			},
			checkin: {
				...relay.checkin,
				heard(answer) {
					relayVersion = answer.version;
				},
			},
			stop: relay.stop,
		};
	},

	cli(program, line) {
		program
			.command("doctor")
			.description(
				"looks at all that mail needs, and says whose turn it is; exits 1 when there is something to do, 2 when mail is at risk",
			)
			.argument("[domain...]", "mail domains; those of the configuration when none is named")
			.option(...line.configOption)
			.option("--json", "for scripts")
			.option(
				"--mail <address>",
				"also send a mail to this mailbox here, out to the relay and back, and show its way (as root)",
			)
			.action(async (domains: string[], { config: file, json = false, mail }: Options) => {
				await line.end(
					(async () => {
						const { doctorCommand, examineHome } = await import("./doctor.ts");
						const beforehand = {
							config: await configOf(line, file, domains),
							...{ domains, mail },
							// While the relay looks at itself, this home is looked at.
							relay: ask(line, file, "doctor-relay"),
							asked: await ask(line, file),
						};
						return doctorCommand(beforehand, json, {
							...{ examine: examineHome, run: runCommand, out: process.stdout },
							speak: json ? english : await speech(),
						});
					})(),
				);
			});
	},
});

/** Whoever may not read the configuration names the domains. */
async function configOf(
	{ load }: Pick<CommandLine<AgentCore>, "load">,
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

/** What the daemon knows, or why it cannot be asked. */
async function ask(
	{ order }: Pick<CommandLine<AgentCore>, "order">,
	file: string,
	command = "doctor",
): Promise<Asked> {
	try {
		return { told: await order(file, command) };
	} catch (error) {
		if (!(error instanceof HeimwegError)) throw error;
		return { why: messageOf(error), remedy: remedyOf(error) };
	}
}
