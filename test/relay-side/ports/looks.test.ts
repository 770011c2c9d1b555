import { beforeEach, expect, it } from "vitest";
import type { Served } from "../../../relay-side/ports/claims.ts";
import { createLooks } from "../../../relay-side/ports/looks.ts";
import { parseAddress } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { silent } from "../../shared/silent.ts";

const relay4 = parseAddress("203.0.113.10");
const line = parseAddress("198.51.100.7");
const home = (id: string): Served => ({
	...{ home: id, target: parseAddress("10.86.0.2"), names: [`mail.${id}.example`] },
	...{ ports: [465, 587, 993], publicAddresses: [] },
});

let health: Health;
let served: Served[];
let time: number;
let asked: string[];
let silentAt: Set<string>;
let away: Set<string>;
let records: Record<string, (typeof relay4)[] | Error>;
let looks: ReturnType<typeof createLooks>;

beforeEach(() => {
	health = new Health(silent);
	[served, time, asked, silentAt, away] = [[home("anna")], 0, [], new Set(), new Set()];
	records = {};
	looks = createLooks({
		served: () => served,
		isHere: (id) => !away.has(id),
		relayed: (id) => [`mail.${id}.example`],
		addressesFor: () => new Set([relay4]),
		async answers(name, port) {
			asked.push(`${name}:${port}`);
			return !silentAt.has(`${name}:${port}`);
		},
		async resolve(name) {
			const found = records[name] ?? [relay4];
			if (found instanceof Error) throw found;
			return found;
		},
		health,
		now: () => time,
	});
});
const codes = () => health.list().map(({ code, subject }) => `${code} ${subject}`);

it("a home is looked at by its name on the ports that begin with TLS, once in ten minutes", async () => {
	await looks.look();
	await looks.look();
	expect(asked).toEqual(["mail.anna.example:465", "mail.anna.example:993"]);
	time = 10 * 60_000;
	await looks.look();
	expect(asked.length).toBe(4);
	expect(codes()).toEqual([]);
});

it("a home that does not answer at a port is told with the port, until it answers", async () => {
	silentAt.add("mail.anna.example:993");
	await looks.look();
	expect(health.list()[0]).toMatchObject({ code: "ports.not_answered", subject: "anna" });
	expect(health.list()[0]?.text).toContain("on port 993,");
	silentAt.clear();
	time = 2 * 60_000;
	await looks.look();
	expect(codes()).toEqual([]);
});

it("a home that is away is not looked at, nor blamed for what went with it", async () => {
	away.add("anna");
	await looks.look();
	expect(asked).toEqual([]);
});

it("a name that leads elsewhere, or nowhere, is told; a name server that does not answer proves nothing", async () => {
	records["mail.anna.example"] = [relay4, line];
	await looks.look();
	expect(health.list()[0]?.text).toContain(`DNS has ${line} for mail.anna.example`);
	records["mail.anna.example"] = [];
	time += 2 * 60_000;
	await looks.look();
	expect(health.list()[0]?.text).toContain("DNS has no address for mail.anna.example");
	records["mail.anna.example"] = new Error("ETIMEOUT");
	time += 2 * 60_000;
	await looks.look();
	expect(codes()).toEqual([]);
});

it("of many homes those not looked at longest come first, and one that is gone has no condition", async () => {
	served = Array.from({ length: 12 }, (_, at) => home(`home-${at}`));
	silentAt.add("mail.home-0.example:993");
	for (let time = 0; time < 3; time++) await looks.look();
	expect(new Set(asked.map((one) => one.split(":")[0])).size).toBe(12);
	expect(codes()).toEqual(["ports.not_answered home-0"]);
	served = served.slice(1);
	await looks.look();
	expect(codes()).toEqual([]);
});

it("a home whose name servers are slow does not keep others from being looked at", async () => {
	const names = Array.from({ length: 100 }, (_, at) => `mail${at}.anna.example`);
	served = [{ ...home("anna"), names }];
	let resolved = 0;
	looks = createLooks({
		served: () => served,
		isHere: () => true,
		relayed: () => names,
		addressesFor: () => new Set([relay4]),
		answers: async () => true,
		async resolve() {
			resolved += 1;
			time += 4_000;
			throw new Error("ETIMEOUT");
		},
		health,
		now: () => time,
	});
	await looks.look();
	expect(resolved).toBe(3);
	expect(codes()).toEqual([]);
});

it("a home that becomes another while it is looked at is looked at again", async () => {
	records["mail.anna.example"] = [line];
	const under = looks.look();
	looks.forget("anna");
	await under;
	expect(asked.length).toBe(2);
	records["mail.anna.example"] = [relay4];
	await looks.look();
	expect(asked.length).toBe(4);
	expect(codes()).toEqual([]);
});
