import { CommandError, type RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import type { Source } from "./source.ts";

/** Keys that postalias(1) adds for NIS. */
const notRecipients = /^(?:@|yp_[a-z_]+)$/i;

/** The keys of a Postfix lookup table, such as virtual_alias_maps, virtual_mailbox_maps or alias_maps. */
export function postfixTable(table: string, run: RunCommand): Source {
	return {
		name: table,
		async read() {
			const text = await run("postmap", ["-s", table], { timeout: 60_000 }).catch((error) => {
				throw explain(error, table);
			});
			const entries = text.split("\n").filter((line) => line.includes("\t"));
			const keys = entries.map((line) => line.slice(0, line.indexOf("\t")));
			return keys.filter((key) => key !== "" && !notRecipients.test(key));
		},
	};
}

function explain(error: unknown, table: string): unknown {
	if (!(error instanceof CommandError)) return error;
	if (/sequence operation is not supported|unsupported dictionary type/.test(error.stderr)) {
		return new HeimwegError(`the Postfix table ${table} cannot be listed`, {
			remedy:
				"name its recipients in another way: recipients.commands for a database, recipients.files, or a table of type texthash, hash or lmdb",
		});
	}
	if (/permission denied/i.test(error.stderr)) {
		return new HeimwegError(`the Postfix table ${table} cannot be read: permission denied`, {
			remedy: `make it readable for the group heimweg-recipients ("chgrp" and "chmod g+r")`,
		});
	}
	return error;
}
