import { HeimwegError, messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";
import {
	aged,
	type Enrolment,
	type InvitationRecord,
	isLive,
	joined,
	type LiveRecord,
	newRecord,
	redeemed,
} from "./record.ts";
import type { InvitationStore } from "./store.ts";

/** All invitations that there are. What it says is on disk: each change is saved before it is told or counts. */
export interface InvitationBook {
	/** Reads what is on disk: when nobody else writes there any more, such as the program before a reload. */
	load(): Promise<void>;
	/** Resolves when no change is under way. */
	settled(): Promise<void>;
	/** By id; forgotten ones are not among them. */
	readonly records: ReadonlyMap<string, InvitationRecord>;
	/** Those whose home has not joined yet: few, of however many. */
	unsettled(): Iterable<InvitationRecord>;
	/** Those that may be used or repeated now. */
	live(): LiveRecord[];
	open(id: string, home: string, enrolment: Enrolment): Promise<void>;
	/** The record as this key redeemed it, now or before; undefined when another key has, or when it is over. */
	redeem(id: string, publicKey: string, presharedKey: string): Promise<InvitationRecord | undefined>;
	/** The home was heard with its new key: the secrets go. */
	join(id: string): Promise<void>;
	/** Ends those whose day is over; to be called now and then. */
	age(): Promise<void>;
	forget(ids: Iterable<string>): Promise<void>;
}

/**
 * Keeps the invitations. Changes come one after the other, so that of two machines with one code one is first; one that
 * cannot be saved has not happened.
 */
export function invitationBook(options: {
	store: InvitationStore;
	/** Told after each change. */
	onChange(): void;
	log: Logger;
	/** Milliseconds since 1970. */
	clock?: () => number;
}): InvitationBook {
	const { store, log, onChange } = options;
	const clock = options.clock ?? Date.now;
	const records = new Map<string, InvitationRecord>();
	const unsettled = new Map<string, InvitationRecord>();
	let last: Promise<unknown> = Promise.resolve();

	function inTurn<T>(act: () => Promise<T>): Promise<T> {
		const turn = last.then(act);
		last = turn.catch(() => {});
		return turn;
	}

	async function put(record: InvitationRecord): Promise<void> {
		if (records.get(record.id) === record) return;
		await store.save(record);
		keep(record);
		onChange();
	}

	function keep(record: InvitationRecord): void {
		records.set(record.id, record);
		if (record.state === "joined") unsettled.delete(record.id);
		else unsettled.set(record.id, record);
	}

	async function ageAll(): Promise<void> {
		for (const record of [...unsettled.values()]) {
			const now = aged(record, clock());
			if (now === record) continue;
			// What could not be saved is over all the same: the secrets go with the next save.
			await store.save(now).catch((error) => log.warn(`an invitation that is over: ${messageOf(error)}`));
			keep(now);
			onChange();
			log.info({ home: now.home }, `the invitation of ${now.home} is over`);
		}
	}

	return {
		records,
		load: () =>
			inTurn(async () => {
				for (const record of await store.load()) keep(record);
				onChange();
			}),
		settled: () => inTurn(async () => {}),
		unsettled: () => unsettled.values(),
		live: () => [...unsettled.values()].filter(isLive),
		open: (id, home, enrolment) =>
			inTurn(async () => {
				// A file of that name may hold a home's key.
				if (records.has(id)) throw new HeimwegError(`there is an invitation ${id} already`);
				await put(newRecord(id, home, enrolment, clock()));
			}),
		redeem: (id, publicKey, presharedKey) =>
			inTurn(async () => {
				const record = records.get(id);
				const next = record && redeemed(aged(record, clock()), publicKey, presharedKey);
				if (next) await put(next);
				return next;
			}),
		join: (id) =>
			inTurn(async () => {
				const record = records.get(id);
				if (record && isLive(record)) await put(joined(record));
			}),
		age: () => inTurn(ageAll),
		forget: (ids) =>
			inTurn(async () => {
				for (const id of ids) {
					if (!records.has(id)) continue;
					// What is still on disk would be there again after a restart: it is known until it is gone.
					await store.forget(id);
					records.delete(id);
					unsettled.delete(id);
					onChange();
				}
			}),
	};
}
