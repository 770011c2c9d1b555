import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type RelayFacts, relayFacts } from "../../../relay-side/facts.ts";
import type { Home, InvitedHome } from "../../../relay-side/homes/home.ts";
import { homeLookup } from "../../../relay-side/homes/lookup.ts";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import type { InvitationBook } from "../../../relay-side/invite/book.ts";
import { addressTaken } from "../../../relay-side/invite/conditions.ts";
import { createDoor, type Door } from "../../../relay-side/invite/door.ts";
import { isLive, type LiveRecord, newRecord } from "../../../relay-side/invite/record.ts";
import type { InvitationStore } from "../../../relay-side/invite/store.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { Health } from "../../../shared/health.ts";
import { silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";
import { enrolmentOf } from "./examples.ts";

/**
 * A model of the machine: a guard that stands a moment after it is asked for, and WireGuard's peers, which follow the fact a
 * moment later. It notes each moment in which a peer stood without its guard.
 */
let facts: RelayFacts;
let records: LiveRecord[];
let health: Health;
let door: Door;
let guard: string;
let peers: Set<string>;
let unguarded: string[];
let listening: number;
let tellHomes: (invited: readonly InvitedHome[], homes?: readonly Home[]) => void;
let guardStands: boolean;

const pause = (least = 0) => new Promise((resolve) => setTimeout(resolve, least + Math.random() * 4));

function check(): void {
	for (const key of peers) {
		const of = records.concat(gone).find(({ enrolment }) => enrolment.publicKey === key);
		if (of && !guard.includes(`saddr ${of.enrolment.address} drop`)) unguarded.push(of.home);
	}
}
let gone: LiveRecord[];

beforeEach(() => {
	facts = relayFacts();
	records = [];
	gone = [];
	health = silentHealth();
	guard = "";
	peers = new Set();
	unguarded = [];
	listening = 0;
	guardStands = true;
	const tell = facts.homes.own("test");
	tellHomes = (invited, homes = []) => {
		const registry = {
			...emptyRegistry,
			invited: new Map(invited.map((one) => [one.id, one])),
			homes: new Map(homes.map((one) => [one.id, one])),
		};
		const lookup = homeLookup();
		lookup.follow(registry.homes, registry.homes.keys());
		const { at, byDomain } = lookup;
		tell({ registry, at, byDomain, changedHomes: new Set(), changedDomains: new Set() });
	};
	const tellPeers = facts.peers.own("test");
	let running = Promise.resolve();
	facts.enrolments.subscribe(() => {
		running = running.then(async () => {
			// As the duty: what is wanted is read at its beginning, and told at its end.
			const wanted = facts.enrolments.value!;
			await pause();
			peers = new Set(wanted.map(({ publicKey }) => publicKey));
			check();
			await pause();
			const now = new Set(peers);
			tellPeers({ has: (key) => now.has(key), enrolments: wanted });
		});
	});
	door = createDoor({
		book: { live: () => records.filter(isLive) } as unknown as InvitationBook,
		store: { keyFile: (id: string) => `/keys/${id}` } as unknown as InvitationStore,
		facts,
		tunnel: "hw0",
		relay: parseAddress("10.86.0.1"),
		port: 8688,
		async guardAnew() {
			await pause();
			if (!guardStands) return false;
			guard = door
				.guard()
				.flatMap((wish) => ("rule" in wish ? wish.rule : []))
				.join("\n");
			check();
			return true;
		},
		listen: () => {
			listening += 1;
			return {
				stop() {
					listening -= 1;
				},
			};
		},
		health,
	});
	facts.peers.subscribe(door.review);
	facts.homes.subscribe(door.review);
});
afterEach(() => {
	expect(unguarded).toEqual([]);
});

function open(slot: number, home: string, id = `invite0${slot}`): InvitedHome {
	records.push(newRecord(id, home, enrolmentOf(slot), 0));
	const { publicKey: _, ...rest } = homeOf(home, 20 + slot);
	return { ...rest, invitation: id };
}

function close(home: string): void {
	gone.push(...records.filter((one) => one.home === home));
	records = records.filter((one) => one.home !== home);
	door.review();
}

test("a code that a home's file names may ask when its address is guarded, and the port is open then", async () => {
	const anna = open(0, "anna");
	tellHomes([anna]);
	door.open();
	await vi.waitFor(() => expect(peers).toEqual(new Set([enrolmentOf(0).publicKey])));
	expect(door.at(enrolmentOf(0).address)?.home).toBe("anna");
	expect(listening).toBe(1);
	expect(guard).toContain("ip saddr 10.86.0.254 ip daddr 10.86.0.1 tcp dport 8688 accept");
	close("anna");
	await vi.waitFor(() => expect(guard).toBe(""));
	expect([peers.size, listening]).toEqual([0, 0]);
	expect(door.at(enrolmentOf(0).address)).toBeUndefined();
});

test("a code that no file names, or one that a newer one has replaced, lets nobody in", async () => {
	const old = open(0, "anna", "older000");
	open(1, "bert");
	tellHomes([old]);
	door.open();
	await vi.waitFor(() => expect(peers.size).toBe(1));
	const newer = open(2, "anna", "newer000");
	tellHomes([newer]);
	await vi.waitFor(() => expect(peers).toEqual(new Set([enrolmentOf(2).publicKey])));
	expect(door.at(enrolmentOf(0).address)).toBeUndefined();
	expect(door.at(enrolmentOf(1).address)).toBeUndefined();
});

test("while the guard does not stand nobody may ask", async () => {
	guardStands = false;
	tellHomes([open(0, "anna")]);
	door.open();
	await pause(20);
	expect([peers.size, listening, facts.enrolments.value]).toEqual([0, 0, undefined]);
	guardStands = true;
	door.review();
	await vi.waitFor(() => expect(peers.size).toBe(1));
});

test("a home that has an invitation's address by its file keeps it, and the owner is told", async () => {
	tellHomes([open(0, "anna")]);
	door.open();
	await vi.waitFor(() => expect(peers.size).toBe(1));
	const bert = homeOf("bert", 9, { addresses: [enrolmentOf(0).address] });
	tellHomes([{ ...bert, id: "anna", invitation: "invite00" }], [bert]);
	await vi.waitFor(() => expect(guard).toBe(""));
	expect(peers.size).toBe(0);
	expect(health.has(addressTaken, "anna")).toBe(true);
	close("anna");
	await vi.waitFor(() => expect(health.has(addressTaken, "anna")).toBe(false));
});

test("however codes come and go, no peer ever stands without its guard", async () => {
	const homes = ["anna", "bert", "carl", "dora"];
	let invited: InvitedHome[] = [];
	tellHomes([]);
	door.open();
	for (let round = 0; round < 120; round++) {
		const home = homes[Math.floor(Math.random() * homes.length)]!;
		const slot = homes.indexOf(home);
		if (records.some((one) => one.home === home)) {
			close(home);
			if (Math.random() < 0.5) {
				invited = invited.filter(({ id }) => id !== home);
				tellHomes(invited);
			}
		} else {
			const one = open(slot, home, `invite${slot}${round}`.padEnd(8, "0"));
			records.at(-1)!.enrolment.publicKey = Buffer.alloc(32, round + 1).toString("base64");
			invited = [...invited.filter(({ id }) => id !== home), one];
			tellHomes(invited);
		}
		if (Math.random() < 0.6) await pause();
	}
	for (const home of homes) close(home);
	tellHomes([]);
	await vi.waitFor(() => expect([guard, peers.size]).toEqual(["", 0]), 3_000);
});
