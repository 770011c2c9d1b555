import { type ChildLines, followLines } from "./child-lines.ts";
import { tableName } from "./guard.ts";
import type { Logger } from "./log.ts";

/** Milliseconds in which changes of one moment, such as a flush and what a firewall sets after it, are one. */
const gathering = 20;

/** Milliseconds after its start by which `nft monitor` listens: it does not say so. */
const listensWithin = 500;

/** What `nft monitor` prints of our table, and when it could not keep up with what happens (libnftables, monitor.c). */
const concernsUs = new RegExp(`\\binet ${tableName}\\b|^# ERROR`);

/**
 * Follows the nftables rules of this machine, and calls `onChange` a moment after our table was changed or taken away,
 * be it by us; also when something may have been missed. `nft monitor` needs CAP_NET_ADMIN, and is run by `command`.
 */
export function watchGuard(options: {
	onChange(): void;
	log: Logger;
	/** By default `nft monitor ruleset`. */
	command?: readonly [string, ...string[]];
}): ChildLines {
	const [command, ...args] = options.command ?? ["nft", "monitor", "ruleset"];
	let timer: NodeJS.Timeout | undefined;
	let listening: NodeJS.Timeout | undefined;

	function changed(): void {
		timer ??= setTimeout(() => {
			timer = undefined;
			options.onChange();
		}, gathering);
	}

	const child = followLines({
		command,
		args,
		onStart() {
			clearTimeout(listening);
			listening = setTimeout(changed, listensWithin);
		},
		onLine(line) {
			if (concernsUs.test(line)) changed();
		},
		log: options.log,
	});

	return {
		async stop() {
			clearTimeout(listening);
			clearTimeout(timer);
			await child.stop();
			clearTimeout(timer);
		},
	};
}
