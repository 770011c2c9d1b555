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
	/** With the command that it belongs to, as `dns plan`. */
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
		commands: subCommands(program),
	};
}

/** The commands of a command, each followed by its own as `dns plan`. */
function subCommands(command: Command, before = ""): SubCommand[] {
	const visible = command.createHelp().visibleCommands(command);
	return visible
		.filter((one) => one.name() !== "help")
		.flatMap((one) => {
			const name = `${before}${one.name()}`;
			return [
				{
					name,
					arguments: one.registeredArguments.map((argument) => {
						const word = argument.variadic ? `${argument.name()}...` : argument.name();
						return argument.required ? `<${word}>` : `[${word}]`;
					}),
					description: one.description(),
					options: one.options.filter((option) => !option.hidden),
				},
				...subCommands(one, `${name} `),
			];
		});
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
