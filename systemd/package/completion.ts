import type { ProgramName } from "../bundle.mjs";
import { commandTree, type SubCommand } from "./commands.ts";

/** Completion for bash, in its own words: commands, their options, and files where a file is wanted. */
export function completion(name: ProgramName): string {
	const { commands } = commandTree(name);
	const options = (command: SubCommand) =>
		command.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
	const cases = commands.map(
		(command) => `\t${command.name}) words="${[...options(command), "--help"].join(" ")}" ;;`,
	);
	const identifier = name.replaceAll("-", "_");
	return `# bash completion for ${name}
_${identifier}() {
	local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} words
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W "${[...commands.map((command) => command.name), "--help", "--version"].join(" ")}" -- "$word"))
		return
	fi
	case $before in
	-c | --config)
		compopt -o filenames
		COMPREPLY=($(compgen -f -- "$word"))
		return
		;;
	esac
	case \${COMP_WORDS[1]} in
${cases.join("\n")}
	*) return ;;
	esac
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$words" -- "$word"))
	else
		compopt -o filenames
		COMPREPLY=($(compgen -f -- "$word"))
	fi
}
complete -F _${identifier} ${name}
`;
}
