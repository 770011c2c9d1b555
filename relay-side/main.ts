import { join } from "node:path";
import { Command } from "commander";
import { askDaemon } from "../shared/ask.ts";
import { checkConfig, exitWith, parseArguments, printStatus } from "../shared/cli.ts";
import { runCommand } from "../shared/command.ts";
import { loadConfig } from "../shared/config.ts";
import { runDaemon } from "../shared/daemon.ts";
import { takeDown } from "../shared/down.ts";
import { HeimwegError } from "../shared/errors.ts";
import { inspectionFor } from "../shared/inspection.ts";
import { createLog } from "../shared/log.ts";
import type { PostfixCommandOptions } from "../shared/postfix/command.ts";
import { listQueue } from "../shared/postfix/queue.ts";
import { version } from "../shared/version.ts";
import { defaultConfigPath, type RelayConfig, relayConfigSchema } from "./config.ts";
import { loadRelay } from "./load.ts";
import { postfixCommand } from "./postfix/apply.ts";
import { createRelay } from "./relay.ts";
import { type RelayStatus, statusText } from "./status.ts";

const unit = "heimweg-relay";

const program = new Command("heimweg-relay")
	.description(
		"Routes mail to the homes behind the tunnel: runs on the relay, keeps WireGuard's peers and Postfix's maps as the files in homes.d say.",
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
  ${defaultConfigPath}       the configuration
  /etc/heimweg-relay/homes.d/ID.toml  one file per home; adding or removing one takes effect by itself
  /etc/heimweg-relay/wireguard.key    the relay's private key (root:heimweg, 0640)

Signals to the daemon:
  SIGHUP   read the configuration anew; an error keeps the old one and says so
  SIGTERM  end; the tunnel and the maps stay as they are`,
	);

const configOption = ["-c, --config <file>", "the configuration", defaultConfigPath] as const;

const load = (file: string): Promise<RelayConfig> => loadConfig(file, relayConfigSchema);

async function ask(
	file: string,
	path: string,
	options: { method?: "POST"; body?: string } = {},
): Promise<unknown> {
	const { run_dir } = await load(file);
	return askDaemon(join(run_dir, "control.sock"), path, { unit, ...options });
}

program
	.command("run")
	.description("the daemon; the unit heimweg-relay.service runs it")
	.option(...configOption)
	.action(async ({ config }: { config: string }) => {
		const log = createLog();
		await exitWith(
			runDaemon({
				name: "heimweg-relay",
				load: () => loadRelay(config),
				create: (loaded) => {
					log.level = loaded.config.log.level;
					return createRelay(loaded, runCommand, log);
				},
				log,
			}),
		);
	});

program
	.command("status")
	.description("which homes are here, and what is wrong")
	.option(...configOption)
	.option("--json", "for scripts")
	.action(async ({ config, json }: { config: string; json?: boolean }) => {
		const asking = async () => (await ask(config, "/status")) as RelayStatus;
		await exitWith(printStatus({ ask: asking, text: statusText, json: json ?? false }));
	});

program
	.command("check-config")
	.description("lists everything that is wrong with the configuration, its key and this machine")
	.argument("[file]", "the configuration", defaultConfigPath)
	.action(async (file: string) => {
		await exitWith(
			checkConfig(file, async () => loadRelay(file, await inspectionFor(unit, defaultConfigPath))),
		);
	});

program
	.command("accept-removals")
	.description("confirms that the many homes whose files vanished at once are meant to be gone")
	.option(...configOption)
	.action(async ({ config }: { config: string }) => {
		await exitWith(
			(async () => {
				const { text } = (await ask(config, "/accept-removals", { method: "POST" })) as { text: string };
				process.stdout.write(`${text}\n`);
				return 0;
			})(),
		);
	});

program
	.command("accept-recipients")
	.description("confirms that a home's list of recipients is meant to be so much shorter than before")
	.argument("<home>", "the home's id")
	.option(...configOption)
	.action(async (home: string, { config }: { config: string }) => {
		await exitWith(
			(async () => {
				const command = { method: "POST", body: home } as const;
				const { text } = (await ask(config, "/accept-recipients", command)) as { text: string };
				process.stdout.write(`${text}\n`);
				return 0;
			})(),
		);
	});

program
	.command("down")
	.description(
		"takes away what run set up on this machine: the interface and the guard table; refuses while mail waits",
	)
	.option(...configOption)
	.option("--force", "also while mail waits for a home")
	.action(async ({ config, force }: { config: string; force?: boolean }) => {
		await exitWith(
			(async () => {
				const { tunnel, postfix } = await load(config);
				if (!force) await refuseWhileMailWaits(postfix.service);
				return takeDown({ unit, run: runCommand, tunnel: async () => tunnel });
			})(),
		);
	});

program
	.command("postfix")
	.description("shows what Postfix needs for Heimweg; exits 1 when something is missing")
	.option(...configOption)
	.option("--apply", "set it (as root), with a copy of main.cf and master.cf")
	.option("--undo", "take back what --apply set, unless mail waits for a home")
	.option("--force", "take it back although mail waits")
	.action(async ({ config, ...options }: { config: string } & PostfixCommandOptions) => {
		await exitWith(
			(async () => {
				const { postfix, tunnel } = await load(config);
				return postfixCommand(options, {
					run: runCommand,
					listQueue,
					out: process.stdout,
					mapsDirectory: postfix.maps_dir,
					service: postfix.service,
					networks: tunnel.networks,
					relayAddresses: tunnel.addresses,
					uid: process.getuid?.() ?? -1,
					now: () => new Date(),
				});
			})(),
		);
	});

async function refuseWhileMailWaits(_service: string): Promise<void> {
	for await (const message of listQueue()) {
		throw new HeimwegError(
			`mail waits in the queue (${message.recipients.length} recipients of one message)`,
			{
				remedy: 'look at "mailq"; wait until it is delivered, or add --force',
			},
		);
	}
}

await parseArguments(program);
