import { beforeEach, expect, test, vi } from "vitest";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { InvitedHome } from "../../../relay-side/homes/home.ts";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { type InvitationBook, invitationBook } from "../../../relay-side/invite/book.ts";
import { invitationOver, secondMachine } from "../../../relay-side/invite/conditions.ts";
import { createReview, type Review } from "../../../relay-side/invite/review.ts";
import type { InvitationStore } from "../../../relay-side/invite/store.ts";
import type { Health } from "../../../shared/health.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/time.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";
import { enrolmentOf, keyOf } from "./examples.ts";

/** A disk that takes everything, and time that a test moves. */
let book: InvitationBook;
let review: Review;
let health: Health;
let clock: number;
let forgets: () => Promise<void>;
let spoken: Set<string>;
let tellHomes: (changes: Partial<Registry>) => void;

beforeEach(() => {
	clock = Date.parse("2026-11-30T12:00:00Z");
	spoken = new Set();
	health = silentHealth();
	forgets = async () => {};
	const store: InvitationStore = {
		load: async () => [],
		save: async () => {},
		forget: () => forgets(),
		keyFile: () => "",
	};
	book = invitationBook({ store, onChange: () => review.look(), log: silent, clock: () => clock });
	const facts = relayFacts();
	const tell = facts.homes.own("test");
	tellHomes = (changes) =>
		tell({
			...{ registry: { ...emptyRegistry, ...changes }, at: new Map(), byDomain: new Map() },
			...{ changedHomes: new Set(), changedDomains: new Set() },
		});
	review = createReview({
		...{ book, facts, health, now: () => clock },
		identity: { hasSpoken: ({ publicKey }) => spoken.has(publicKey) },
	});
});

const invited = (invitation: string) =>
	new Map([["anna", { ...homeOf("anna", 2), invitation } as InvitedHome]]);
const served = (publicKey: string) =>
	new Map([["anna", { ...homeOf("anna", 2, { publicKey }), invitation: "invite00" }]]);

test("a home has joined when its new key has proven a pulse, and not before", async () => {
	await book.open("invite00", "anna", enrolmentOf(0));
	await book.redeem("invite00", keyOf(1), keyOf(9));
	const state = () => book.records.get("invite00")?.state;
	tellHomes({ homes: served(keyOf(2)) });
	review.heard("anna");
	tellHomes({ homes: served(keyOf(1)) });
	review.heard("anna");
	await book.settled();
	expect(state()).toBe("redeemed");
	spoken.add(keyOf(1));
	review.heard("bert");
	review.heard("anna");
	await vi.waitFor(() => expect(state()).toBe("joined"));
});

test("an invitation that ran out is told while the home's file names it, and ended by a newer one", async () => {
	await book.open("invite00", "anna", enrolmentOf(0));
	tellHomes({ invited: invited("invite00") });
	clock += 25 * HOUR;
	await review.age();
	expect(health.has(invitationOver, "anna")).toBe(true);
	await book.open("newer000", "anna", enrolmentOf(1));
	tellHomes({ invited: invited("newer000") });
	await review.age();
	expect(health.has(invitationOver, "anna")).toBe(false);
	expect([...book.records.keys()]).toEqual(["newer000"]);
});

test("an invitation that no file came to name is forgotten; a key that a home joined with never is", async () => {
	await book.open("invite00", "anna", enrolmentOf(0));
	await book.open("joined00", "bert", enrolmentOf(1));
	await book.redeem("joined00", keyOf(1), keyOf(9));
	await book.join("joined00");
	tellHomes({});
	await review.age();
	clock += 9 * MINUTE;
	await review.age();
	expect(book.records.size).toBe(2);
	clock += 2 * MINUTE;
	await review.age();
	expect([...book.records.keys()]).toEqual(["joined00"]);
});

test("that a second machine came is told for a day", async () => {
	health.set(secondMachine, "anna", { words: "a", joined: "b" });
	await review.age();
	clock += DAY - HOUR;
	await review.age();
	expect(health.has(secondMachine, "anna")).toBe(true);
	clock += 2 * HOUR;
	await review.age();
	expect(health.has(secondMachine, "anna")).toBe(false);
});

test("a second machine is told of for a day, however long ago another home's was", async () => {
	const machines = { words: "one", joined: "other" };
	health.set(secondMachine, "anna", machines);
	await review.age();
	clock += DAY - MINUTE;
	health.set(secondMachine, "bert", machines);
	await review.age();
	clock += 2 * MINUTE;
	await review.age();
	expect([...health.subjects(secondMachine)]).toEqual(["bert"]);
	clock += DAY;
	await review.age();
	expect([...health.subjects(secondMachine)]).toEqual([]);
});

test("an invitation that cannot be taken from disk is known until it can", async () => {
	await book.open("invite00", "anna", enrolmentOf(0));
	forgets = async () => Promise.reject(new Error("EROFS"));
	await expect(book.forget(["invite00"])).rejects.toThrow("EROFS");
	expect(book.records.has("invite00")).toBe(true);
	forgets = async () => {};
	await book.forget(["invite00"]);
	expect(book.records.size).toBe(0);
});
