import { join } from "node:path";
import { Command } from "commander";
import { askDaemon } from "../shared/ask.ts";
import { checkConfig, exitWith, parseArguments, printStatus } from "../shared/cli.ts";
import { runCommand } from "../shared/command.ts";
import { loadConfig } from "../shared/config.ts";
import { runDaemon } from "../shared/daemon.ts";
import { takeDown } from "../shared/down.ts";
import { inspectionFor } from "../shared/inspection.ts";
import { createLog } from "../shared/log.ts";
import { runNotice } from "../shared/notify-run.ts";
import { type PostfixCommandOptions, runPostfixCommand } from "../shared/postfix/command.ts";
import { version } from "../shared/version.ts";
import { createAgent } from "./agent.ts";
import { agentConfigSchema, defaultConfigPath } from "./config.ts";
import { loadAgent } from "./load.ts";
import { homeSide } from "./mail/postfix.ts";
import { recipientsCommand } from "./recipients/run.ts";
import { type AgentStatus, statusText } from "./status.ts";

const unit = "heimweg";

const program = new Command("heimweg")
	.description(
		"Keeps a mail server at home reachable although its address changes: runs on the home server, keeps the tunnel to the relay up and the records at deSEC true.",
	)
	.version(version)
	.addHelpText(
		"after",
		`
Exit status:
  0   all is well
  1   something is wrong; "status": mail cannot flow, or an error holds
  3   "status": the daemon does not run
  64  the command line is wrong (sysexits.h: EX_USAGE)
  78  the configuration cannot work (sysexits.h: EX_CONFIG)

Files:
  ${defaultConfigPath}    the configuration
  /etc/heimweg/wireguard.key   this home's private key (root:heimweg, 0640)
  /etc/heimweg/desec.token     the deSEC token (root:heimweg, 0640)

Signals to the daemon:
  SIGHUP   read the configuration anew; an error keeps the old one and says so
  SIGTERM  end; the tunnel and the records stay as they are`,
	);

program
	.command("run")
	.description("the daemon; the unit heimweg.service runs it")
	.option("-c, --config <file>", "the configuration", defaultConfigPath)
	.action(async ({ config }: { config: string }) => {
		const log = createLog();
		await exitWith(
			runDaemon({
				name: "heimweg",
				load: () => loadAgent(config),
				create: (loaded) => {
					log.level = loaded.config.log.level;
					return createAgent(loaded.config, loaded.secrets, runCommand, log);
				},
				log,
			}),
		);
	});

program
	.command("status")
	.description("what the daemon is doing, and what is wrong")
	.option("-c, --config <file>", "the configuration", defaultConfigPath)
	.option("--json", "for scripts")
	.action(async ({ config, json }: { config: string; json?: boolean }) => {
		await exitWith(
			printStatus<AgentStatus>({
				ask: async () => {
					const { run_dir } = await loadConfig(config, agentConfigSchema);
					return (await askDaemon(join(run_dir, "control.sock"), "/status", { unit })) as AgentStatus;
				},
				text: statusText,
				json: json ?? false,
			}),
		);
	});

program
	.command("check-config")
	.description("lists everything that is wrong with the configuration, its secrets and this machine")
	.argument("[file]", "the configuration", defaultConfigPath)
	.action(async (file: string) => {
		await exitWith(
			checkConfig(file, async () => loadAgent(file, await inspectionFor(unit, defaultConfigPath))),
		);
	});

program
	.command("down")
	.description("takes away what run set up on this machine: the interface, the guard table; the records stay")
	.option("-c, --config <file>", "the configuration", defaultConfigPath)
	.action(async ({ config }: { config: string }) => {
		await exitWith(
			takeDown({
				unit,
				run: runCommand,
				tunnel: async () => (await loadConfig(config, agentConfigSchema)).tunnel,
			}),
		);
	});

program
	.command("recipients")
	.description(
		"asks every source in [recipients] who the valid recipients are; exits 1 when one cannot be listed",
	)
	.option("-c, --config <file>", "the configuration", defaultConfigPath)
	.option("--list", "print the recipients themselves")
	.option("--write", "write the file that the daemon reads; the unit heimweg-recipients.service does that")
	.action(
		async ({ config, list = false, write = false }: { config: string; list?: boolean; write?: boolean }) => {
			await exitWith(
				(async () =>
					recipientsCommand(
						await loadConfig(config, agentConfigSchema),
						{ list, write },
						{ run: runCommand, out: process.stdout, now: new Date() },
					))(),
			);
		},
	);

program
	.command("postfix")
	.description(
		"shows what Postfix needs, to send through the relay and to take mail from it alone; exits 1 when something is missing",
	)
	.option("-c, --config <file>", "the configuration", defaultConfigPath)
	.option("--apply", "set it (as root), with a copy of main.cf and master.cf")
	.option("--undo", "take back what --apply set")
	.action(async ({ config, ...options }: { config: string } & PostfixCommandOptions) => {
		await exitWith(
			(async () => {
				const { relays } = await loadConfig(config, agentConfigSchema);
				return runPostfixCommand(options, () => homeSide(relays[0]!.addresses), {
					run: runCommand,
					out: process.stdout,
					uid: process.getuid?.() ?? -1,
					now: () => new Date(),
				});
			})(),
		);
	});

program
	.command("notify", { hidden: true })
	.option("-c, --config <file>", "the configuration", defaultConfigPath)
	.action(async ({ config }: { config: string }) => {
		await exitWith(
			(async () => {
				const { notify } = await loadConfig(config, agentConfigSchema);
				return runNotice({ command: notify.command, run: runCommand });
			})(),
		);
	});

await parseArguments(program);
