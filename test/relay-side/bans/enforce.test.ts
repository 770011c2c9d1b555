import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEnforcement } from "../../../relay-side/bans/enforce.ts";
import { type Cidr, parseAddress } from "../../../shared/address.ts";
import { parseClient } from "../../../shared/banned-client.ts";
import { Health } from "../../../shared/health.ts";
import { logLines } from "../../agent/log-lines.ts";
import { type MapSocket, mapSocket } from "./map-socket.ts";

const file = "/var/lib/heimweg-relay/haproxy/bans.map";
const until = Date.parse("2026-12-01T00:00:00Z");
const homes = new Map([
	[parseAddress("10.86.0.2"), "anna"],
	[parseAddress("10.86.0.3"), "carl"],
]);
let haproxy: MapSocket;
beforeEach(async () => {
	haproxy = await mapSocket(file);
});
afterEach(() => haproxy.close());

function made() {
	const bans = new Map<string, Map<Cidr, number>>();
	let pid: number | undefined = 7;
	const health = new Health(logLines().log);
	const duty = createEnforcement({
		place: () =>
			pid === undefined ? undefined : { socket: haproxy.socket, master: haproxy.socket, file, pid },
		homeAt: (address) => homes.get(address),
		of: (home) => bans.get(home) ?? new Map(),
		all: () => bans,
		...{ health, log: logLines().log },
	});
	const ban = (home: string, ...clients: string[]) =>
		bans.set(home, new Map(clients.map((one) => [parseClient(one), until])));
	const runs = async (home?: string) => {
		haproxy.asked.length = 0;
		duty.poke(home);
		await duty.settled();
	};
	return { bans, ban, duty, health, runs, starts: (next: number | undefined) => (pid = next) };
}

const keys = () => [...haproxy.map.keys()].sort();

test("an HAProxy that is new gets all bans, and after that only what changed of one home", async () => {
	const { ban, bans, runs } = made();
	ban("anna", "203.0.113.9", "2001:db8:2::1");
	ban("carl", "203.0.113.10");
	await runs();
	expect(keys()).toEqual(["anna|2001:db8:2::/64", "anna|203.0.113.9", "carl|203.0.113.10"]);
	expect(haproxy.map.get("anna|203.0.113.9")).toBe("2026-12-01T00:00:00.000Z");
	ban("anna", "203.0.113.9", "203.0.113.11");
	await runs("anna");
	expect(keys()).toEqual(["anna|203.0.113.11", "anna|203.0.113.9", "carl|203.0.113.10"]);
	expect(haproxy.asked).toEqual(["add", "del"]);
	bans.delete("carl");
	await runs("carl");
	expect(keys()).toEqual(["anna|203.0.113.11", "anna|203.0.113.9"]);
});

test("another process gets all of it again, and while none runs none is asked", async () => {
	const { ban, runs, starts, health } = made();
	ban("anna", "203.0.113.9");
	await runs();
	starts(undefined);
	await runs("anna");
	expect([haproxy.asked, health.list()]).toEqual([[], []]);
	haproxy.map = new Map([["anna|203.0.113.77", "x"]]);
	starts(8);
	await runs("anna");
	expect(keys()).toEqual(["anna|203.0.113.9"]);
});

test("the open connections of a client are cut when a home bans it: to that home, and of that client alone", async () => {
	const { ban, runs } = made();
	const open = (id: string, client: string, server: string, process?: number) => ({
		...{ id, client, server, ...(process ? { process } : {}) },
	});
	haproxy.sessions = [
		open("0xa1", "203.0.113.9:41000", "10.86.0.2:10993"),
		open("0xa2", "203.0.113.9:41001", "10.86.0.3:10993"),
		open("0xa3", "203.0.113.8:41002", "10.86.0.2:10993"),
		open("0xa4", "2001:db8:2::77:41003", "10.86.0.2:10465"),
		// From before a reload.
		open("0xa1", "203.0.113.9:40000", "10.86.0.2:10465", 1233),
		open("0xa5", "203.0.113.8:40001", "10.86.0.2:10465", 1233),
	];
	const left = () => haproxy.sessions.map(({ id, process }) => (process ? `${process} ${id}` : id));
	await runs();
	expect(left()).toHaveLength(6);
	ban("anna", "203.0.113.9");
	await runs("anna");
	expect(left()).toEqual(["0xa2", "0xa3", "0xa4", "1233 0xa5"]);
	ban("anna", "203.0.113.9", "2001:db8:2::1");
	await runs("anna");
	expect(left()).toEqual(["0xa2", "0xa3", "1233 0xa5"]);
});

test("what was banned while HAProxy did not answer is cut when it does", async () => {
	const { ban, runs, starts } = made();
	haproxy.sessions = [{ id: "0xa1", client: "203.0.113.9:41000", server: "10.86.0.2:10993" }];
	starts(undefined);
	ban("anna", "203.0.113.9");
	await runs("anna");
	starts(7);
	await runs();
	expect(haproxy.sessions).toEqual([]);
});

test("a thousand bans in one go are given as one map, not one by one", async () => {
	const { ban, runs } = made();
	await runs();
	ban("anna", ...Array.from({ length: 1_000 }, (_, n) => `10.9.${n >> 8}.${n & 255}`));
	await runs("anna");
	expect(haproxy.map.size).toBe(1_000);
	expect(haproxy.asked.length).toBeLessThan(10);
});

test("what failed halfway is made good by giving everything, once HAProxy takes it", async () => {
	const { ban, duty, health } = made();
	ban("anna", "203.0.113.9");
	haproxy.close();
	duty.poke();
	await vi.waitFor(() => expect(health.list().map(({ code }) => code)).toEqual(["bans.failing"]));
	haproxy = await mapSocket(file);
	duty.poke(undefined, { urgent: true });
	await vi.waitFor(() => expect(keys()).toEqual(["anna|203.0.113.9"]));
	await duty.stop();
});
