import type { ProgramName } from "../bundle.mjs";
import { commandTree, type SubCommand } from "./commands.ts";

/** Completion for bash, in its own words: commands, their options, and files where a file is wanted. */
export function completion(name: ProgramName): string {
	const all = commandTree(name).commands;
	const commands = all.filter((command) => !command.name.includes(" "));
	/** The words that may follow a command that is a group of others, and the options of all of these. */
	const inside = (command: SubCommand) => {
		const own = all.filter((one) => one.name.startsWith(`${command.name} `));
		return [...own.map((one) => one.name.slice(command.name.length + 1)), ...own.flatMap(options)];
	};
	const options = (command: SubCommand) =>
		command.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
	const cases = commands.map(
		(command) =>
			`\t${command.name}) words="${[...new Set([...inside(command), ...options(command), "--help"])].join(" ")}"${inside(command).length > 0 ? " group=yes" : ""} ;;`,
	);
	const identifier = name.replaceAll("-", "_");
	return `# bash completion for ${name}
_${identifier}() {
	local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} words group=
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
	if [[ $word == -* || -n $group ]]; then
		COMPREPLY=($(compgen -W "$words" -- "$word"))
	else
		compopt -o filenames
		COMPREPLY=($(compgen -f -- "$word"))
	fi
}
complete -F _${identifier} ${name}
`;
}
