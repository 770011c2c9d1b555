import { execa } from "execa";
import type { RunCommand } from "../../shared/command.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";
import { type Link, readLink } from "./read-link.ts";

export interface LinkWatcher {
	start(): void;
	stop(): Promise<void>;
	look(): Promise<Link>;
}

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
}): LinkWatcher {
	const stopping = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let looking = false;
	let again = false;
	let monitor: Promise<void> = Promise.resolve();

	async function look(): Promise<Link> {
		const ip = (...args: string[]) => options.run("ip", ["-j", ...args]);
		const [addresses, four, six] = await Promise.all([
			ip("address", "show"),
			ip("-4", "route", "show"),
			ip("-6", "route", "show"),
		]);
		return readLink(options.tunnel, addresses, [
			[4, four],
			[6, six],
		]);
	}

	async function lookAndTell(): Promise<void> {
		if (looking) {
			again = true;
			return;
		}
		looking = true;
		try {
			options.onLink(await look());
		} catch (error) {
			if (!stopping.signal.aborted)
				options.log.warn(`the addresses of this machine cannot be read: ${messageOf(error)}`);
		} finally {
			looking = false;
		}
		if (again && !stopping.signal.aborted) {
			again = false;
			await lookAndTell();
		}
	}

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
