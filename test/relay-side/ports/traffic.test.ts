import { expect, it } from "vitest";
import { addressesToTell, clientAddresses } from "../../../relay-side/ports/addresses.ts";
import { portsRows } from "../../../relay-side/ports/status.ts";
import { afterLook, type CountedDay, tableRows, trafficSchema } from "../../../relay-side/ports/traffic.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";
import { portsAnswerSchema } from "../../../shared/protocol/ports.ts";

const shown = (count: number, sent: number, now = 1) => `# table: homes, type: string, size:20480, used:1
0x7fe410990b18: key=anna use=0 exp=89967576 shard=0 conn_cnt=${count} conn_cur=${now} bytes_in_cnt=912 bytes_out_cnt=${sent}
`;
const empty: CountedDay = { day: "2026-11-30", homes: {} };
const look = (before: CountedDay, text: string, day = before.day) => afterLook(before, tableRows(text), day);

it("connections and bytes of today are counted across a restart of HAProxy, whose counters begin anew", () => {
	let day = look(empty, shown(5, 1_000));
	day = look(day, shown(7, 1_500));
	day = look(day, shown(2, 300));
	expect(day.homes.anna?.today).toMatchObject({ connections: 9, sent: 1_800 });
	expect(look(day, "").homes.anna?.today.connections).toBe(9);
});

it("a home that is called as what every object has is counted as any other", () => {
	const named = (text: string) => text.replaceAll("anna", "constructor");
	const saved = trafficSchema.parse(look(look(empty, named(shown(5, 1_000))), ""));
	const today = (day: CountedDay) =>
		Object.entries(day.homes).map(([home, counted]) => [home, counted.today]);
	expect(today(saved)).toEqual([["constructor", { connections: 5, received: 912, sent: 1_000 }]]);
	expect(today(look(saved, named(shown(2, 300))))).toMatchObject([["constructor", { connections: 7 }]]);
});

it("a new day begins with nothing, whatever HAProxy has counted before", () => {
	const today = look(look(empty, shown(5, 1_000)), shown(6, 1_100), "2026-12-01");
	expect(today.homes.anna?.today).toEqual({ connections: 1, received: 0, sent: 100 });
});

it("the status has each home's names, ports and traffic, and why clients were refused", () => {
	const traffic = { now: 2, today: 31, received: 1_400, sent: 48_000_000 };
	const home = {
		id: "anna",
		ports: { names: ["mail.example.org"], ports: [465, 993], publicAddresses: [], traffic },
	};
	const clients = { homes: 1, names: 1, running: true, connections: 2, refused: { unknown: 3, banned: 0 } };
	expect(portsRows({ clients, homes: [home] }).map(({ text }) => text)).toEqual([
		"2 connections now, 1 names of 1 homes; refused today: 3 of an unknown name",
		"anna: mail.example.org, port 465, 993; 2 now, 31 today, 1.4 kB in, 48 MB out",
	]);
	expect(portsRows({ clients: { ...clients, homes: 0 } })).toEqual([]);
});

it("clients find the relay at its public addresses, or at the home's own; behind a NAT nobody can know", () => {
	const tunnel = [parseCidr("10.86.0.0/24")];
	const own = (...list: string[]) => new Set(list.map((one) => parseAddress(one)));
	const at = clientAddresses(
		undefined,
		[],
		tunnel,
		own("127.0.0.1", "203.0.113.10", "10.86.0.1", "fe80::1", "2001:db8::9"),
	);
	expect(at).toEqual({ addresses: ["203.0.113.10", "2001:db8::9"], complete: true });
	expect(clientAddresses(undefined, [], tunnel, own("127.0.0.1", "172.16.0.4")).complete).toBe(false);
	const given = [parseAddress("198.51.100.9")];
	expect(clientAddresses(given, [], tunnel, own("172.16.0.4"))).toEqual({ addresses: given, complete: true });
	expect(clientAddresses(undefined, given, tunnel, own("203.0.113.10")).addresses).toEqual(given);
});

it("a home is told no address that is another home's alone, and of many only what an answer holds", () => {
	const many = Array.from({ length: 60 }, (_, at) => parseAddress(`203.0.113.${at + 1}`));
	const [others, ours] = [many.slice(0, 30), parseAddress("2001:db8::10")];
	const { addresses, complete } = addressesToTell(
		{ addresses: [...many, ours], complete: true },
		new Set(others),
	);
	expect(addresses.some((one) => others.includes(one))).toBe(false);
	expect([addresses[0], addresses.at(-1), complete]).toEqual(["203.0.113.31", ours, true]);
	expect(portsAnswerSchema.safeParse({ addresses, complete }).success).toBe(true);
});
