import { hostname } from "node:os";
import type { RunCommand } from "../../shared/command.ts";

/** The relay's own names, which are never a home's. */
export interface OwnNames {
	readonly all: ReadonlySet<string>;
	/** Looks what they are now; true when they are others than before. */
	look(): Promise<boolean>;
}

/** Follows this machine's name and that of its Postfix, which may change while we run. */
export function ownNames(run: RunCommand, machine: () => string = hostname): OwnNames {
	let all: ReadonlySet<string> = new Set([machine().toLowerCase()]);
	let ofPostfix = "";
	return {
		get all() {
			return all;
		},
		async look() {
			// While Postfix does not say, it is called as before.
			ofPostfix = (await run("postconf", ["-h", "myhostname"]).catch(() => "")).trim() || ofPostfix;
			const now = new Set([machine(), ofPostfix].filter(Boolean).map((name) => name.toLowerCase()));
			const isOther = [...now].sort().join() !== [...all].sort().join();
			all = now;
			return isOther;
		},
	};
}
