import { endpointText } from "../../shared/address.ts";
import type { AskBanner } from "../../shared/banner.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import { type Health, spanOf } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import type { QueueMark } from "../../shared/postfix/activity.ts";
import type { Flush } from "../../shared/postfix/flush.ts";
import type { ListQueue } from "../../shared/postfix/queue.ts";
import { reasonOf } from "../../shared/postfix/reason.ts";
import { say } from "../../shared/words/say.ts";
import type { Home } from "../facts.ts";
import {
	type Account,
	comeBack,
	dueMails,
	isOverdue,
	newAccount,
	nextDue,
	noteTry,
	reasonForStaying,
	rememberIncoming,
	takeStock,
	type WaitingMail,
	waitingMail,
} from "./account.ts";
import { watchBanners } from "./banner.ts";
import { mailServerSilent, mailStays, queueFailing } from "./conditions.ts";
import { mailByHome } from "./waiting.ts";

export interface QueueOptions {
	/** The homes that are served, by id. */
	homes(): ReadonlyMap<string, Home>;
	/** Whose a domain is, be it a home that is invited and not served yet. */
	homeOf(domain: string): string | undefined;
	/** Whether pulses of the home come. */
	here(home: string): boolean;
	listQueue: ListQueue;
	/** Changes whenever a delivery begins or ends: while it does not, the queue is as it was. */
	mark: QueueMark;
	flush: Flush;
	ask: AskBanner;
	/** The queue was seen for the first time, or mail waits for a home for which none did, or for one less. */
	onChange(): void;
	health: Health;
	log: Logger;
	/** Milliseconds, steadily growing. */
	now?: () => number;
	wallClock?: () => Date;
}

export interface QueueDuty {
	duty: Duty;
	/** The home's pulses come again. */
	returned(home: string): void;
	/** They come no more. */
	left(home: string): void;
	/** What waits for the home, as of the last look; undefined when nothing does. */
	waiting(home: string): WaitingMail | undefined;
	/** The homes for which something does, also those that have not joined yet. */
	withMail(): string[];
	start(): void;
	stop(): void;
}

/** Milliseconds between two looks at the queue: closely after a return, else when Postfix has delivered something. */
const closePause = 300;
const usualPause = 2_000;
/** The same while nothing tells of deliveries; and for safety, since what is deleted by hand is not told, if there is any. */
const blindPause = 10_000;
const longestPause = 60_000;
const longestPauseEmpty = 5 * 60_000;

/** Looks at a long queue take time: at most this part of it goes into them. */
const closeShare = 1 / 3;
const usualShare = 1 / 20;

/** Mails that Postfix is told to deliver in one run, all homes together; the next run takes the next. */
const atOnce = 100;

/** Milliseconds of silence after which a mail server counts as one that does not answer: its line may just have gone. */
const silenceCounts = 15_000;

/**
 * The duty that gets waiting mail moving. It looks at Postfix's queue whenever that may have changed; mail that waits
 * for a home that is here is delivered as soon as the home's mail server answers, be it that the line was down or the
 * server alone. One flush is not enough: what fails around the moment of a return is deferred later, so it looks
 * until nothing is left. Each mail is flushed by itself, at growing intervals; other homes' mail is not touched.
 *
 * Longer than other files here: look, decision and flush are one loop over one state, and could only be read together.
 */
export function createQueue(options: QueueOptions): QueueDuty {
	const { health, log } = options;
	const now = options.now ?? (() => performance.now());
	const wallClock = options.wallClock ?? (() => new Date());
	const accounts = new Map<string, Account>();
	/** Those of homes with mail, or of which something is left to be settled: of thousands mostly a few. */
	const active = new Map<string, Account>();
	let timer: NodeJS.Timeout | undefined;
	/** The last look: when it ended, how long it took, and the queue's mark when it began. */
	let look = { at: Number.NEGATIVE_INFINITY, took: 0, mark: undefined as number | undefined, empty: false };
	let stopped = false;
	/** More is due than one run could take. */
	let more = false;
	/** Homes that are not served yet, and for which mail is in the queue; undefined before the first look. */
	let ahead: readonly string[] | undefined;

	const banners = watchBanners({
		ask: options.ask,
		now,
		onAnswer(home) {
			const account = accounts.get(home);
			if (!account) return;
			active.set(home, account);
			health.clear(mailServerSilent, home);
			if (account.silent) comeBack(account, now());
			account.silent = false;
			account.answers = true;
			lookSoon();
		},
		onSilence(home, reason, lasting) {
			const account = accounts.get(home);
			if (account) {
				account.silent = true;
				active.set(home, account);
			}
			const server = options.homes().get(home);
			if (!server || lasting < silenceCounts) return;
			health.set(mailServerSilent, home, { server: endpointText(serverOf(server)), reason });
		},
	});

	const duty = createDuty({
		name: "queue",
		run: ({ signal }) => run(signal),
		deadline: 60_000,
		backoff: { first: 1_000, max: 30_000 },
		failing: queueFailing,
		health,
		log,
		now,
	});

	async function run(signal: AbortSignal): Promise<void> {
		await observe(signal);
		const due: Array<Array<{ home: string; id: string }>> = [];
		for (const [home, account] of active) {
			const mails = ready(home, account);
			if (mails.length > 0) due.push(mails.map(({ id }) => ({ home, id })));
		}
		const turns = takeTurns(due, atOnce);
		more = due.reduce((sum, { length }) => sum + length, 0) > turns.length;
		for (const { home, id } of turns) noteTry(accounts.get(home)!, id, now());
		await options.flush([...new Set(turns.map(({ id }) => id))], signal);
	}

	/** Reads the queue into the accounts. */
	async function observe(signal: AbortSignal): Promise<void> {
		const began = now();
		const mark = await options.mark();
		let empty = true;
		const seen = eachOf(options.listQueue(signal), () => {
			empty = false;
		});
		const lists = await mailByHome(seen, options.homeOf);
		look = { at: now(), took: now() - began, mark, empty };
		const before = ahead && homesWithMail();
		const homes = options.homes();
		ahead = [...lists.keys()].filter((home) => !homes.has(home)).sort();
		for (const home of accounts.keys()) if (!homes.has(home)) forget(home);
		for (const home of lists.keys()) if (homes.has(home)) active.set(home, accountOf(home));
		for (const [home, account] of active) takeStock(account, lists.get(home) ?? [], wallClock());
		if (homesWithMail() !== before) options.onChange();
	}

	function homesWithMail(): string {
		return [...[...active].flatMap(([home, { since }]) => (since ? home : [])), ...(ahead ?? [])].join();
	}

	/** The mails of a home that Postfix is to deliver now; none before the home's mail server has answered. */
	function ready(home: string, account: Account): ReturnType<typeof dueMails> {
		const server = serverOf(options.homes().get(home)!);
		const due = dueMails(account, now());
		rememberIncoming(account);
		if (account.mails.length === 0) settle(home, account);
		if (account.mails.length === 0 || !options.here(home)) return [];
		const reason = reasonForStaying(account);
		// The first reason stands: each new one would be told of anew.
		if (reason === undefined) health.clear(mailStays, home);
		else if (!health.has(mailStays, home)) {
			const { cause, advice } = reasonOf(reason, { here: say`this relay`, there: say`the home ${home}` });
			health.set(mailStays, home, { reason, cause, advice });
		}
		if (due.length === 0) return [];
		if (!account.answers) {
			banners.look(home, server);
			return [];
		}
		if (!account.told) {
			account.told = { at: now(), mails: due.length };
			const mails = due.length === 1 ? "1 mail that waits" : `${due.length} mails that wait`;
			log.info({ home, mails: due.length }, `home ${home}: Postfix delivers ${mails}`);
		}
		return due;
	}

	/** Nothing is left for the home. */
	function settle(home: string, account: Account): void {
		active.delete(home);
		banners.forget(home);
		account.answers = false;
		account.silent = false;
		health.clear(mailServerSilent, home);
		health.clear(mailStays, home);
		if (!account.told) return;
		const span = now() - account.told.at;
		const text = span < 10_000 ? `${(span / 1000).toFixed(1)} s` : spanOf(Math.round(span / 1000));
		log.info({ home, mails: account.told.mails }, `home ${home}: no mail waits any more, after ${text}`);
		account.told = undefined;
	}

	function forget(home: string): void {
		accounts.delete(home);
		active.delete(home);
		banners.forget(home);
		health.clear(mailServerSilent, home);
		health.clear(mailStays, home);
	}

	function accountOf(home: string): Account {
		const account = accounts.get(home) ?? newAccount();
		accounts.set(home, account);
		return account;
	}

	/** Looks at the queue when there may be something new in it, or something to do. */
	async function check(): Promise<void> {
		if (await worthALook()) duty.poke();
		if (!stopped) timer = setTimeout(check, close() ? closePause / 3 : usualPause / 2);
	}

	/** Looks now, and then as often as that look may ask for. */
	function lookSoon(): void {
		duty.poke(undefined, { urgent: true });
		clearTimeout(timer);
		if (!stopped) timer = setTimeout(check, closePause);
	}

	/** Thousands may return at once, and had no mail: what the queue holds is then as it was seen, or Postfix did something. */
	async function lookIfNew(): Promise<void> {
		const mark = await options.mark();
		if (!stopped && (mark === undefined || mark !== look.mark)) lookSoon();
	}

	/** Some mail has to be followed closely. */
	function close(): boolean {
		return more || someHere(({ closeUntil }) => now() < closeUntil);
	}

	function someHere(test: (account: Account) => boolean): boolean {
		for (const [home, account] of active)
			if (account.mails.length > 0 && test(account) && options.here(home)) return true;
		return false;
	}

	async function worthALook(): Promise<boolean> {
		const idle = now() - look.at;
		if (close()) return idle >= Math.max(closePause, look.took / closeShare);
		if (idle < Math.max(usualPause, look.took / usualShare)) return false;
		if (idle >= (look.empty ? longestPauseEmpty : longestPause)) return true;
		for (const account of active.values()) if (isOverdue(account, wallClock())) return true;
		// While its server is silent, it is the server's answer that pokes us.
		if (someHere((account) => !account.silent && nextDue(account) <= now())) return true;
		const mark = await options.mark();
		return mark === undefined ? idle >= blindPause : mark !== look.mark;
	}

	function waiting(home: string): WaitingMail | undefined {
		const account = accounts.get(home);
		return account && account.mails.length > 0 ? waitingMail(account, wallClock()) : undefined;
	}

	return {
		duty,
		returned(home) {
			const account = accountOf(home);
			comeBack(account, now());
			// What waited at the last look most likely still does: the server is asked while the queue is read.
			const server = options.homes().get(home);
			if (account.mails.length > 0 && server) banners.look(home, serverOf(server));
			if (account.mails.length > 0) lookSoon();
			else void lookIfNew();
		},
		left(home) {
			banners.forget(home);
			health.clear(mailServerSilent, home);
			health.clear(mailStays, home);
			const account = accounts.get(home);
			if (!account) return;
			account.answers = false;
			account.silent = false;
			account.told = undefined;
		},
		waiting,
		withMail: () => [
			...[...active.keys()].filter((home) => waiting(home) !== undefined),
			...(ahead ?? []).filter((home) => !accounts.has(home)),
		],
		start() {
			duty.poke();
			void check();
		},
		stop() {
			stopped = true;
			clearTimeout(timer);
			banners.stop();
		},
	};
}

function serverOf({ addresses, mailPort }: Home): { address: Home["addresses"][number]; port: number } {
	return { address: addresses[0]!, port: mailPort };
}

async function* eachOf<T>(list: AsyncIterable<T>, see: () => void): AsyncIterable<T> {
	for await (const one of list) {
		see();
		yield one;
	}
}

/** One of each list after the other, so that no home waits for a longer list of another; at most so many. */
function takeTurns<T>(lists: readonly T[][], most: number): T[] {
	const taken: T[] = [];
	const longest = Math.max(0, ...lists.map(({ length }) => length));
	for (let turn = 0; turn < longest; turn += 1) {
		for (const list of lists) {
			if (turn >= list.length) continue;
			if (taken.length === most) return taken;
			taken.push(list[turn]!);
		}
	}
	return taken;
}
