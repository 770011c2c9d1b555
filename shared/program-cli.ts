import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { askDaemon } from "./ask.ts";
import { checkConfig, exitWith, parseArguments, printStatus } from "./cli.ts";
import { runCommand } from "./command.ts";
import { parseConfig } from "./config.ts";
import { runDaemon } from "./daemon.ts";
import { takeDown } from "./down.ts";
import { ConfigError } from "./errors.ts";
import { columns } from "./help.ts";
import { inspectionFor, ownInspection } from "./inspection.ts";
import { createLog } from "./log.ts";
import { runNotice } from "./notify-run.ts";
import type { CommandLine, PartTypes } from "./part.ts";
import { plainLines } from "./plain-text.ts";
import { type PostfixCommandOptions, runPostfixCommand } from "./postfix/command.ts";
import { composedSide } from "./postfix/compose.ts";
import { createProgram } from "./program.ts";
import { configSchema, type ProgramKind } from "./program-kind.ts";
import { loadProgram, readProgramConfig } from "./program-load.ts";
import { isWell, type ProgramStatus, statusText } from "./program-status.ts";
import { version } from "./version.ts";
import { english } from "./words/say.ts";
import { speech } from "./words/speech.ts";

const exitStatus = `
Exit status:
  0   all is well
  1   something is wrong; "status": also a warning, and what is not known to be well
  2   "doctor": mail is at risk
  3   "status": the daemon does not run
  64  the command line is wrong (sysexits.h: EX_USAGE)
  78  the configuration cannot work (sysexits.h: EX_CONFIG)

Environment:
  LANG  what language commands speak, English or German; so do LC_ALL, LC_MESSAGES and LANGUAGE (locale(7))
`;

/** What systemd runs writes what its logs are searched for. */
const inEnglish = async () => english;

interface StatusOptions {
	config: string;
	json?: boolean;
	all?: boolean;
	home?: string;
}

/** Runs the command that the command line names. */
export async function runProgram<Types extends PartTypes>(kind: ProgramKind<Types>): Promise<void> {
	await parseArguments(programCommands(kind));
}

/** All commands: those of every program, and those that its parts bring. */
export function programCommands<Types extends PartTypes>(kind: ProgramKind<Types>): Command {
	const { name: unit, words, defaultConfigPath } = kind;
	const program = new Command(unit)
		.description(kind.description)
		.version(version)
		.addHelpText("after", columns(`${exitStatus}\n${kind.help}`));
	const configOption = ["-c, --config <file>", "the configuration", defaultConfigPath] as const;
	const load = async (file: string) => (await readProgramConfig(kind, file)).config;

	async function askSocket(file: string, path: string, options: { method?: "POST"; body?: string } = {}) {
		return askDaemon(await socketOf(file), path, { unit, ...options });
	}

	/** A daemon that runs by what the file said before can be asked although the file is wrong now. */
	async function socketOf(file: string): Promise<string> {
		const usual = join(kind.madeByUnit.at(-1) ?? "", "control.sock");
		return load(file).then(
			({ run_dir }) => join(run_dir, "control.sock"),
			(error: unknown) => {
				if (file === defaultConfigPath && error instanceof ConfigError && existsSync(usual)) return usual;
				throw error;
			},
		);
	}

	program
		.command("run")
		.description(words.run)
		.option(...configOption)
		.action(async ({ config }: { config: string }) => {
			const { log, configure } = createLog();
			await exitWith(
				runDaemon({
					name: unit,
					load: () => loadProgram(kind, config),
					create: (loaded) => {
						configure(loaded.config.log);
						return createProgram(kind, loaded, runCommand, log);
					},
					log,
				}),
				inEnglish,
			);
		});

	const status = program
		.command("status")
		.description(words.status)
		.option(...configOption)
		.option("--json", "for scripts")
		.option("--all", "everything, also what is left out or counted because there is so much of it");
	if (words.statusHome) status.option("--home <id>", words.statusHome);
	status.action(async ({ config, json = false, all, home }: StatusOptions) => {
		const query = new URLSearchParams({ ...(all && { all: "" }), ...(home !== undefined && { home }) });
		const ask = async () => (await askSocket(config, `/status?${query}`)) as ProgramStatus;
		await exitWith(
			printStatus({ ask, text: (known, speak) => statusText(kind, known, speak), isWell, json }),
		);
	});

	program
		.command("check-config")
		.description(words.checkConfig)
		.argument("[file]", "the configuration", defaultConfigPath)
		.option("--reload", "by the rights of who asks, as a reload reads it; the unit looks so before one")
		.action(async (file: string, { reload = false }: { reload?: boolean }) => {
			const eyes = async () => (reload ? ownInspection : inspectionFor(unit, defaultConfigPath));
			const look = async () => loadProgram(kind, file, await eyes());
			await exitWith(checkConfig(file, look));
		});

	const line: CommandLine<Types["core"]> = {
		configOption,
		load,
		parse: (name, text) => parseConfig(name, text, configSchema(kind)),
		knows: (key) => kind.parts.some((part) => key in (part.config ?? {})),
		postfix: (config, run) => composedSide(unit, kind.parts, config, run),
		async status(file) {
			const known = (await askSocket(file, "/status")) as ProgramStatus;
			return { known, text: plainLines(statusText(kind, known, await speech())) };
		},
		end: exitWith,
		async order(file, command, argument) {
			const body = argument === undefined ? {} : { body: argument };
			return ((await askSocket(file, `/${command}`, { method: "POST", ...body })) as { text: string }).text;
		},
		async ask(file, command, argument) {
			const text = await line.order(file, command, argument);
			process.stdout.write(plainLines(`${(await speech())(text)}\n`));
			return 0;
		},
	};
	for (const part of kind.parts) part.cli?.(program, line);

	const down = program
		.command("down")
		.description(words.down)
		.option(...configOption);
	if (words.downForce) down.option("--force", words.downForce);
	down.action(async ({ config, force = false }: { config: string; force?: boolean }) => {
		await exitWith(
			(async () =>
				takeDown({ unit, run: runCommand, config: await load(config), parts: kind.parts, force }))(),
		);
	});

	const postfix = program
		.command("postfix")
		.description(words.postfix)
		.option(...configOption)
		.option("--apply", "set it (as root), with a copy of main.cf and master.cf")
		.option("--undo", words.postfixUndo);
	if (words.postfixForce) postfix.option("--force", words.postfixForce);
	postfix.action(async ({ config, ...options }: { config: string } & PostfixCommandOptions) => {
		await exitWith(
			(async () => {
				const read = await load(config);
				return runPostfixCommand(options, () => composedSide(unit, kind.parts, read), {
					run: runCommand,
					out: process.stdout,
					uid: process.getuid?.() ?? -1,
					now: () => new Date(),
				});
			})(),
		);
	});

	// The unit heimweg-notify@ (and the relay's) runs it, with a notice from the daemon on its standard input.
	program
		.command("notify", { hidden: true })
		.option(...configOption)
		.action(async ({ config }: { config: string }) => {
			const command = async () => (await load(config)).notify.command;
			await exitWith((async () => runNotice({ command: await command(), run: runCommand }))(), inEnglish);
		});
	return program;
}
