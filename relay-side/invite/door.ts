import type { Address } from "../../shared/address.ts";
import type { GuardWish } from "../../shared/guard.ts";
import type { Health } from "../../shared/health.ts";
import type { EnrolmentPeer, RelayFacts } from "../facts.ts";
import type { InvitationBook } from "./book.ts";
import { addressTaken } from "./conditions.ts";
import { enrolmentRules } from "./guard.ts";
import type { EnrolmentListener } from "./listener.ts";
import type { LiveRecord } from "./record.ts";
import type { InvitationStore } from "./store.ts";

/** Who may ask to join, and what stands around them. */
export interface Door {
	/** The rules for the guard table now. */
	guard(): readonly GuardWish[];
	/** Something that decides about it may be another: looks, soon. */
	review(): void;
	/** The invitation that may ask from this address. */
	at(address: Address): LiveRecord | undefined;
	/** Addresses that are guarded, and so nobody else's. */
	guarded(): ReadonlySet<Address>;
	/** What the guard must close from the first: the peers of before may still be there. */
	prepare(): void;
	/** The guard stands: peers may come. */
	open(): void;
	stop(): void;
}

/**
 * Opens the way in for each invitation that a home's file names and that may still be used, and closes it behind the last.
 * The order never changes: an address is guarded before WireGuard has its peer, and until it has it no more; so there
 * is no moment in which somebody with a code reaches anything but the port of enrolment.
 */
export function createDoor(options: {
	book: InvitationBook;
	store: InvitationStore;
	facts: Pick<RelayFacts, "homes" | "peers" | "enrolments">;
	tunnel: string;
	/** Ours inside the tunnel, and the port there. */
	relay: Address;
	port: number;
	guardAnew(): Promise<boolean>;
	listen(): EnrolmentListener;
	health: Health;
}): Door {
	const { book, store, facts, health } = options;
	const tell = facts.enrolments.own("invite");
	/** By address, what the guard is told to close, and the key of the peer there. */
	const guarded = new Map<Address, string>();
	/** The addresses that the guard is known to stand for. */
	let stands = "";
	let admitted: readonly LiveRecord[] = [];
	let listener: EnrolmentListener | undefined;
	let isOpen = false;
	let looking = false;
	let again = false;
	const displaced = new Set<string>();

	/** In force is what the owner's file names: who is not named there has no way in. */
	function inForce(): LiveRecord[] {
		const homes = facts.homes.value;
		if (!homes) return [];
		const { registry, at } = homes;
		return book.live().filter(({ id, home, enrolment: { address } }) => {
			const named = registry.invited.get(home)?.invitation ?? registry.homes.get(home)?.invitation;
			if (named !== id) return false;
			// Two peers on one address would strip each other: the home's stays.
			const taken = at.has(address);
			if (taken) health.set(addressTaken, home, { address });
			else health.clear(addressTaken, home);
			if (taken) displaced.add(home);
			return !taken;
		});
	}

	function review(): void {
		again = true;
		if (looking || !isOpen) return;
		looking = true;
		void look().finally(() => {
			looking = false;
			if (again) review();
		});
	}

	async function look(): Promise<void> {
		again = false;
		const wanted = inForce();
		const keys = new Set(wanted.map(({ enrolment }) => enrolment.publicKey));
		forgetDisplaced();
		forgetGone(keys);
		// An address whose last peer is still there is not another's yet.
		const ready = wanted.filter(({ enrolment: { address, publicKey } }) => {
			return (guarded.get(address) ?? publicKey) === publicKey;
		});
		for (const { enrolment } of ready) guarded.set(enrolment.address, enrolment.publicKey);
		if (!(await guard()) || !isOpen) return;
		admit(ready);
	}

	/** What is no peer any more needs no guard, and its address may be a home's. */
	function forgetGone(wanted: ReadonlySet<string>): void {
		const peers = facts.peers.value;
		// A look at them that began before we told last may have brought one back.
		if (!peers || peers.enrolments !== facts.enrolments.value) return;
		for (const [address, key] of guarded) if (!wanted.has(key) && !peers.has(key)) guarded.delete(address);
	}

	/** Resolves when the guard stands for all of these; false when we end before. */
	async function guard(): Promise<boolean> {
		const wanted = [...guarded.keys()].join();
		if (wanted === stands) return true;
		const done = await options.guardAnew();
		if (done) stands = wanted;
		return done;
	}

	function admit(records: readonly LiveRecord[]): void {
		admitted = records;
		if (records.length > 0) listener ??= options.listen();
		else {
			listener?.stop();
			listener = undefined;
		}
		tell(
			records.map(
				({ id, enrolment: { publicKey, address } }): EnrolmentPeer => ({
					publicKey,
					address,
					presharedKeyFile: store.keyFile(id, "enrolment"),
				}),
			),
		);
	}

	function forgetDisplaced(): void {
		const live = new Set(book.live().map(({ home }) => home));
		for (const home of displaced) {
			if (live.has(home)) continue;
			displaced.delete(home);
			health.clear(addressTaken, home);
		}
	}

	return {
		guard: () => enrolmentRules({ ...options, addresses: guarded.keys() }),
		review,
		at: (address) => admitted.find(({ enrolment }) => enrolment.address === address),
		guarded: () => new Set(guarded.keys()),
		prepare() {
			for (const { enrolment } of book.live()) guarded.set(enrolment.address, enrolment.publicKey);
			stands = [...guarded.keys()].join();
		},
		open() {
			isOpen = true;
			review();
		},
		stop() {
			isOpen = false;
			listener?.stop();
		},
	};
}
