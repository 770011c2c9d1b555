import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { invitationBook } from "../../../relay-side/invite/book.ts";
import type { InvitationRecord } from "../../../relay-side/invite/record.ts";
import { invitationRows, invitationStatus, invitationText } from "../../../relay-side/invite/status.ts";
import { type InvitationStore, invitationStore } from "../../../relay-side/invite/store.ts";
import { wordsOf } from "../../../shared/invitation/words.ts";
import { HOUR } from "../../../shared/time.ts";
import { silent } from "../../shared/silent.ts";
import { enrolmentOf, keyOf } from "./examples.ts";

let folder: string;
let clock: number;
beforeEach(async () => {
	folder = join(await mkdtemp(join(tmpdir(), "heimweg-invites-")), "invites");
	clock = Date.parse("2026-11-30T12:00:00Z");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const [keyA, keyB] = [keyOf(1), keyOf(2)];
const preshared = keyOf(9);

async function bookOf(store: InvitationStore = invitationStore(folder, silent)) {
	const book = invitationBook({ store, onChange() {}, log: silent, clock: () => clock });
	await book.load();
	return book;
}

/** All that lies in the folder, as text. */
async function texts(): Promise<string> {
	const names = await readdir(folder);
	return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
}

test("an invitation is redeemed by one key, once; the same key hears the same again, another nothing", async () => {
	const book = await bookOf();
	await book.open("invite00", "anna", enrolmentOf(0));
	const first = await book.redeem("invite00", keyA, preshared);
	expect(first).toMatchObject({ state: "redeemed", publicKey: keyA });
	expect(await book.redeem("invite00", keyA, preshared)).toBe(first);
	expect(await book.redeem("invite00", keyB, preshared)).toBeUndefined();
	expect(await book.redeem("unknown00", keyB, preshared)).toBeUndefined();
	await expect(book.open("invite00", "bert", enrolmentOf(1))).rejects.toThrow("already");
	expect(book.records.get("invite00")?.home).toBe("anna");
});

test("of two machines at once one is first, whatever the disk's pace", async () => {
	const store = invitationStore(folder, silent);
	const slow: InvitationStore = {
		...store,
		async save(record) {
			await new Promise((resolve) => setTimeout(resolve, 5 + 20 * Math.random()));
			await store.save(record);
		},
	};
	const book = await bookOf(slow);
	await book.open("invite00", "anna", enrolmentOf(0));
	const all = await Promise.all(
		[keyA, keyB, keyA, keyB].map((key) => book.redeem("invite00", key, preshared)),
	);
	expect(all.map((one) => one?.publicKey)).toEqual([keyA, undefined, keyA, undefined]);
	expect((await bookOf()).records.get("invite00")?.publicKey).toBe(keyA);
});

test("when the home was heard, and after a day, the secrets are gone from disk, and the key stays", async () => {
	const book = await bookOf();
	await book.open("invite00", "anna", enrolmentOf(0));
	await book.open("invite11", "bert", enrolmentOf(1));
	await book.open("invite22", "carl", enrolmentOf(2));
	await book.redeem("invite00", keyA, preshared);
	await book.redeem("invite22", keyB, preshared);
	await book.join("invite00");
	clock += 23 * HOUR;
	await book.age();
	expect(book.records.get("invite11")?.state).toBe("open");
	clock += 1 * HOUR;
	await book.age();
	const states = [...book.records.values()].map(({ home, state }) => `${home} ${state}`);
	expect(states).toEqual(["anna joined", "bert expired", "carl redeemed"]);
	expect(await book.redeem("invite11", keyA, preshared)).toBeUndefined();
	const text = await texts();
	for (const at of [0, 1, 2])
		for (const secret of Object.values(enrolmentOf(at)).filter((one) => String(one).endsWith("=")))
			expect(text).not.toContain(secret);
	expect(text).toContain(keyA);
	expect((await readdir(folder)).sort()).toEqual([
		"invite00",
		"invite00.preshared",
		"invite11",
		"invite22",
		"invite22.preshared",
	]);
	for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test("a code is over at once when it is asked for after its day, and when the clock went back", async () => {
	const book = await bookOf();
	await book.open("invite00", "anna", enrolmentOf(0));
	clock += 24 * HOUR;
	expect(await book.redeem("invite00", keyA, preshared)).toBeUndefined();
	await book.open("invite11", "bert", enrolmentOf(1));
	clock -= HOUR / 2;
	expect(await book.redeem("invite11", keyA, preshared)).toBeDefined();
	await book.open("invite22", "carl", enrolmentOf(2));
	clock -= 2 * HOUR;
	expect(await book.redeem("invite22", keyA, preshared)).toBeUndefined();
});

/** A store whose power goes at the nth write of a file, which then is there or not. */
function failing(store: InvitationStore, at: number, written: boolean) {
	let writes = 0;
	const dead = () => writes > at;
	return {
		...store,
		async save(record: InvitationRecord) {
			writes += 1;
			if (dead()) throw new Error("no power");
			if (writes < at) return store.save(record);
			writes += 1;
			if (written) await store.save(record);
			throw new Error("the power went");
		},
	};
}

test("wherever the power goes, the next start finds a state from which the same request ends well", async () => {
	for (const written of [false, true]) {
		for (let at = 1; at <= 3; at++) {
			await rm(folder, { recursive: true, force: true });
			const book = await bookOf(failing(invitationStore(folder, silent), at, written));
			const steps = [
				() => book.open("invite00", "anna", enrolmentOf(0)),
				() => book.redeem("invite00", keyA, preshared),
				() => book.join("invite00"),
			];
			for (const step of steps) await step().catch(() => {});
			// What was not saved was not told either, so nothing was done because of it.
			const after = await bookOf();
			const told = book.records.get("invite00")?.publicKey;
			if (told !== undefined) expect(after.records.get("invite00")?.publicKey).toBe(told);
			if (!after.records.has("invite00")) await after.open("invite00", "anna", enrolmentOf(0));
			expect(await after.redeem("invite00", keyA, preshared)).toMatchObject({ publicKey: keyA });
			expect(await after.redeem("invite00", keyB, preshared)).toBeUndefined();
			await after.join("invite00");
			expect((await bookOf()).records.get("invite00")).toMatchObject({ state: "joined", publicKey: keyA });
		}
	}
});

test("a start puts right what a power cut left beside the records, and leaves a damaged one alone", async () => {
	const book = await bookOf();
	await book.open("invite00", "anna", enrolmentOf(0));
	await book.redeem("invite00", keyA, preshared);
	await rm(join(folder, "invite00.preshared"));
	await writeFile(join(folder, "gone0000.enrolment"), "left over");
	await writeFile(join(folder, ".invite00.abc.tmp"), "a draft");
	await writeFile(join(folder, "damaged0"), "{");
	await writeFile(join(folder, "damaged0.preshared"), "a home's key");
	const after = await bookOf();
	expect([...after.records.keys()]).toEqual(["invite00"]);
	expect((await readdir(folder)).sort()).toEqual([
		"damaged0",
		"damaged0.preshared",
		"invite00",
		"invite00.enrolment",
		"invite00.preshared",
	]);
	expect(await readFile(join(folder, "invite00.preshared"), "utf8")).toBe(`${preshared}\n`);
});

test("a forgotten invitation leaves nothing behind", async () => {
	const book = await bookOf();
	await book.open("invite00", "anna", enrolmentOf(0));
	await book.redeem("invite00", keyA, preshared);
	await book.forget(["invite00", "unknown00"]);
	expect(await readdir(folder)).toEqual([]);
	expect((await bookOf()).records.size).toBe(0);
});

test("people read what has become of each invitation, and with which key", async () => {
	const book = await bookOf();
	await book.open("invite00", "anna", enrolmentOf(0));
	const text = () => invitationText(invitationStatus(book.records.get("invite00")!));
	expect(text()).toBe("invited, the code is good until 2026-12-01 12:00 UTC; its mail waits");
	await book.redeem("invite00", keyA, preshared);
	expect(text()).toContain(`has redeemed its code with the key "${wordsOf(keyA)}"`);
	expect(invitationRows([...book.records.values()].map(invitationStatus))).toHaveLength(1);
	await book.join("invite00");
	expect(text()).toBe(`joined with the key "${wordsOf(keyA)}"`);
	expect(invitationRows([...book.records.values()].map(invitationStatus))).toEqual([]);
	await book.open("invite11", "bert", enrolmentOf(1));
	clock += 24 * HOUR;
	await book.age();
	expect(invitationText(invitationStatus(book.records.get("invite11")!))).toContain("was not used");
});
