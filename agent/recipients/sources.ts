import type { RunCommand } from "../../shared/command.ts";
import { recipientCommand } from "./command.ts";
import type { RecipientsConfig } from "./config.ts";
import { doveadmUsers } from "./doveadm.ts";
import { recipientFile } from "./file.ts";
import { passwdFile } from "./passwd.ts";
import { postfixTable } from "./postfix-table.ts";
import type { Source } from "./source.ts";

/** Everything that `[recipients]` names. */
export function sourcesOf(config: NonNullable<RecipientsConfig["recipients"]>, run: RunCommand): Source[] {
	return [
		...config.tables.map((table) => postfixTable(table, run)),
		...(config.passwd ? [passwdFile("/etc/passwd")] : []),
		...(config.doveadm ? [doveadmUsers(run)] : []),
		...config.files.map(recipientFile),
		...config.commands.map((command) => recipientCommand(command, run)),
	];
}

/** The domains of names that have none. */
export function localDomains(config: RecipientsConfig): string[] {
	return config.recipients?.domains ?? config.mail?.domains ?? [];
}
