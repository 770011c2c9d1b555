import type { Command, Option } from "commander";
import { agent } from "../../agent/agent.ts";
import { relay } from "../../relay-side/relay.ts";
import { programCommands } from "../../shared/program-cli.ts";
import type { ProgramName } from "../bundle.mjs";

/** A program's command line, as `--help` tells it. */
export interface CommandTree {
	name: string;
	description: string;
	/** What `--help` says after the list of commands: exit status, files, signals. */
	after: string;
	commands: SubCommand[];
}

export interface SubCommand {
	name: string;
	/** `[file]`, `<home>`. */
	arguments: string[];
	description: string;
	options: Option[];
}

/** The command line of a program, from the definitions that it runs by. */
export function commandTree(name: ProgramName): CommandTree {
	const program = name === "heimweg" ? programCommands(agent) : programCommands(relay);
	const help = helpOf(program);
	return {
		name,
		description: program.description(),
		after: help
			.slice(help.lastIndexOf("display help for command") + "display help for command".length)
			.trim(),
		commands: program
			.createHelp()
			.visibleCommands(program)
			.filter((command) => command.name() !== "help")
			.map((command) => ({
				name: command.name(),
				arguments: command.registeredArguments.map((one) => {
					const word = one.variadic ? `${one.name()}...` : one.name();
					return one.required ? `<${word}>` : `[${word}]`;
				}),
				description: command.description(),
				options: command.options.filter((option) => !option.hidden),
			})),
	};
}

/** What `--help` prints, with what was added after it. */
function helpOf(program: Command): string {
	let text = "";
	program.configureOutput({
		writeOut(part) {
			text += part;
		},
	});
	program.outputHelp();
	return text;
}
