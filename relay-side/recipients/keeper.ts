import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { removeDrafts } from "../../shared/atomic-file.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import {
	type RecipientsAnswer,
	type RecipientsReport,
	type RecipientsState,
	recipientLimit,
	type recipientsSchema,
} from "../../shared/protocol/recipients.ts";
import { keyedBucket } from "../../shared/rate.ts";
import { domainOfRecipient, everyoneAt, type Recipient, RecipientSet } from "../../shared/recipient.ts";
import { MINUTE } from "../../shared/time.ts";
import type { Registry } from "../facts.ts";
import { Refused } from "../refused.ts";
import { foreignRecipients, listHeld, listsUnsaved } from "./conditions.ts";
import { type HomeList, type Journal, listJournal } from "./journal.ts";
import { holdFor, suspectLosses } from "./losses.ts";
import { fewEntries } from "./map.ts";
import { changedSet, readRecipients } from "./reading.ts";
import { createReports } from "./reports.ts";
import { createStanding } from "./standing.ts";

export interface RecipientsKeeperOptions {
	/** The folder of the lists; made when it is missing. */
	directory: string;
	registry(): Registry;
	/** What is valid at a home changed: these recipients; none, when only the reason did; undefined, too many to name. */
	onChange(recipients: readonly Recipient[] | undefined, home: string): void;
	health: Health;
	log: Logger;
	now?: () => Date;
	/** Milliseconds, steadily growing. */
	steady?: () => number;
	journal?: (path: string) => Journal;
	limit?: number;
	totalLimit?: number;
}

/** Owns the homes' lists of valid recipients, in memory and on disk. */
export interface RecipientsKeeper {
	/** What is known of a home's recipients; undefined when nothing is. */
	of(home: string): HomeList | undefined;
	/** Takes what a check-in says of the list; undefined when the agent says nothing of lists. */
	report(home: string, report: RecipientsReport | undefined): void;
	/** What the answer to a check-in says of the list. */
	state(home: string): RecipientsState;
	/** Takes a list, or what has changed in one; resolves when it is on disk. Throws Refused. */
	take(home: string, push: Push): Promise<RecipientsAnswer>;
	/** Puts a list that is held in force; says how many recipients go with that, or undefined when none is held. */
	accept(home: string): number | undefined;
	/** Every minute: what was held for long enough comes into force, lists of homes that are gone go. */
	look(): void;
	/** Resolves when everything is on disk, or could not be saved. */
	saved(): Promise<void>;
}

type Push = ReturnType<typeof recipientsSchema.parse>;

/**
 * The most recipients of all homes together: their map is listed in seconds, and their lists fit into memory. A home's
 * equal share of them is never refused, so that there may be twice as many in the end.
 */
export const recipientTotalLimit = 1_000_000;

/** More changes than are written one by one cost a new map of all homes' recipients: a home has them now and then only. */
const longList = fewEntries;
const longLists = { most: 5, every: MINUTE };

/** More changes than this are looked for in the whole map. */
export const fewChanges = 1_000;

/**
 * Reads all lists of the homes that are served. Longer than other files here: a list, what is held of it and what of both is
 * on disk change together, and each change has to see all three.
 */
export async function createRecipientsKeeper(options: RecipientsKeeperOptions): Promise<RecipientsKeeper> {
	const { directory, registry, health, log } = options;
	const now = options.now ?? (() => new Date());
	const steady = options.steady ?? (() => performance.now());
	const limit = options.limit ?? recipientLimit;
	const totalLimit = options.totalLimit ?? recipientTotalLimit;
	const lists = new Map<string, HomeList>();
	const reports = createReports({ same: isKnown, use, now: steady });
	const journals = new Map<string, Journal>();
	const writes = new Map<string, Promise<void>>();
	const mayBeLong = keyedBucket(longLists);
	const standing = createStanding(() => now().getTime(), steady);
	let queue: Promise<unknown> = Promise.resolve();
	await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error) =>
		log.warn(`the folder of the homes' lists cannot be made: ${messageOf(error)}`),
	);
	void removeDrafts(directory);
	for (const home of registry().homes.keys()) {
		const found = await journalOf(home)
			.read()
			.catch((error) => {
				log.warn({ home }, `the list of the home ${home} cannot be read: ${messageOf(error)}`);
				return undefined;
			});
		if (found) lists.set(home, found);
		tellHeld(home);
	}

	function journalOf(home: string): Journal {
		const known = journals.get(home) ?? (options.journal ?? listJournal)(join(directory, `${home}.list`));
		journals.set(home, known);
		return known;
	}

	/** Writes of one home never overlap; one that fails is a condition, and the next one writes everything. */
	function save(home: string, write: (journal: Journal) => Promise<void>): Promise<void> {
		const job = (writes.get(home) ?? Promise.resolve()).then(async () => {
			try {
				const failed = health.has(listsUnsaved, home);
				const list = lists.get(home);
				// The disk may have been full when the folder was to be made.
				if (failed) await mkdir(directory, { recursive: true, mode: 0o700 });
				await (failed && list ? journalOf(home).replace(list) : write(journalOf(home)));
				health.clear(listsUnsaved, home);
			} catch (error) {
				health.set(listsUnsaved, home, { error: messageOf(error) });
			}
		});
		writes.set(home, job);
		return job;
	}

	function tellHeld(home: string): void {
		const { list, held } = lists.get(home) ?? {};
		const until = held && new Date(Date.parse(held.since) + holdFor).toISOString().slice(0, 16);
		const losses = held && suspectLosses(list!, held.list, registry().homes.get(home)?.domains ?? []);
		health.put(listHeld, home, losses && { losses, until: `${until!.replace("T", " ")} UTC` });
	}

	function isKnown(home: string, told: RecipientsReport | undefined): boolean {
		const known = lists.get(home);
		const { open, delimiter } = restOf(told);
		return !known || (told !== undefined && known.open === open && known.delimiter === delimiter);
	}

	function use(home: string, told: RecipientsReport | undefined): void {
		const known = lists.get(home)!;
		if (!told) {
			lists.delete(home);
			log.info({ home }, `the home ${home} no longer tells who its recipients are`);
			void save(home, (journal) => journal.remove());
			tellHeld(home);
			options.onChange(undefined, home);
			return;
		}
		const { open, delimiter } = restOf(told);
		const reasonAlone = known.open !== undefined && open !== undefined && known.delimiter === delimiter;
		const closes = known.open !== undefined && open === undefined;
		Object.assign(known, { open, delimiter });
		if (closes) log.info({ home }, `the home ${home} can list all its recipients again`);
		void save(home, (journal) => journal.append(known, [], []));
		options.onChange(reasonAlone ? [] : keysOf(home, known), home);
	}

	/** Every key that the map may have of a home; undefined when these are too many to name. */
	function keysOf(home: string, { list }: HomeList): Recipient[] | undefined {
		const domains = registry().homes.get(home)?.domains ?? [];
		if (list.size + domains.length > fewChanges) return undefined;
		return [...list, ...domains.map(everyoneAt)];
	}

	function state(home: string): RecipientsState {
		const { list, held } = lists.get(home) ?? {};
		const received = held?.list ?? list;
		return {
			...(received ? { digest: received.digest } : {}),
			count: received?.size ?? 0,
			held: held !== undefined,
			limit,
		};
	}

	async function take(home: string, push: Push): Promise<RecipientsAnswer> {
		refuseEarly(home, push);
		// The list that is there already costs nothing, however often it comes.
		if (push.digest !== receivedOf(home)?.digest) {
			if (push.add.length + push.remove.length > longList && !mayBeLong(home))
				throw new Refused(429, `a list of more than ${longList} recipients comes too often`);
			// One after the other: the slices of several at once would add up.
			const { saved } = await alone(() => put(home, push));
			await saved;
		}
		return { digest: push.digest, held: lists.get(home)?.held !== undefined };
	}

	function alone<T>(act: () => Promise<T>): Promise<T> {
		const job = queue.then(act);
		queue = job.catch(() => {});
		return job;
	}

	/** What the home sent last, be it in force or held. */
	function receivedOf(home: string): RecipientSet | undefined {
		const known = lists.get(home);
		return known?.held?.list ?? known?.list;
	}

	/** Refuses what can be seen to be useless before anything is read. */
	function refuseEarly(home: string, { base, add, remove }: Push): void {
		if (base !== undefined && base !== receivedOf(home)?.digest)
			throw new Refused(409, "the relay does not have the list that these changes begin with");
		if (Math.max(add.length, remove.length) > limit)
			throw new Refused(413, `a home may have at most ${limit} recipients, and these are ${add.length}`);
	}

	/** Reads a list in slices and puts it in force, or holds it; its save goes on when this resolves. */
	async function put(home: string, push: Push): Promise<{ saved: Promise<void> }> {
		const add = await readRecipients(push.add);
		const remove = await readRecipients(push.remove);
		refuseForeign(home, add, new Set(registry().homes.get(home)?.domains));
		const received = receivedOf(home);
		refuseEarly(home, push);
		const fresh = await changedSet(push.base === undefined ? undefined : received, { add, remove });
		// Meanwhile one that was held may have come into force, or the home may have gone.
		refuseEarly(home, push);
		const domains = registry().homes.get(home)?.domains ?? [];
		if (fresh.size > limit) {
			throw new Refused(413, `a home may have at most ${limit} recipients, and these are ${fresh.size}`);
		}
		const total = totalWith(home, fresh.size);
		// What a few large homes took leaves every other one its share.
		const share = totalLimit / registry().homes.size;
		if (total > totalLimit && fresh.size > Math.max(received?.size ?? 0, share)) {
			throw new Refused(
				413,
				`all homes of the relay together may have at most ${totalLimit} recipients, and with these they have ${total}`,
			);
		}
		if (fresh.digest !== push.digest) {
			throw new Refused(409, "the list does not have the digest that it should have");
		}
		health.clear(foreignRecipients, home);
		return { saved: apply(home, fresh, domains, push.base === undefined ? undefined : { add, remove }) };
	}

	/** What is valid while a list is held grows with each other one that comes: a home must not fill the memory so. */
	function refuseHoard(home: string, size: number): void {
		if (size <= 2 * limit && totalWith(home, size) <= totalLimit) return;
		throw new Refused(
			413,
			`one shorter list is held already; with this one ${size} recipients would be valid at once, which is too many`,
		);
	}

	/** How many recipients all homes have, this one with so many. */
	function totalWith(home: string, size: number): number {
		let total = size;
		for (const [id, { list }] of lists) if (id !== home) total += list.size;
		return total;
	}

	/** Puts a list in force, or holds it. */
	async function apply(
		home: string,
		fresh: RecipientSet,
		domains: readonly string[],
		delta: { add: Recipient[]; remove: Recipient[] } | undefined,
	): Promise<void> {
		const known = lists.get(home);
		if (known && suspectLosses(known.list, fresh, domains).length > 0) {
			const same = known.held?.list.digest === fresh.digest;
			if (same) return;
			// New recipients are valid at once, the missing ones a while longer.
			const added = fresh.without(known.list);
			refuseHoard(home, known.list.size + added.length);
			for (const recipient of added) known.list.add(recipient);
			known.held = { list: fresh, since: now().toISOString() };
			tellHeld(home);
			await save(home, (journal) => journal.replace(known));
			if (added.length > 0) options.onChange(added, home);
			return;
		}
		const small = delta && !known?.held;
		const added = small ? delta.add : fresh.without(known?.list ?? new RecipientSet());
		const removed = small ? delta.remove : (known?.list.without(fresh) ?? []);
		const next = { ...restOf(reports.of(home)), ...known, list: fresh, held: undefined };
		lists.set(home, next);
		tellHeld(home);
		if (added.length + removed.length > 0) {
			const change = { home, recipients: fresh.size, added: added.length, removed: removed.length };
			log.info(change, `the home ${home} has ${fresh.size} recipients`);
		}
		await save(home, (journal) => (small ? journal.append(next, added, removed) : journal.replace(next)));
		const few = added.length + removed.length <= fewChanges;
		options.onChange(
			few ? [...added, ...removed, ...(known ? [] : domains.map(everyoneAt))] : undefined,
			home,
		);
	}

	function accept(home: string): number | undefined {
		const known = lists.get(home);
		if (!known?.held) return undefined;
		const gone = known.list.without(known.held.list).length;
		const fresh = { ...known, list: known.held.list, held: undefined };
		lists.set(home, fresh);
		tellHeld(home);
		void save(home, (journal) => journal.replace(fresh));
		options.onChange(undefined, home);
		return gone;
	}

	function refuseForeign(home: string, add: readonly Recipient[], own: ReadonlySet<string>): void {
		const foreign = new Set<string>();
		for (const recipient of add) {
			const domain = domainOfRecipient(recipient);
			if (!own.has(domain)) foreign.add(domain);
		}
		if (foreign.size === 0) return;
		const domains = [...foreign].sort();
		health.set(foreignRecipients, home, { domains });
		throw new Refused(403, `${domains.slice(0, 5).join(", ")} is not a domain of this home`);
	}

	function stoodFor({ since }: NonNullable<HomeList["held"]>): number {
		return now().getTime() - Date.parse(since);
	}

	/** A clock that was set does not say for how long a list has been held: its day begins again. */
	function beginAnew(): void {
		for (const [home, known] of lists) {
			if (!known.held) continue;
			known.held.since = now().toISOString();
			log.info(
				{ home },
				`the clock was set: the shorter list of the home ${home} is held for a day from now`,
			);
			tellHeld(home);
			void save(home, (journal) => journal.replace(known));
		}
	}

	function look(): void {
		const { homes, complete } = registry();
		const clock = standing.look();
		if (clock === "jumped") beginAnew();
		reports.review((home) => complete && !homes.has(home));
		for (const [home, known] of [...lists]) {
			if (complete && !homes.has(home)) {
				lists.delete(home);
				health.clear(listHeld, home);
				health.clear(foreignRecipients, home);
				void save(home, (journal) => journal.remove());
			} else if (clock === "steady" && known.held && stoodFor(known.held) >= holdFor) {
				log.info({ home }, `the shorter list of the home ${home} has stood for a day and is in force now`);
				accept(home);
			} else if (health.has(listsUnsaved, home)) {
				void save(home, (journal) => journal.replace(known));
			}
		}
	}

	return {
		of: (home) => lists.get(home),
		report: reports.take,
		state,
		take,
		accept,
		look,
		saved: async () => {
			await Promise.all(writes.values());
		},
	};
}

function restOf(told: RecipientsReport | undefined): Pick<HomeList, "open" | "delimiter"> {
	const open =
		told && !told.complete ? (told.reason ?? "the home cannot list all its recipients") : undefined;
	return { open, delimiter: told?.delimiter ?? "" };
}
