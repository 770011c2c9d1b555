import { CommandError, type RunCommand } from "../../shared/command.ts";
import { tablesIn } from "../../shared/postfix/listed.ts";
import { postfixTable } from "./postfix-table.ts";
import type { Source } from "./source.ts";

/** Types of tables whose keys "postmap -s" can list (postmap(1)). */
export const listable = /^(?:btree|cdb|dbm|hash|lmdb|sdbm|texthash):/;

/**
 * The names in Postfix's alias_maps, which its local delivery takes mail for beside the users of this machine. A table
 * that cannot be listed names nobody here, as if it were not there.
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
				.filter((table) => listable.test(table));
			return (await Promise.all(tables.map((table) => postfixTable(table, run).read()))).flat();
		},
	};
}
