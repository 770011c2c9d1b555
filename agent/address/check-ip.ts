import type { Address, Family } from "../../shared/address.ts";
import { messageOf } from "../../shared/errors.ts";
import { MINUTE } from "../../shared/time.ts";
import { AskError, askAddress } from "./ask-address.ts";
import { createAskBudget, operatorOf, type ServiceUrls, withBothFamilies } from "./operators.ts";

/** A host beside the services that has both families, such as the relay. */
export interface Host {
	/** Whether anything comes back from it in this family. */
	reaches(family: Family): Promise<boolean>;
}

export interface CheckIpOptions {
	/** Services that answer the caller's address as text, by family. */
	urls: ServiceUrls;
	hosts?(): readonly Host[];
	onAddress(family: Family, address: Address): void;
	/** Two independent hosts that have both families are reached in the other family alone. */
	onUnreachable(family: Family): void;
	/** No service told; `unreachable` when nothing came back from any, which tells of the line and not of the services. */
	onFailure(family: Family, error: string, unreachable: boolean): void;
	now?: () => number;
	ask?: typeof askAddress;
}

export interface CheckIpWatcher {
	/** Asks for this family: now, or, when that was done too often in the last minute, as soon as it may be. */
	ask(family: Family): void;
	stop(): Promise<void>;
}

/** Hosts of different operators that must be lost in one family alone before it counts as gone. */
const enoughHosts = 2;

/**
 * A line that loses packets loses a host now and then: one is tried so often, and the family is looked at a second time
 * before it counts as gone.
 */
const triesOfHost = 3;

/** After a failure the family is asked for again so soon. */
const againAfter = MINUTE;

/** So often when the family seems gone, while the other is there: by then it is known. */
const againTimes = 5;

/** Asks check-ip services over HTTP which address they see us under. */
export function watchCheckIp(options: CheckIpOptions): CheckIpWatcher {
	const { urls } = options;
	const askOne = options.ask ?? askAddress;
	const stopping = new AbortController();
	const budget = createAskBudget(options.now ?? (() => performance.now()));
	let running: Promise<void> | undefined;
	const due = new Set<Family>();
	const again: Record<Family, { times: number; timer?: NodeJS.Timeout }> = {
		4: { times: 0 },
		6: { times: 0 },
	};
	/** Families that seemed gone at the last look. */
	const suspected = new Set<Family>();
	let timer: NodeJS.Timeout | undefined;

	/** Milliseconds until a service of the family may be asked. */
	function wait(family: Family): number {
		return Math.min(...urls[family].map((url) => budget.wait(operatorOf(url))));
	}

	/** The first address that a service tells; what failed on the way, by service. */
	async function look(
		family: Family,
		services: readonly string[],
	): Promise<{ address?: Address; failures: Map<string, AskError> }> {
		const failures = new Map<string, AskError>();
		for (const url of services) {
			if (!budget.take(operatorOf(url))) continue;
			try {
				return { address: await askOne(url, family, stopping.signal), failures };
			} catch (error) {
				if (!(error instanceof AskError)) throw error;
				failures.set(url, error);
				if (error.retryAfter !== undefined) budget.pause(operatorOf(url), error.retryAfter);
			}
		}
		return { failures };
	}

	async function check(family: Family): Promise<void> {
		const { address, failures } = await look(family, urls[family]);
		if (address) {
			options.onAddress(family, address);
			suspected.delete(family);
			again[family].times = 0;
			clearTimeout(again[family].timer);
			return;
		}
		if (stopping.signal.aborted) return;
		const errors = [...failures.values()];
		// One that is well and was only asked too often has not failed; it is asked when it says.
		const busy = errors.flatMap(({ retryAfter }) => retryAfter ?? []);
		if (busy.length > 0) return askAfter(family, Math.max(...busy));
		const allUnreachable = errors.length > 0 && errors.every(({ unreachable }) => unreachable);
		options.onFailure(family, messageOf(errors.at(-1)), allUnreachable);
		const hosts = errors.every(({ unreachable }) => unreachable) ? await lost(family, failures) : 0;
		const seemsGone = hosts > 0;
		if (hosts < enoughHosts) suspected.delete(family);
		else if (suspected.has(family)) options.onUnreachable(family);
		else if (!stopping.signal.aborted) {
			suspected.add(family);
			return askAfter(family, againAfter);
		}
		if (stopping.signal.aborted || (seemsGone && ++again[family].times > againTimes)) return;
		askAfter(family, againAfter);
	}

	function askAfter(family: Family, milliseconds: number): void {
		clearTimeout(again[family].timer);
		again[family].timer = setTimeout(() => ask(family), milliseconds).unref();
	}

	/**
	 * Nobody was reached in this family: who is, in the other? One service may be down, and one probe may be lost on the
	 * way: whether the family is gone shows when independent hosts are all reached in the other alone, twice. Tells how
	 * many hosts are.
	 */
	async function lost(family: Family, failures: ReadonlyMap<string, AskError>): Promise<number> {
		const other = family === 4 ? 6 : 4;
		const of = (operator: string, services: readonly string[]) =>
			services.filter((url) => operatorOf(url) === operator);
		let hosts = 0;
		for (const operator of withBothFamilies(urls)) {
			if (!of(operator, urls[family]).every((url) => failures.has(url))) continue;
			const { address } = await look(other, of(operator, urls[other]));
			if (!address) continue;
			options.onAddress(other, address);
			hosts += 1;
		}
		for (const host of options.hosts?.() ?? []) {
			if (stopping.signal.aborted) return 0;
			// The other family first: a host that is down altogether is not waited for twice.
			if ((await host.reaches(other)) && !(await reachesAtLast(host, family))) hosts += 1;
		}
		return stopping.signal.aborted ? 0 : hosts;
	}

	async function reachesAtLast(host: Host, family: Family): Promise<boolean> {
		for (let time = 1; time <= triesOfHost && !stopping.signal.aborted; time++)
			if (await host.reaches(family)) return true;
		return false;
	}

	async function work(): Promise<void> {
		for (;;) {
			const family = [...due].find((one) => wait(one) === 0);
			if (family === undefined || stopping.signal.aborted) return;
			due.delete(family);
			await check(family);
		}
	}

	function begin(): void {
		if (running || due.size === 0 || stopping.signal.aborted) return;
		clearTimeout(timer);
		const soonest = Math.min(...[...due].map(wait));
		if (soonest > 0) timer = setTimeout(begin, soonest).unref();
		else {
			running = work().finally(() => {
				running = undefined;
				begin();
			});
		}
	}

	function ask(family: Family): void {
		if (urls[family].length === 0) return;
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
