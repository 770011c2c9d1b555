import type { Command } from "commander";
import { dnsCommandLine as commonCommands, printed } from "../../shared/dns/zones/cli.ts";
import type { CommandLine } from "../../shared/part.ts";

/** Brings `heimweg dns ...`. */
export function dnsCommandLine(
	program: Command,
	line: Pick<CommandLine<unknown>, "configOption" | "end" | "order">,
): void {
	commonCommands(program, line, "all records of the mail domains, as one plan")
		.command("autoconfig")
		.option(...line.configOption)
		.description("prints the file for mail programs that a web server has to serve")
		.argument("<domain>", "the mail domain")
		.action(async (domain: string, { config }: { config: string }) => {
			await line.end(printed(line.order(config, "dns-autoconfig", domain)));
		});
}
