import type { Command } from "commander";
import { speech } from "./words/speech.ts";

/**
 * Has `--help` speak the language of whoever asks, where these words of a command line ask for it. The catalogue is not read
 * for anything else: a daemon starts by the same way.
 */
export async function prepareHelp(
	program: Command,
	words: readonly string[],
	speaking: typeof speech = speech,
): Promise<void> {
	if (!asksForHelp(program, words)) return;
	const speak = await speaking();
	for (const command of withBelow(program)) {
		command.configureHelp({
			styleTitle: speak,
			styleCommandDescription: speak,
			styleSubcommandDescription: speak,
			styleOptionDescription: speak,
			styleArgumentDescription: speak,
		});
	}
}

/** Text for the end of a program's help: headings, and lines of two columns of which the second is a sentence. */
export function columns(text: string): (context: { command: Command }) => string {
	return ({ command }) => {
		const help = command.createHelp();
		return text
			.split("\n")
			.map((line) => {
				const [, term = "", space = "", sentence = ""] = /^ {2}(\S+)( {2,})(.+)$/.exec(line) ?? [];
				if (term === "") return help.styleTitle(line);
				// The space between the columns counts two of its own.
				return help.formatItem(
					term,
					term.length + space.length - 2,
					help.styleOptionDescription(sentence),
					help,
				);
			})
			.join("\n");
	};
}

function asksForHelp(program: Command, words: readonly string[]): boolean {
	if (words.some((word) => ["help", "--help", "-h"].includes(word))) return true;
	// One that only groups others shows what there is.
	let named = program;
	for (const word of words) {
		const below = named.commands.find((command) => command.name() === word);
		if (!below) break;
		named = below;
	}
	return named.commands.length > 0;
}

function withBelow(command: Command): Command[] {
	return [command, ...command.commands.flatMap(withBelow)];
}
