import type { RunCommand } from "./command.ts";
import { messageOf } from "./errors.ts";
import type { Logger } from "./log.ts";

/** What we can tell systemd; see sd_notify(3). */
export interface Systemd {
	/** The program serves now. */
	ready(status: string): Promise<void>;
	/** One line for `systemctl status`; sent only when it changed. */
	status(text: string): Promise<void>;
	/** Feeds the watchdog, as often as systemd asked for, as long as `healthy` says so. */
	startWatchdog(healthy: () => boolean): void;
	stop(): void;
}

/**
 * Talks to systemd through systemd-notify(1), since Node has no datagram sockets in the unix domain.
 * The unit needs NotifyAccess=all. Without systemd nothing happens.
 */
export function systemd(run: RunCommand, log: Logger, environment: NodeJS.ProcessEnv = process.env): Systemd {
	const active = Boolean(environment.NOTIFY_SOCKET);
	let shown = "";
	let starving = false;
	let timer: NodeJS.Timeout | undefined;
	let queue: Promise<void> = Promise.resolve();

	/** One after the other: of two processes the later might be the first to be heard. */
	function notify(args: string[], stillNeeded = () => true): Promise<void> {
		if (!active) return Promise.resolve();
		queue = queue.then(async () => {
			if (!stillNeeded()) return;
			try {
				await run("systemd-notify", args, { timeout: 5_000 });
			} catch (error) {
				log.debug(`systemd could not be told: ${messageOf(error)}`);
			}
		});
		return queue;
	}

	return {
		async ready(status) {
			shown = status;
			await notify(["--ready", `--status=${status}`]);
		},
		async status(text) {
			if (text === shown) return;
			shown = text;
			await notify([`--status=${text}`], () => text === shown);
		},
		startWatchdog(healthy) {
			const period = Number(environment.WATCHDOG_USEC) / 1_000;
			if (!active || !(period > 0)) return;
			const feed = () => {
				const well = healthy();
				if (well) void notify(["WATCHDOG=1"]);
				else if (!starving)
					log.error("a duty did not end within its deadline: systemd's watchdog is not fed any more");
				starving = !well;
			};
			feed();
			// As sd_watchdog_enabled(3) advises: each costs a process.
			timer = setInterval(feed, period / 2);
		},
		stop() {
			clearInterval(timer);
		},
	};
}
