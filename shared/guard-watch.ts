import { type ChildLines, followLines } from "./child-lines.ts";
import { tableName } from "./guard.ts";
import type { Logger } from "./log.ts";
import { type BucketSize, bucket } from "./rate.ts";
import { SECOND } from "./time.ts";

/** Milliseconds in which changes of one moment, such as a flush and what a firewall sets after it, are one. */
const gathering = 20;

/**
 * Looks of a moment, and how often one comes back: a program that takes the table away each time we set it must not
 * keep the machine busy, nor the journal.
 */
const looks: BucketSize = { most: 20, every: 10 * SECOND };

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
	const allowance = bucket(looks);
	let timer: NodeJS.Timeout | undefined;
	let listening: NodeJS.Timeout | undefined;

	function changed(): void {
		timer ??= setTimeout(
			() => {
				timer = undefined;
				options.onChange();
			},
			allowance.take(performance.now()) ? gathering : looks.every,
		);
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
