import { setTimeout as sleep } from "node:timers/promises";
import { Argument, type Command } from "commander";
import { DaemonAway } from "../../shared/ask.ts";
import { parseClient } from "../../shared/banned-client.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import type { CommandLine } from "../../shared/part.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { speech } from "../../shared/words/speech.ts";
import type { AgentCore } from "../config.ts";
import { jailText } from "./jail.ts";
import { leaveOrder } from "./left-orders.ts";
import { type Order, orderSchema } from "./order.ts";

interface Options {
	config: string;
	seconds?: string;
	jail?: string;
}

/** A restart of the daemon is no outage: so long it is waited for. After that, it finds the order when it starts. */
const patience = 3 * SECOND;
const pause = 0.3 * SECOND;

/** `heimweg bans`: for people, and for fail2ban. */
export function bansCommands(program: Command, line: CommandLine<AgentCore>): void {
	program
		.command("bans")
		.description("clients that the relay refuses for this home; fail2ban adds and removes them")
		.addArgument(
			new Argument(
				"[action]",
				'list, add or remove a client, flush those of a jail; "jail" prints fail2ban\'s',
			)
				.choices(["list", "add", "remove", "flush", "jail"])
				.default("list"),
		)
		.argument("[client]", "an address; of IPv6 its /64 is meant")
		.option(...line.configOption)
		.option("--seconds <n>", "how long; 365 days if not given, or with -1")
		.option("--jail <name>", "who bans; what one jail ends, another may still want")
		.action((action: string, client: string | undefined, options: Options) =>
			line.end(act(line, action, client, options)),
		);
}

async function act(
	line: CommandLine<AgentCore>,
	action: string,
	client: string | undefined,
	{ config, seconds, jail }: Options,
): Promise<number> {
	if (action === "jail") {
		const { relays, tunnel } = await line.load(config);
		process.stdout.write(jailText([...relays.flatMap(({ addresses }) => addresses), ...tunnel.addresses]));
		return 0;
	}
	const lasting = seconds === undefined ? undefined : Number(seconds);
	const order = orderSchema.safeParse({ action, client, by: jail, seconds: lasting });
	if (!order.success) throw new HeimwegError(usage(action), { remedy: 'run "heimweg bans --help"' });
	if (client !== undefined) checkClient(client);
	const end = Date.now() + patience;
	for (;;) {
		try {
			return await line.ask(config, "bans", JSON.stringify(order.data));
		} catch (error) {
			if (!(error instanceof DaemonAway) || action === "list") throw error;
			if (Date.now() > end) return leave(line, config, order.data, error);
			await sleep(pause);
		}
	}
}

async function leave(
	line: CommandLine<AgentCore>,
	config: string,
	order: Order,
	away: DaemonAway,
): Promise<0> {
	const { state_dir } = await line.load(config);
	await leaveOrder(state_dir, order).catch((error) => {
		if (error instanceof HeimwegError) throw error;
		throw away;
	});
	process.stdout.write(`${(await speech())(say`heimweg does not run; it does this when it starts`)}\n`);
	return 0;
}

function usage(action: string): string {
	if (action === "flush") return "flush needs --jail NAME, whose bans end";
	return `"bans ${action}" needs an address, a number of seconds of at least 1, and a jail's name of letters and digits`;
}

function checkClient(client: string): void {
	try {
		parseClient(client);
	} catch (error) {
		throw new HeimwegError(messageOf(error));
	}
}
