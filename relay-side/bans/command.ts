import { Argument, type Command } from "commander";
import { z } from "zod";
import { parseClient } from "../../shared/banned-client.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import type { CommandLine } from "../../shared/part.ts";
import type { RelayCore } from "../config.ts";

/** What the command line asks of the running program. */
export const orderSchema = z.discriminatedUnion("action", [
	z.object({ action: z.literal("list") }),
	z.object({ action: z.literal("remove"), home: z.string(), client: z.string() }),
]);

/** `heimweg-relay bans`: what homes have banned, and letting one in again. */
export function bansCommands(program: Command, line: CommandLine<RelayCore>): void {
	program
		.command("bans")
		.description("clients that homes have banned; lets one in again")
		.addArgument(new Argument("[action]").choices(["list", "remove"]).default("list"))
		.argument("[home]", "the home's id, to remove")
		.argument("[client]", "an address; of IPv6 its /64 is meant")
		.option(...line.configOption)
		.action(
			(action: string, home: string | undefined, client: string | undefined, options: { config: string }) =>
				line.end(act(line, options.config, { action, home, client })),
		);
}

async function act(line: CommandLine<RelayCore>, config: string, given: object): Promise<number> {
	const order = orderSchema.safeParse(given);
	if (!order.success) {
		throw new HeimwegError("to remove a ban, name the home and the client", {
			remedy: 'run "heimweg-relay bans" to see them, then "heimweg-relay bans remove HOME CLIENT"',
		});
	}
	if (order.data.action === "remove") {
		try {
			parseClient(order.data.client);
		} catch (error) {
			throw new HeimwegError(messageOf(error));
		}
	}
	return line.ask(config, "bans", JSON.stringify(order.data));
}
