import { execa } from "execa";
import { type Address, type Family, familyOf } from "../../shared/address.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";
import { inTurn } from "../../shared/ticks.ts";
import { type Link, readLink, undecided } from "./read-link.ts";

export interface LinkWatcher {
	start(): void;
	stop(): Promise<void>;
	look(): Promise<Link>;
}

/** Where only a default route leads, for a relay without an address of the family. Nothing is sent there. */
const somewhere: Record<Family, string> = { 4: "1.0.0.0", 6: "2000::" };

/** Milliseconds that events are gathered before the look: a new prefix comes as a dozen lines. */
const gather = 10;

/** Milliseconds before the monitor is started again when it ended. */
const restartAfter = 1_000;

/**
 * Watches the kernel's addresses and routes. `ip monitor` prints within a millisecond of a change; its lines only
 * tell *that* something changed, and what is true is then read anew as a whole.
 */
export function watchLink(options: {
	run: RunCommand;
	tunnel: string;
	log: Logger;
	onLink: (link: Link) => void;
	/** The relay's addresses outside the tunnel, as far as they are known. */
	relay?: () => readonly Address[];
}): LinkWatcher {
	const stopping = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let monitor: Promise<void> = Promise.resolve();

	async function look(): Promise<Link> {
		const ip = (...args: string[]) => options.run("ip", ["-j", ...args]);
		const [addresses, four, six] = await Promise.all([
			ip("-d", "address", "show"),
			ip("-4", "route", "show"),
			ip("-6", "route", "show"),
		]);
		const read = (choices: Partial<Record<Family, string>>) =>
			readLink(
				options.tunnel,
				addresses,
				[
					[4, four],
					[6, six],
				],
				choices,
			);
		const open = undecided(read({}));
		return read(
			Object.fromEntries(await Promise.all(open.map(async (family) => [family, await choice(family)]))),
		);
	}

	/** How the kernel would send to the relay; undefined when there is no way. */
	function choice(family: Family): Promise<string | undefined> {
		const relay = options.relay?.().find((address) => familyOf(address) === family);
		const args = ["-j", `-${family}`, "route", "get", relay ?? somewhere[family]];
		return options.run("ip", args).catch((error) => {
			if (error instanceof CommandError && !error.missing) return undefined;
			throw error;
		});
	}

	const lookAndTell = inTurn(async () => {
		if (stopping.signal.aborted) return;
		try {
			options.onLink(await look());
		} catch (error) {
			if (!stopping.signal.aborted)
				options.log.warn(`the addresses of this machine cannot be read: ${messageOf(error)}`);
		}
	});

	function changed(): void {
		if (timer || stopping.signal.aborted) return;
		timer = setTimeout(() => {
			timer = undefined;
			void lookAndTell();
		}, gather);
	}

	async function listen(): Promise<void> {
		while (!stopping.signal.aborted) {
			const child = execa("ip", ["monitor", "link", "address", "route"], {
				cancelSignal: stopping.signal,
				reject: false,
				buffer: false,
				stdin: "ignore",
				stderr: "ignore",
			});
			child.stdout.on("data", changed);
			// What changed before the monitor listened would otherwise be missed.
			changed();
			await child;
			if (stopping.signal.aborted) return;
			options.log.debug("ip monitor ended; it is started again");
			await new Promise((resolve) => setTimeout(resolve, restartAfter));
		}
	}

	return {
		start() {
			monitor = listen();
		},
		look,
		async stop() {
			stopping.abort();
			clearTimeout(timer);
			await monitor;
		},
	};
}
