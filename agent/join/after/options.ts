import type { Address } from "../../../shared/address.ts";
import type { RunCommand } from "../../../shared/command.ts";
import type { CommandLine } from "../../../shared/part.ts";
import type { Prompt } from "../../../shared/prompt.ts";
import type { AgentCore } from "../../config.ts";
import type { FoundRecipients } from "../../recipients/find.ts";

/** Where the token lies when heimweg.toml does not say (dns.token_file). */
export const usualTokenFile = "/etc/heimweg/desec.token";

/** What is known of this home after its enrolment. */
export interface Joined {
	domains: readonly string[];
	relay: { endpoint: string; addresses: readonly Address[] };
	/** The path of heimweg.toml. */
	config: string;
}

/** What heimweg.toml is to say, as far as it is known yet. */
export interface Draft {
	/** Its text as it is on the disk, and what is to be added of a file of its owner's. */
	text: string;
	added: string;
	dns: { names: string[]; api?: string; token_file?: string } | undefined;
	recipients: object | undefined;
}

/** What the command line says. */
export interface AfterOptions {
	/** False with --no-dns. */
	dns?: boolean;
	name?: string;
	tokenFile?: string;
	mailbox?: string;
	/** False with --no-mail. */
	mail?: boolean;
	/** A file whose text heimweg.toml gets. */
	add?: string;
	yes?: boolean;
	verbose?: boolean;
	/** Show what is to be done, and do nothing. */
	dryRun?: boolean;
}

/** What it works with. */
export interface AfterDeps {
	run: RunCommand;
	prompt: Prompt;
	line: Pick<CommandLine<AgentCore>, "load" | "parse" | "postfix" | "status">;
	say(line: string): void;
	/** Asks deSEC for the zone that holds a name, with a token; throws what deSEC said. */
	zoneOf(name: string, token: string, api: string | undefined): Promise<string>;
	findRecipients(run: RunCommand, domains: readonly string[]): Promise<FoundRecipients>;
	resolveMx(domain: string): Promise<Array<{ exchange: string }>>;
	/** Hands a mail to a server; throws with what that said. */
	sendMail(mail: { server: Address; from: string; to: string; text: string }): Promise<string>;
	/** Where the token lies. */
	tokenFile: string;
}
