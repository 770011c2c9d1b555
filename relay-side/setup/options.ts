import type { RunCommand } from "../../shared/command.ts";
import type { CommandLine } from "../../shared/part.ts";
import type { Prompt } from "../../shared/prompt.ts";
import type { RelayCore } from "../config.ts";
import type { Internet } from "./internet.ts";

/** What the command line says. */
export interface SetupOptions {
	config: string;
	host?: string;
	networks?: string;
	yes?: boolean;
	verbose?: boolean;
	/** Show what is to be done, and do nothing. */
	dryRun?: boolean;
	/** False with --no-firewall. */
	firewall?: boolean;
}

/** What the set-up works with. */
export interface SetupDeps {
	run: RunCommand;
	prompt: Prompt;
	line: Pick<CommandLine<RelayCore>, "parse" | "knows" | "postfix" | "status">;
	internet: Internet;
	/** What this machine lacks to be a relay, as sentences. */
	lacks(): Promise<string[]>;
	say(line: string): void;
	uid: number;
}
