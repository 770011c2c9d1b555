import type { Address, Family } from "../../shared/address.ts";
import { messageOf } from "../../shared/errors.ts";
import { AskError, askAddress } from "./ask-address.ts";

export interface CheckIpOptions {
	/** Services that answer the caller's address as text, by family. */
	urls: Record<Family, readonly string[]>;
	onAddress(family: Family, address: Address): void;
	/** Nobody was reached in this family; the same moment the other family reached somebody. */
	onUnreachable(family: Family): void;
	onFailure(family: Family, error: string): void;
	now?: () => number;
}

export interface CheckIpWatcher {
	/** Asks for this family: now, or, when that was done too often in the last minute, as soon as it may be. */
	ask(family: Family): void;
	stop(): Promise<void>;
}

/** deSEC's services allow three requests a minute; so many go out to all services together. */
const perMinute = 3;

/** After a failure the family is asked for again so soon, in milliseconds. */
const againAfter = 60_000;

/** So often when the family seems gone, while the other is there: by then it is known. */
const againTimes = 5;

/** Asks check-ip services over HTTP which address they see us under. */
export function watchCheckIp(options: CheckIpOptions): CheckIpWatcher {
	const now = options.now ?? (() => performance.now());
	const stopping = new AbortController();
	let sent: number[] = [];
	/** A service said that it was asked too often: by the run of ours before a restart, or by a neighbour. */
	let notBefore = 0;
	let running: Promise<void> | undefined;
	const due = new Set<Family>();
	const again: Record<Family, { times: number; timer?: NodeJS.Timeout }> = {
		4: { times: 0 },
		6: { times: 0 },
	};
	let timer: NodeJS.Timeout | undefined;

	/** Milliseconds until a request may go out. */
	function wait(): number {
		sent = sent.filter((at) => now() - at < 60_000);
		const full = sent.length < perMinute ? 0 : sent.at(-perMinute)! + 60_000 - now();
		return Math.max(full, notBefore - now(), 0);
	}

	/** Takes a request out of the minute's budget. */
	function take(): boolean {
		if (wait() > 0) return false;
		sent.push(now());
		return true;
	}

	async function look(family: Family): Promise<Address> {
		let failure = new AskError("no service is configured", false);
		let busy: AskError | undefined;
		for (const url of options.urls[family]) {
			if (!take()) throw new AskError(failure.message, false);
			try {
				return await askAddress(url, family, stopping.signal);
			} catch (error) {
				if (!(error instanceof AskError)) throw error;
				if (error.retryAfter !== undefined) busy ??= error;
				const first = url === options.urls[family][0];
				failure = new AskError(error.message, error.unreachable && (first || failure.unreachable));
			}
		}
		throw busy ?? failure;
	}

	async function check(family: Family): Promise<void> {
		try {
			options.onAddress(family, await look(family));
			again[family].times = 0;
			clearTimeout(again[family].timer);
		} catch (error) {
			if (stopping.signal.aborted) return;
			if (error instanceof AskError && error.retryAfter !== undefined) {
				notBefore = now() + error.retryAfter;
				due.add(family);
				return;
			}
			options.onFailure(family, messageOf(error));
			const gone = error instanceof AskError && error.unreachable && (await seemsGone(family));
			if (gone && ++again[family].times > againTimes) return;
			clearTimeout(again[family].timer);
			again[family].timer = setTimeout(() => ask(family), againAfter).unref();
		}
	}

	/**
	 * Nobody was reached in this family: is somebody in the other? One probe may be lost on the way: whether the family
	 * is gone shows when none comes through for a while.
	 */
	async function seemsGone(failed: Family): Promise<boolean> {
		const other = failed === 4 ? 6 : 4;
		try {
			options.onAddress(other, await look(other));
		} catch {
			// Neither family reaches anybody: that says nothing about this line's families.
			return false;
		}
		options.onUnreachable(failed);
		return true;
	}

	async function work(): Promise<void> {
		while (due.size > 0 && wait() === 0 && !stopping.signal.aborted) {
			const family = due.values().next().value!;
			due.delete(family);
			await check(family);
		}
	}

	function begin(): void {
		if (running || due.size === 0 || stopping.signal.aborted) return;
		clearTimeout(timer);
		if (wait() > 0) timer = setTimeout(begin, wait()).unref();
		else {
			running = work().finally(() => {
				running = undefined;
				begin();
			});
		}
	}

	function ask(family: Family): void {
		if (options.urls[family].length === 0) return;
		due.add(family);
		begin();
	}

	return {
		ask,
		async stop() {
			stopping.abort();
			for (const one of [timer, again[4].timer, again[6].timer]) clearTimeout(one);
			await running;
		},
	};
}
