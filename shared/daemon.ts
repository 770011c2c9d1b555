import { ConfigError, EX_CONFIG, messageOf, remedyOf } from "./errors.ts";
import type { Logger } from "./log.ts";

/** A program that was put together and can be started. */
export interface Daemon {
	/** Resolves when it runs, be it without the other side. */
	start(): Promise<void>;
	/** Ends, and leaves tunnel, maps and records as they are. */
	stop(): Promise<void>;
}

export interface DaemonOptions<C> {
	name: string;
	/** Reads and checks everything that can be wrong, without touching anything; throws a ConfigError. */
	load(): Promise<C>;
	create(config: C): Daemon | Promise<Daemon>;
	log: Logger;
}

/** Milliseconds for a clean stop; systemd gives 90 s, but nothing of ours is worth waiting that long. */
const stopTime = 10_000;

/**
 * Runs a daemon until a signal ends it, and returns the exit status: 0 after SIGTERM or SIGINT, 78 for a
 * configuration that cannot work, 1 for anything else. SIGHUP reads the configuration anew.
 */
export async function runDaemon<C>({ name, load, create, log }: DaemonOptions<C>): Promise<number> {
	let finish: (status: number) => void = () => {};
	const ended = new Promise<number>((resolve) => {
		finish = resolve;
	});
	const end = () => finish(0);
	// For good: execa's own listener, which is there while a program runs, would find itself alone and end us at once.
	process.on("SIGTERM", end).on("SIGINT", end);
	process.on("uncaughtException", (error) => {
		log.fatal({ err: error }, `${name} has a defect and ends; systemd starts it again`);
		finish(1);
	});
	let started: () => void = () => {};
	/** Reloads come one after the other, and after the start. */
	let reloading = new Promise<void>((resolve) => {
		started = resolve;
	});
	let config: C;
	let daemon: Daemon | undefined;
	let ending = false;

	/** A new configuration is a new daemon in the same process: tunnel, maps and records stay in between. */
	async function reload(): Promise<void> {
		const fresh = await load().catch(refuse);
		if (!fresh || ending) return;
		log.info("the configuration is read anew");
		// Before the end of the running one: what cannot be put together takes nothing away.
		const next = await (async () => create(fresh))().catch(refuse);
		if (!next) return;
		await daemon?.stop();
		daemon = next;
		try {
			await daemon.start();
			config = fresh;
		} catch (error) {
			refuse(error);
			await daemon.stop();
			daemon = await create(config);
			await daemon.start();
		}
	}

	function refuse(error: unknown): undefined {
		for (const problem of problemsOf(error))
			log.error(`reload refused, the old configuration stays: ${problem}`);
	}

	process.on("SIGHUP", () => {
		reloading = reloading.then(reload).catch((error) => {
			complain(error, log);
			finish(1);
		});
	});
	try {
		config = await load();
		daemon = await create(config);
		await daemon.start();
	} catch (error) {
		complain(error, log);
		await daemon?.stop().catch(() => {});
		return error instanceof ConfigError ? EX_CONFIG : 1;
	}
	started();
	const status = await ended;
	ending = true;
	// A reload under way would start another daemon behind our back: it ends first.
	const stopped = reloading.then(() => daemon?.stop());
	await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, stopTime).unref())]);
	log.info(`${name} stopped; everything that it set up stays as it is`);
	return status;
}

function problemsOf(error: unknown): string[] {
	return error instanceof ConfigError ? error.problems : [messageOf(error)];
}

function complain(error: unknown, log: Logger): void {
	if (error instanceof ConfigError) {
		for (const problem of error.problems) log.error(problem);
		return;
	}
	const remedy = remedyOf(error);
	if (remedy) log.fatal(`${messageOf(error)}; what to do: ${remedy}`);
	else log.fatal({ err: error }, "the start failed");
}
