import { Agent, request } from "undici";
import { type Address, type Family, familyOf, parseAddress } from "../../shared/address.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";

export interface CheckIpOptions {
	/** Services that answer the caller's address as text, by family. */
	urls: Record<Family, readonly string[]>;
	onAddress(family: Family, address: Address): void;
	/** No service was reached in this family; the same moment the other family reached one. */
	onUnreachable(family: Family): void;
	onFailure(family: Family, error: string): void;
	now?: () => number;
}

export interface CheckIpWatcher {
	/** Asks for this family, unless that was done too often in the last minute. */
	ask(family: Family): void;
	stop(): Promise<void>;
}

/** deSEC's services allow three requests a minute; so many go out to all services together. */
const perMinute = 3;

/** Milliseconds for one service's answer, and the bytes that it may have. */
const patience = 5_000;
const answerLimit = 256;

/** Asks check-ip services over HTTP which address they see us under. */
export function watchCheckIp(options: CheckIpOptions): CheckIpWatcher {
	const now = options.now ?? (() => performance.now());
	const stopping = new AbortController();
	let sent: number[] = [];
	let running: Promise<void> | undefined;
	const due = new Set<Family>();

	/** Takes a request out of the minute's budget. */
	function take(): boolean {
		sent = sent.filter((at) => now() - at < 60_000);
		if (sent.length >= perMinute) return false;
		sent.push(now());
		return true;
	}

	async function look(family: Family): Promise<Address> {
		let reason = "no service is configured";
		for (const url of options.urls[family]) {
			if (!take()) throw new HeimwegError(reason);
			try {
				return await fetchAddress(url, family, stopping.signal);
			} catch (error) {
				reason = `${url}: ${messageOf(error)}`;
			}
		}
		throw new HeimwegError(reason);
	}

	async function check(family: Family): Promise<void> {
		if (options.urls[family].length === 0 || sent.filter((at) => now() - at < 60_000).length >= perMinute)
			return;
		try {
			options.onAddress(family, await look(family));
		} catch (error) {
			if (stopping.signal.aborted) return;
			options.onFailure(family, messageOf(error));
			await compare(family === 4 ? 6 : 4, family);
		}
	}

	/** The services failed in one family: are they at least there in the other? */
	async function compare(other: Family, failed: Family): Promise<void> {
		try {
			options.onAddress(other, await look(other));
			options.onUnreachable(failed);
		} catch {
			// Neither family reaches them: that says nothing about this line's families.
		}
	}

	async function work(): Promise<void> {
		for (const family of due) {
			due.delete(family);
			await check(family);
		}
	}

	return {
		ask(family) {
			if (stopping.signal.aborted) return;
			due.add(family);
			running ??= work().finally(() => {
				running = undefined;
			});
		},
		async stop() {
			stopping.abort();
			await running;
		},
	};
}

/** Asks one service, in one family, on a connection of its own. */
async function fetchAddress(url: string, family: Family, stop: AbortSignal): Promise<Address> {
	const dispatcher = new Agent({
		connect: { family, autoSelectFamily: false, timeout: patience },
		maxResponseSize: answerLimit,
		pipelining: 0,
	});
	try {
		const { statusCode, body } = await request(url, {
			dispatcher,
			signal: AbortSignal.any([stop, AbortSignal.timeout(patience)]),
			headers: { "user-agent": "heimweg" },
		});
		const text = (await body.text()).trim();
		if (statusCode !== 200) throw new HeimwegError(`answered ${statusCode}`);
		const address = parseAddress(text);
		if (familyOf(address) !== family)
			throw new HeimwegError(`answered ${address}, which is not IPv${family}`);
		return address;
	} finally {
		await dispatcher.destroy();
	}
}
