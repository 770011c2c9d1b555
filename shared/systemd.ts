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
	let timer: NodeJS.Timeout | undefined;

	async function notify(...args: string[]): Promise<void> {
		if (!active) return;
		try {
			await run("systemd-notify", args, { timeout: 5_000 });
		} catch (error) {
			log.debug(`systemd could not be told: ${messageOf(error)}`);
		}
	}

	return {
		async ready(status) {
			shown = status;
			await notify("--ready", `--status=${status}`);
		},
		async status(text) {
			if (text === shown) return;
			shown = text;
			await notify(`--status=${text}`);
		},
		startWatchdog(healthy) {
			const period = Number(environment.WATCHDOG_USEC) / 1_000;
			if (!active || !(period > 0)) return;
			const feed = () => {
				if (healthy()) void notify("WATCHDOG=1");
				else log.error("a duty did not end within its deadline: systemd's watchdog is not fed any more");
			};
			feed();
			timer = setInterval(feed, period / 3);
		},
		stop() {
			clearInterval(timer);
		},
	};
}
