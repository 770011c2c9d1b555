import { ConfigError, EX_CONFIG, messageOf, remedyOf } from "./errors.ts";
import type { Logger } from "./log.ts";

/** A program that was put together and can be started. */
export interface Daemon {
	/** Resolves when it serves, or as far as it can without the other side. */
	start(): Promise<void>;
	/** Reads the configuration anew; an error leaves everything as it is. */
	reload(): Promise<void>;
	/** Ends, and leaves tunnel, maps and records as they are. */
	stop(): Promise<void>;
}

/** Milliseconds for a clean stop; systemd gives 90 s, but nothing of ours is worth waiting that long. */
const stopTime = 10_000;

/**
 * Runs a daemon until a signal ends it, and returns the exit status: 0 after SIGTERM or SIGINT, 78 for a
 * configuration that cannot work, 1 for anything else.
 */
export async function runDaemon(create: () => Promise<Daemon>, log: Logger): Promise<number> {
	let finish: (status: number) => void = () => {};
	const ended = new Promise<number>((resolve) => {
		finish = resolve;
	});
	let daemon: Daemon | undefined;
	const end = () => finish(0);
	process.once("SIGTERM", end).once("SIGINT", end);
	process.on("uncaughtException", (error) => {
		log.fatal({ err: error }, "heimweg has a defect and ends; systemd starts it again");
		finish(1);
	});
	try {
		daemon = await create();
		const running = daemon;
		process.on("SIGHUP", () => void reload(running, log));
		running.start().catch((error) => {
			complain(error, log);
			finish(error instanceof ConfigError ? EX_CONFIG : 1);
		});
	} catch (error) {
		complain(error, log);
		return error instanceof ConfigError ? EX_CONFIG : 1;
	}
	const status = await ended;
	await Promise.race([daemon.stop(), new Promise((resolve) => setTimeout(resolve, stopTime).unref())]);
	return status;
}

async function reload(daemon: Daemon, log: Logger): Promise<void> {
	try {
		await daemon.reload();
	} catch (error) {
		const problems = error instanceof ConfigError ? error.problems : [messageOf(error)];
		for (const problem of problems) log.error(`reload refused, the old configuration stays: ${problem}`);
	}
}

function complain(error: unknown, log: Logger): void {
	if (error instanceof ConfigError) {
		for (const problem of error.problems) log.fatal(problem);
		return;
	}
	const remedy = remedyOf(error);
	if (remedy) log.fatal(`${messageOf(error)}; what to do: ${remedy}`);
	else log.fatal({ err: error }, "the start failed");
}
