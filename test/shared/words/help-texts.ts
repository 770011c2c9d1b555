import type { Command } from "commander";
import { agent } from "../../../agent/agent.ts";
import { relay } from "../../../relay-side/relay.ts";
import { programCommands } from "../../../shared/program-cli.ts";

/** What commander says of its own. */
const its = ["Usage:", "Arguments:", "Options:", "Commands:", "display help for command", "default: {0}"];

/** What `--help` of both programs says, each sentence with the command that it stands at. */
export function helpTexts(): Map<string, string> {
	const found = new Map(its.map((text) => [text, "commander"]));
	const take = (text: string, at: string) => text && !found.has(text) && found.set(text, at);
	for (const program of [programCommands(agent), programCommands(relay)]) {
		for (const command of withBelow(program)) {
			take(command.description(), command.name());
			for (const { description } of command.options) take(description, command.name());
			for (const { description } of command.registeredArguments) take(description, command.name());
		}
		for (const line of endOf(program).split("\n")) take(line.replace(/^ {2}\S+ {2,}/, ""), program.name());
	}
	return found;
}

/** What stands behind the list of commands, with each sentence on one line. */
function endOf(program: Command): string {
	let text = "";
	program.configureOutput({
		writeOut(part) {
			text += part;
		},
	});
	program.outputHelp();
	// What was too long for one line goes on below its second column.
	return text.slice(text.indexOf("Exit status:")).replaceAll(/\n {4,}(?=\S)/g, " ");
}

function withBelow(command: Command): Command[] {
	return [
		command,
		...command.commands.filter((one) => !("_hidden" in one && one._hidden)).flatMap(withBelow),
	];
}
