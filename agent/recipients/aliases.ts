import { CommandError, type RunCommand } from "../../shared/command.ts";
import { tablesIn } from "../../shared/postfix/listed.ts";
import { postfixTable } from "./postfix-table.ts";
import type { Source } from "./source.ts";

/** Types of tables whose keys "postmap -s" can list (postmap(1)). */
export const listable = /^(?:btree|cdb|dbm|hash|lmdb|sdbm|texthash):/;

/** Part of Postfix's own default where it was built with NIS (postconf(5), alias_maps), which hardly a machine has. */
const usual = /^nis:/;

/**
 * The names in Postfix's alias_maps, which its local delivery takes mail for beside the users of this machine. Throws for a
 * table that cannot be listed: whom it names is not known, and must not be refused.
 */
export function postfixAliases(run: RunCommand): Source {
	return {
		name: "alias_maps",
		async read() {
			const value = await run("postconf", ["-hx", "alias_maps"]).catch((error: unknown) => {
				// Without Postfix there are no aliases of Postfix.
				if (error instanceof CommandError && error.missing) return "";
				throw error;
			});
			const tables = tablesIn(value)
				.map((table) => table.replace(/^proxy:/, ""))
				.filter((table) => !usual.test(table));
			return (await Promise.all(tables.map((table) => postfixTable(table, run).read()))).flat();
		},
	};
}
