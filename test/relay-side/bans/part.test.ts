import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { z } from "zod";
import { bans } from "../../../relay-side/bans/part.ts";
import { type Home, relayFacts } from "../../../relay-side/facts.ts";
import type { RelayContext, RelayPart } from "../../../relay-side/part.ts";
import { Health } from "../../../shared/health.ts";
import { bansAnswerSchema } from "../../../shared/protocol/bans.ts";
import { savedState } from "../../../shared/saved-state.ts";
import { logLines } from "../../agent/log-lines.ts";
import { type MapSocket, mapSocket } from "./map-socket.ts";

const anna = { id: "anna" } as Home;
const mark = "1".repeat(16);
let folder: string;
let file: string;
let haproxy: MapSocket;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "heimweg-bans-"));
	mkdirSync(join(folder, "haproxy"));
	file = join(folder, "haproxy", "bans.map");
	haproxy = await mapSocket(file);
});
afterEach(() => {
	haproxy.close();
	rmSync(folder, { recursive: true });
});

async function made() {
	const health = new Health(logLines().log);
	const facts = relayFacts();
	const state = <T>(name: string, schema: z.ZodType<T>) =>
		savedState(join(folder, name), schema, { health, log: logLines().log });
	const context = {
		facts,
		health,
		log: logLines().log,
		metrics: { gauge() {} },
		state,
	} as unknown as RelayContext;
	const part = (await bans.create({ state_dir: folder } as never, context, undefined)) as RelayPart;
	const tellHomes = facts.homes.own("test");
	const homes = (...ids: string[]) =>
		tellHomes({ registry: { homes: new Map(ids.map((id) => [id, { id }])) }, at: new Map() } as never);
	homes("anna", "carl");
	await part.start?.();
	const running = facts.haproxy.own("test");
	running({ socket: haproxy.socket, master: haproxy.socket, pid: 7 });
	const said = (add: Array<[string, number]>, more: object = {}) =>
		bansAnswerSchema.parse(part.checkin?.own?.(anna, { mark, add, remove: [], ...more }));
	const end = async () => {
		await part.stop?.();
		for (const duty of part.duties?.() ?? []) await duty.stop();
	};
	return { part, said, homes, end, running };
}

test("what a home bans is answered with its mark, refused by HAProxy, and found again after a restart", async () => {
	const before = await made();
	expect(before.said([["203.0.113.9", 600]])).toEqual({ mark, held: 1, enforced: true });
	await vi.waitFor(() => expect([...haproxy.map.keys()]).toEqual(["anna|203.0.113.9"]));
	await before.end();
	expect(readFileSync(file, "utf8")).toMatch(/^anna\|203\.0\.113\.9 20\d\d-/);
	haproxy.map.clear();
	const after = await made();
	await vi.waitFor(() => expect([...haproxy.map.keys()]).toEqual(["anna|203.0.113.9"]));
	// Changes of a state from before the restart are not understood: the home tells everything.
	expect(after.said([], { since: mark })).toEqual({ held: 1, enforced: true });
	expect(after.part.homeStatus?.(anna)).toEqual({ bans: 1 });
	await after.end();
});

test("the relay's owner sees the bans, and lets somebody in again", async () => {
	const { part, said, end } = await made();
	said([["203.0.113.9", 600]]);
	const order = (given: object) => part.commands!.bans!(JSON.stringify(given));
	expect(await order({ action: "list" })).toMatch(/^anna {2}203\.0\.113\.9 {2}until 20.*\n1 bans/);
	await expect(order({ action: "remove", home: "carl", client: "203.0.113.9" })).rejects.toThrow(
		"the home carl has not banned 203.0.113.9",
	);
	expect(await order({ action: "remove", home: "anna", client: "203.0.113.9" })).toMatch(
		/may reach the home anna/,
	);
	await vi.waitFor(() => expect(haproxy.map.size).toBe(0));
	await end();
});

test("whom the relay's owner has let in stays in when heimweg-relay is started anew", async () => {
	const before = await made();
	before.said([["203.0.113.9", 600]]);
	await before.part.commands!.bans!(
		JSON.stringify({ action: "remove", home: "anna", client: "203.0.113.9" }),
	);
	await before.end();
	const after = await made();
	expect(after.said([["203.0.113.9", 599]])).toMatchObject({ mark, held: 0 });
	await after.end();
});

test("a home that tells all its bans again writes nothing and asks nothing of HAProxy", async () => {
	const { said, end } = await made();
	said([["203.0.113.9", 600]]);
	await vi.waitFor(() => expect(haproxy.map.size).toBe(1));
	await end();
	const again = await made();
	await vi.waitFor(() => expect(haproxy.map.size).toBe(1));
	const written = statSync(file).mtimeMs;
	haproxy.asked.length = 0;
	again.said([["203.0.113.9", 600]]);
	await again.end();
	expect([statSync(file).mtimeMs, haproxy.asked]).toEqual([written, []]);
});

test("a home whose file is gone bans nobody any more", async () => {
	const { said, homes, end } = await made();
	said([["203.0.113.9", 600]]);
	await vi.waitFor(() => expect(haproxy.map.size).toBe(1));
	homes("carl");
	await vi.waitFor(() => expect(haproxy.map.size).toBe(0));
	await end();
});

test("the home hears when HAProxy lets them in all the same; while none runs, nobody gets in", async () => {
	const { said, running, end } = await made();
	running({ socket: haproxy.socket, master: haproxy.socket, pid: undefined });
	expect(said([["203.0.113.9", 600]])).toEqual({ mark, held: 1, enforced: true });
	running({ socket: "/nonexistent/admin.sock", master: haproxy.socket, pid: 8 });
	await vi.waitFor(() => expect(said([["203.0.113.9", 600]])).toMatchObject({ held: 1, enforced: false }));
	await end();
});

test.each([undefined, "x", [], { mark, add: "all", remove: [] }])(
	"a home that says %j gets no answer",
	async (said) => {
		const { part, end } = await made();
		expect(part.checkin?.own?.(anna, said)).toBeUndefined();
		await end();
	},
);
