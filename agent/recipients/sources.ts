import { access } from "node:fs/promises";
import type { RunCommand } from "../../shared/command.ts";
import { postfixAliases } from "./aliases.ts";
import { recipientCommand } from "./command.ts";
import type { RecipientsConfig } from "./config.ts";
import { doveadmUsers, userdbSocket } from "./doveadm.ts";
import { recipientFile } from "./file.ts";
import { passwdFile } from "./passwd.ts";
import { postfixTable } from "./postfix-table.ts";
import type { Source } from "./source.ts";

const passwd = "/etc/passwd";

/** Everything that `[recipients]` names. */
export function sourcesOf(config: NonNullable<RecipientsConfig["recipients"]>, run: RunCommand): Source[] {
	return [
		...config.tables.map((table) => postfixTable(table, run)),
		...(config.passwd ? [passwdFile(passwd), postfixAliases(run)] : []),
		...(config.doveadm ? [doveadmUsers(run, { passwd, opened: () => there(userdbSocket) })] : []),
		...config.files.map(recipientFile),
		...config.commands.map((command) => recipientCommand(command, run)),
	];
}

/** The domains of names that have none. */
export function localDomains(config: RecipientsConfig): string[] {
	return config.recipients?.domains ?? config.mail?.domains ?? [];
}

function there(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
