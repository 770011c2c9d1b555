import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { leaveOrder } from "../../../agent/bans/left-orders.ts";
import { bans } from "../../../agent/bans/part.ts";
import type { AgentContext, AgentPart } from "../../../agent/part.ts";
import { Health } from "../../../shared/health.ts";
import type { BansSaid } from "../../../shared/protocol/bans.ts";
import { logLines } from "../log-lines.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "heimweg-bans-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = {
	relays: [{ addresses: ["10.86.0.1", "fd86:5a1e:77::1"] }],
	tunnel: { addresses: ["10.86.0.2", "fd86:5a1e:77::2"], networks: ["10.86.0.0/24", "fd86:5a1e:77::/64"] },
};

async function made(remembered?: unknown) {
	const health = new Health(logLines().log);
	const written: unknown[] = [];
	const state = () => ({
		read: async () => remembered,
		write: async (value: unknown) => void written.push(value),
		stop() {},
	});
	const context = { health, log: logLines().log, state, metrics: { gauge() {} } } as unknown as AgentContext;
	const part = (await bans.create(
		{ ...config, state_dir: folder } as never,
		context,
		undefined,
	)) as AgentPart;
	const wanted = vi.fn();
	part.checkin?.subscribe?.(wanted);
	await part.start?.();
	const said = () => part.checkin?.own?.() as BansSaid;
	const order = (given: object) => part.commands!.bans!(JSON.stringify(given));
	const codes = () => health.list().map(({ code }) => code);
	return { part, health, written, wanted, said, order, codes };
}

const add = (client: string, more: object = {}) => ({ action: "add", client, seconds: 600, ...more });

test("a ban is remembered, and the relay hears of it at once; what follows within two seconds, in one go", async () => {
	vi.useFakeTimers();
	try {
		const { written, wanted, said, order } = await made();
		expect(await order(add("203.0.113.9", { by: "heimweg-dovecot" }))).toBe("203.0.113.9 is banned");
		await vi.advanceTimersByTimeAsync(1);
		expect(wanted).toHaveBeenCalledTimes(1);
		for (const last of [10, 11, 12]) await order(add(`203.0.113.${last}`));
		await vi.advanceTimersByTimeAsync(1_900);
		expect(wanted).toHaveBeenCalledTimes(1);
		await vi.advanceTimersByTimeAsync(200);
		expect(wanted).toHaveBeenCalledTimes(2);
		expect(said().add).toHaveLength(4);
		expect(written.at(-1)).toMatchObject([{ client: "203.0.113.9/32", by: "heimweg-dovecot" }, {}, {}, {}]);
	} finally {
		vi.useRealTimers();
	}
});

test.each([
	"10.86.0.1",
	"10.86.0.77",
	"fd86:5a1e:77::1",
	"10.86.0.2",
	"127.0.0.1",
	"::1",
	"::ffff:10.86.0.1",
])("%s, the relay, a neighbour in the tunnel or this machine, is never banned", async (client) => {
	const { order, said } = await made();
	await expect(order(add(client))).rejects.toThrow(/is not banned: it stands for the relay or this machine/);
	expect(said().add).toEqual([]);
});

test("a restart tells again what is banned, without what has ended meanwhile", async () => {
	const now = Date.now();
	const ban = { client: "203.0.113.9/32", by: "hand", since: now - 60_000 };
	const { said, order } = await made([
		{ ...ban, until: now + 60_000 },
		{ ...ban, client: "203.0.113.10/32", until: now - 1 },
	]);
	expect(said().add.map(([client]) => client)).toEqual(["203.0.113.9/32"]);
	expect(await order({ action: "list" })).toMatch(
		/^203\.0\.113\.9 {2}until .*Z {2}by hand\n1 bans; the relay refuses none$/,
	);
	expect(await order({ action: "remove", client: "203.0.113.9" })).toBe("203.0.113.9 may come again");
	expect(await order({ action: "remove", client: "203.0.113.9" })).toBe("203.0.113.9 is not banned");
});

test("what fail2ban says while heimweg does not run is carried out in that order when it starts", async () => {
	const since = Date.now() - 60_000;
	const left = (order: object, seconds: number) =>
		leaveOrder(folder, order as never, since + seconds * 1_000);
	await left(add("203.0.113.9", { by: "heimweg-dovecot" }), 1);
	await left(add("203.0.113.10", { by: "heimweg-dovecot" }), 2);
	await left({ action: "remove", client: "203.0.113.10", by: "heimweg-dovecot" }, 3);
	await left(add("203.0.113.11", { by: "heimweg-dovecot", seconds: 5 }), 4);
	await left(add("10.86.0.1"), 5);
	writeFileSync(join(folder, "bans-left-0000000000001-0123456789ab.json"), '{"at":');
	const { written, said } = await made();
	const [[client, seconds] = [], ...more] = said().add;
	expect([client, more]).toEqual(["203.0.113.9/32", []]);
	// Its time is counted from when it was said, a minute ago.
	expect(seconds).toBeLessThanOrEqual(541);
	expect(written.at(-1)).toMatchObject([{ client: "203.0.113.9/32", by: "heimweg-dovecot" }]);
	expect(readdirSync(folder)).toEqual([]);
});

test("what fail2ban leaves while heimweg runs is carried out at once", async () => {
	const { part, said, wanted } = await made();
	await leaveOrder(folder, add("203.0.113.9", { by: "heimweg-dovecot" }) as never);
	await vi.waitFor(() => expect(wanted).toHaveBeenCalledTimes(1), { timeout: 5_000 });
	expect(said().add.map(([client]) => client)).toEqual(["203.0.113.9/32"]);
	await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]), { timeout: 5_000 });
	await part.stop?.();
});

test("what was left comes before what is ordered now, and is done once", async () => {
	const { order, said } = await made();
	await leaveOrder(folder, add("203.0.113.9", { by: "heimweg-dovecot" }) as never);
	await Promise.all([
		order({ action: "remove", client: "203.0.113.9", by: "heimweg-dovecot" }),
		order({ action: "list" }),
	]);
	expect(said().add).toEqual([]);
});

test("orders that nobody takes are left up to ten thousand times", async () => {
	for (let at = 0; at < 10_000; at++)
		writeFileSync(join(folder, `bans-left-${String(at).padStart(13, "0")}-0123456789ab.json`), "");
	await expect(leaveOrder(folder, add("203.0.113.9") as never)).rejects.toThrow(
		/10000 orders about bans wait/,
	);
});

test("who is banned and still gets in is told: by an older relay, and by one that runs no HAProxy", async () => {
	const { part, said, order, codes } = await made();
	part.checkin?.heardOwn?.(undefined, "relay");
	expect(codes()).toEqual([]);
	await order(add("203.0.113.9"));
	expect(codes()).toEqual(["bans.not_held"]);
	part.checkin?.heardOwn?.({ mark: said().mark, held: 1, enforced: true }, "relay");
	expect(codes()).toEqual([]);
	expect(part.status?.()).toEqual({ bans: { banned: 1, held: 1, enforced: true } });
	part.checkin?.heardOwn?.({ mark: said().mark, held: 1, enforced: false }, "relay");
	expect(codes()).toEqual(["bans.not_held"]);
});

test("a relay that lost what it was told makes the home check in again, once", async () => {
	vi.useFakeTimers();
	try {
		const { part, wanted, said, order } = await made();
		await order(add("203.0.113.9"));
		part.checkin?.heardOwn?.({ mark: said().mark, held: 1, enforced: true }, "relay");
		await vi.advanceTimersByTimeAsync(5_000);
		wanted.mockClear();
		expect(said().since).toBeDefined();
		part.checkin?.heardOwn?.({ held: 0, enforced: true }, "relay");
		await vi.advanceTimersByTimeAsync(5_000);
		expect(wanted).toHaveBeenCalledTimes(1);
		expect(said()).toMatchObject({ add: [["203.0.113.9/32", expect.any(Number)]] });
		expect(said().since).toBeUndefined();
		part.checkin?.heardOwn?.({ held: 0, enforced: true }, "relay");
		await vi.advanceTimersByTimeAsync(5_000);
		expect(wanted).toHaveBeenCalledTimes(1);
	} finally {
		vi.useRealTimers();
	}
});

test("while one ban follows the other the relay is not told more often than it listens", async () => {
	vi.useFakeTimers();
	try {
		const { part, wanted, said, order } = await made();
		for (let n = 0; n < 100; n++) {
			const { mark } = said();
			await order(add(`203.0.113.${n}`));
			part.checkin?.heardOwn?.({ mark, held: n, enforced: true }, "relay");
			await vi.advanceTimersByTimeAsync(100);
		}
		expect(wanted.mock.calls.length).toBeGreaterThan(3);
		expect(wanted.mock.calls.length).toBeLessThan(8);
	} finally {
		vi.useRealTimers();
	}
});

test.each(["x", 7, { held: "many" }, { mark: "?", held: 1, enforced: true }, null])(
	"a relay that answers %j is taken for one that holds no bans",
	async (answer) => {
		const { part, order, codes } = await made();
		await order(add("203.0.113.9"));
		part.checkin?.heardOwn?.(answer, "relay");
		expect(codes()).toEqual(["bans.not_held"]);
	},
);

test("thousands of bans that come one by one are written every other second, and what is left at the end", async () => {
	const { part, written, order } = await made();
	for (let last = 0; last < 200; last++) await order(add(`198.51.100.${last}`));
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(written.length).toBeLessThan(50);
	await part.stop?.();
	expect(written.at(-1)).toHaveLength(200);
});

test("what was not read yet is not written over by an end that comes early", async () => {
	const { part, written } = await made([]);
	await part.stop?.();
	expect(written).toEqual([]);
});
