import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Home } from "../../relay-side/homes/home.ts";
import { emptyRegistry } from "../../relay-side/homes/registry.ts";
import { createIdentity, type Identity } from "../../relay-side/identity.ts";
import { parseAddress } from "../../shared/address.ts";
import { Health } from "../../shared/health.ts";
import { deriveKeys, publicKeyOf } from "../../shared/protocol/keys.ts";
import { spokenSchema } from "../../shared/protocol/spoken.ts";
import { savedState } from "../../shared/saved-state.ts";
import { silent as log } from "../shared/silent.ts";
import { publicKeys, relayKey } from "./identities.ts";

let folder: string;
let now: number;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-identity-"));
	now = 0;
});
afterEach(() => rm(folder, { recursive: true }));

const preshared = (byte: number) => Buffer.alloc(32, byte).toString("base64");
const atHome = (key?: string) =>
	deriveKeys(Buffer.alloc(32, 1).toString("base64"), publicKeyOf(relayKey), "home", key);

function make(): Identity {
	const state = savedState(join(folder, "identity.json"), spokenSchema, { health: new Health(log), log });
	return createIdentity({ privateKey: relayKey, state, now: () => now });
}

async function writeKey(key: string): Promise<void> {
	await writeFile(join(folder, "new"), `${key}\n`);
	await chmod(join(folder, "new"), 0o640);
	await rename(join(folder, "new"), join(folder, "psk"));
}

const anna = () => ({ id: "anna", publicKey: publicKeys.anna, presharedKeyFile: join(folder, "psk") });

test("a home's preshared key is read when something does not fit; unreadable, the home keeps what it had", async () => {
	await writeKey(preshared(5));
	const identity = make();
	expect(identity.keysOf(anna()), "not read yet").toBeUndefined();
	await vi.waitFor(() => expect(identity.keysOf(anna())).toEqual(atHome(preshared(5))));
	await writeKey(preshared(6));
	identity.doubt(anna());
	expect(identity.keysOf(anna())).toEqual(atHome(preshared(5)));
	now += 5_000;
	identity.doubt(anna());
	await vi.waitFor(() => expect(identity.keysOf(anna())).toEqual(atHome(preshared(6))));
	await writeFile(join(folder, "psk"), "damaged");
	now += 5_000;
	identity.doubt(anna());
	await new Promise((done) => setTimeout(done, 50));
	expect(identity.keysOf(anna())).toEqual(atHome(preshared(6)));
	expect(identity.keysOf({ id: "anna", publicKey: publicKeys.anna })).toEqual(atHome());
});

test("a public key that makes no secret makes no keys, and harms nobody else", () => {
	const identity = make();
	const low = Buffer.alloc(32).toString("base64");
	expect(identity.keysOf({ id: "x", publicKey: low })).toBeUndefined();
	expect(identity.keysOf({ id: "anna", publicKey: publicKeys.anna })).toEqual(atHome());
});

test("who has spoken version 2 is remembered over a restart, by the key, whatever the home is called then", async () => {
	const identity = make();
	await identity.restore();
	identity.spoke(anna());
	await vi.waitFor(async () => {
		const next = make();
		await next.restore();
		expect(next.hasSpoken({ id: "renamed", publicKey: publicKeys.anna })).toBe(true);
		expect(next.hasSpoken({ id: "anna", publicKey: publicKeys.bert })).toBe(false);
	});
});

test("while a damaged file leaves open who has spoken version 2, it was everybody, until the next start", async () => {
	await writeFile(join(folder, "identity.json"), "\0".repeat(100));
	const identity = make();
	await identity.restore();
	expect(identity.hasSpoken(anna())).toBe(true);
	identity.spoke(anna());
	await vi.waitFor(async () => {
		const next = make();
		await next.restore();
		expect(next.hasSpoken(anna())).toBe(true);
		expect(next.hasSpoken({ id: "bert", publicKey: publicKeys.bert })).toBe(false);
	});
});

test("each start has its own generations; a home that is served otherwise gets a new one, others do not", () => {
	const [one, other] = [make(), make()];
	expect(one.generation("anna")).not.toBe(other.generation("anna"));
	const home = (id: "anna" | "bert", domains: string[]): Home => ({
		...{ id, publicKey: publicKeys[id], addresses: [parseAddress("10.86.0.2")], domains },
		...{ mailPort: 25, senders: "own" as const },
	});
	const registry = (deferred: string[], ...homes: Home[]) => ({
		...emptyRegistry,
		homes: new Map(homes.map((one) => [one.id, one])),
		deferred: new Set(deferred),
	});
	const renewed: string[] = [];
	one.onRenewed((id) => renewed.push(id));
	const first = one.generation("anna");
	one.keep(registry([], home("anna", ["a.example"]), home("bert", ["b.example"])));
	one.keep(registry([], home("anna", ["a.example"]), home("bert", ["b.example"])));
	expect([renewed, one.generation("anna")]).toEqual([[], first]);
	one.keep(registry([], home("anna", ["a.example", "c.example"]), home("bert", ["b.example"])));
	one.keep(registry(["c.example"], home("anna", ["a.example", "c.example"]), home("bert", ["b.example"])));
	expect([renewed, one.generation("anna")]).toEqual([["anna", "anna"], first + 2]);
	// Settled again; from then on who changed is named, and nobody else is looked at.
	one.keep(registry([], home("anna", ["a.example"]), home("bert", ["b.example"])));
	renewed.length = 0;
	const now = [home("anna", ["d.example"]), home("bert", ["e.example"])];
	one.keep(registry([], ...now), new Set(["bert"]));
	expect(renewed).toEqual(["bert"]);
	one.keep(registry([], now[0]!), new Set(["bert"]));
	one.keep(registry([], ...now), new Set(["bert"]));
	expect(renewed).toEqual(["bert", "bert"]);
});
