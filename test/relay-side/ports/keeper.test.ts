import { afterEach, beforeEach, expect, it } from "vitest";
import type { Served } from "../../../relay-side/ports/claims.ts";
import type { Haproxy } from "../../../relay-side/ports/haproxy.ts";
import { haproxyPlaces } from "../../../relay-side/ports/haproxy-config.ts";
import { createKeeper, namesAlone } from "../../../relay-side/ports/keeper.ts";
import { parseAddress } from "../../../shared/address.ts";
import type { RunCommand } from "../../../shared/command.ts";
import type { Duty } from "../../../shared/duty.ts";
import { Health } from "../../../shared/health.ts";
import { silent } from "../../shared/silent.ts";

const own = parseAddress("203.0.113.10");
const second = parseAddress("203.0.113.11");
const home = (more: Partial<Served> = {}): Served => ({
	...{ home: "anna", target: parseAddress("10.86.0.2"), names: ["mail.anna.example"] },
	...{ ports: [465, 993], publicAddresses: [], ...more },
});

let health: Health;
let served: Served[];
let homes: number;
let sockets: string;
/** What HAProxy was last told, and the process that it is. */
let told: { config: string; map: ReadonlyMap<string, string> } | undefined;
let pid: number | undefined;
let processes: Array<number | undefined>;
/** Maps that were told with nothing else. */
let quick: Array<ReadonlyMap<string, string>>;
/** How often this machine's sockets were looked at. */
let looks: number;
let failing: boolean;
let order: string[];
let keeper: Duty;

beforeEach(() => {
	health = new Health(silent);
	[served, homes, sockets, told, pid, processes] = [[home()], 2, "", undefined, 7, []];
	[quick, looks, failing, order] = [[], 0, false, []];
	const haproxy: Haproxy = {
		async keep(wanted) {
			order.push("keep");
			told = wanted;
			return pid;
		},
		async tell(map) {
			order.push("tell");
			quick.push(map);
			if (failing) throw new Error("HAProxy is gone");
			return pid !== undefined;
		},
		pid: async () => pid,
		ask: async () => "",
	};
	const run: RunCommand = async () => {
		looks += 1;
		order.push("look");
		return sockets;
	};
	keeper = createKeeper({
		...{ haproxy, places: haproxyPlaces("/var/lib/heimweg-relay"), run, health, log: silent },
		limits: { per_client: 250, rate: 150, per_home: 5_000, connections: 10_000 },
		wanted: () => ({ served, homes }),
		onProcess: (now) => processes.push(now),
		guarded: () => true,
		own: () => ({ all: new Set([own]), ipv6: true }),
		uid: () => 993,
	});
});
afterEach(() => keeper.stop());

async function run(subjects?: string): Promise<string[]> {
	keeper.poke(subjects, { urgent: true });
	await keeper.settled();
	return health.list().map(({ code, subject }) => `${code} ${subject}`.trim());
}

it("a relay whose homes have no client ports leaves HAProxy alone, and takes back what it gave before", async () => {
	served = [];
	expect([await run(), told]).toEqual([[], undefined]);
	served = [home()];
	await run();
	served = [];
	await run();
	expect(told?.map.size).toBe(0);
	expect(told?.config).not.toContain("frontend");
});

it("an HAProxy that does not run is told, and its processes are told of as they come", async () => {
	pid = undefined;
	expect(await run()).toEqual(["ports.haproxy_not_running"]);
	pid = 8;
	expect(await run()).toEqual([]);
	pid = 9;
	await run();
	expect(processes).toEqual([8, 9]);
});

it("a name more is told to HAProxy with nothing else looked at; a port more is not so quick", async () => {
	await run(namesAlone);
	expect([quick.length, looks]).toEqual([0, 1]);
	served = [home({ names: ["mail.anna.example", "imap.anna.example"] })];
	expect(await run(namesAlone)).toEqual([]);
	expect([quick.length, looks]).toEqual([1, 1]);
	expect(quick[0]?.has("imap.anna.example:993")).toBe(true);
	served = [home({ ports: [465, 993, 995] })];
	await run(namesAlone);
	expect([quick.length, looks]).toEqual([1, 2]);
	expect(told?.config).toContain("bind :995\n");
	await run();
	expect(looks).toBe(3);
});

it("a name more that comes with the look of each minute is told before anything else is looked at", async () => {
	await run();
	served = [home({ names: ["mail.anna.example", "imap.anna.example"] })];
	keeper.poke();
	await run(namesAlone);
	expect(order).toEqual(["look", "keep", "tell", "look", "keep"]);
});

it("an HAProxy that is gone when a name is to be told is looked at from the ground up", async () => {
	await run();
	[failing, pid] = [true, undefined];
	expect(await run(namesAlone)).toEqual(["ports.haproxy_not_running"]);
	[failing, pid] = [false, 8];
	expect(await run(namesAlone)).toEqual([]);
	expect([quick.length, looks, processes]).toEqual([1, 3, [7, undefined, 8]]);
});

it("a port that another program holds is left out, or HAProxy would not start at all, and is told", async () => {
	sockets = "LISTEN 0 100 0.0.0.0:993 0.0.0.0:* uid:65534 ino:1 sk:1";
	expect(await run()).toEqual(["ports.port_held 993"]);
	expect(health.list()[0]?.remedy).toContain("Dovecot");
	expect(told?.config).toContain("bind :465\n");
	expect(told?.config).not.toContain("bind :993\n");
	sockets = "LISTEN 0 100 0.0.0.0:993 0.0.0.0:* uid:993 ino:1 sk:1";
	expect(await run()).toEqual([]);
	expect(told?.config).toContain("bind :993\n");
});

it("an address that the relay does not have is left out and told, and so is a port nobody could be told apart at", async () => {
	served = [
		home({ ports: [587], publicAddresses: [second] }),
		home({ home: "bert", names: ["mail.bert.example"], ports: [587, 993] }),
	];
	expect((await run()).sort()).toEqual([`ports.address_missing ${second}`, "ports.no_address bert"]);
	expect(told?.config).not.toContain(second);
	served = [home({ ports: [587], publicAddresses: [own] })];
	expect(await run()).toEqual([]);
	expect(told?.config).toContain(`bind ${own}:587\n`);
});
