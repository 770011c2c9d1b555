import { type Command, Option } from "commander";
import { dnsCommandLine as commonCommands, printed } from "../../shared/dns/zones/cli.ts";
import type { CommandLine } from "../../shared/part.ts";
import { type WebServer, webServerLines, webServers } from "./web-server.ts";

interface AutoconfigOptions {
	config: string;
	outlook?: boolean;
	server?: WebServer;
}

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
		.option("--outlook", "the file for Outlook instead")
		.addOption(
			new Option("--server <name>", "the lines for a web server instead, and where the files go").choices(
				webServers,
			),
		)
		.action(async (domain: string, { config, outlook, server }: AutoconfigOptions) => {
			const asked = () => line.order(config, outlook ? "dns-autodiscover" : "dns-autoconfig", domain);
			const lines = async () => {
				// What is asked for a domain that is none of ours is told as for the file.
				await line.order(config, "dns-autoconfig", domain);
				return JSON.stringify(webServerLines(server!, domain));
			};
			await line.end(printed(server ? lines() : asked()));
		});
}
