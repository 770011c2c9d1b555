import { afterAll, expect, test, vi } from "vitest";
import type { Address } from "../../../shared/address.ts";
import { random } from "../../shared/random.ts";
import {
	type Act,
	allowUdp,
	blockUdp,
	boot,
	both,
	close,
	halt,
	ipv4Returns,
	killTranslation,
	looksFail,
	looksWork,
	mute,
	noTcp,
	nothing,
	open,
	type Plan,
	play,
	type Story,
	speak,
	startWireguard,
	stopWireguard,
} from "./two-ends/story.ts";
import { four, moved, six } from "./two-ends/two-ends.ts";

// Vitest's timers leave this module as it is.
vi.mock("node:timers/promises", () => ({
	setTimeout: (milliseconds: number) => new Promise((done) => void setTimeout(done, milliseconds)),
}));

afterAll(() => void vi.useRealTimers());

interface Scenario extends Story {
	name: string;
	/** Milliseconds later than that, at most. */
	late: number;
	/** Commands to WireGuard in any minute, at most. */
	changes?: number;
	/** Silences later on, at most: IPv4 may be tried again in vain. */
	relapses?: number;
	/** The session outlives it. */
	keepsSession?: true;
	/** Where the tunnel goes in the end. */
	endsAt?: Address;
	/** All the time, the relay's WireGuard can be reached where the tunnel goes, and this is known after a while. */
	mute?: true;
}

/** Commands to WireGuard in a minute, and where the family is changed again and again because both seem to be fine. */
const fewChanges = 14;
const manyChanges = 40;

/** Of each scenario, with the break at another moment between two pulses, and up to a fifth longer. */
const seeds = Array.from({ length: 8 }, (_, seed) => seed);

const reboot: Plan = [
	[0, mute],
	[3, halt],
	[30, boot],
	[36, startWireguard],
	[36.5, speak],
];

/** Something breaks, and is whole so many seconds later. */
const breaks = (seconds: number, broken: Act, mended: Act): Plan => [
	[0, broken],
	[seconds, mended],
];

/** Another machine takes the relay's place, and its name points there. */
const moves = (seconds: number): Plan => [
	[0, both(close(four, six), stopWireguard)],
	[
		seconds,
		both(open(moved), startWireguard, ({ net }) => {
			net.names = [moved];
		}),
	],
];

const ifShort = (seconds: number) => (seconds < 10 ? { keepsSession: true as const } : {});

const scenarios: Scenario[] = [
	{ name: "the relay reboots", plan: reboot, late: 1_500 },
	{ name: "the relay reboots while looks fail", before: looksFail, plan: reboot, late: 4_500 },
	{ name: "a relay without TCP reboots", before: noTcp, plan: reboot, late: 5_000, changes: manyChanges },
	...[5, 30, 130].map(
		(seconds): Scenario => ({
			name: `the companion is mute for ${seconds} s`,
			plan: breaks(seconds, mute, speak),
			late: 1_200,
			endsAt: four,
			mute: true,
		}),
	),
	{
		name: "WireGuard is started anew while the companion is mute",
		plan: [...breaks(60, mute, speak), [20, startWireguard]],
		late: 1_200,
		endsAt: four,
	},
	{
		name: "WireGuard is started anew when the companion was mute",
		plan: breaks(60, mute, both(startWireguard, speak)),
		late: 10_000,
		endsAt: four,
	},
	...[1, 4, 60, 300].flatMap((seconds): Scenario[] => [
		{
			name: `IPv4 is gone for ${seconds} s`,
			plan: breaks(seconds, close(four), open(four)),
			wholeAt: 0,
			late: 4_500,
			...ifShort(seconds),
		},
		{
			name: `IPv4 is gone for ${seconds} s where IPv6 takes no UDP`,
			before: blockUdp(six),
			plan: breaks(seconds, close(four), open(four)),
			late: 2_000,
			endsAt: four,
			...ifShort(seconds),
		},
		{
			name: `IPv4 is gone for ${seconds} s where IPv6 takes no UDP and looks fail`,
			before: both(blockUdp(six), looksFail),
			plan: breaks(seconds, close(four), open(four)),
			late: 10_000,
			changes: manyChanges,
			endsAt: four,
		},
		{
			name: `IPv4 is gone for ${seconds} s where there is no IPv6`,
			before: close(six),
			plan: breaks(seconds, close(four), open(four)),
			late: 2_000,
			endsAt: four,
			...ifShort(seconds),
		},
		{
			name: `the line is dead for ${seconds} s`,
			plan: breaks(seconds, close(four, six), open(four, six)),
			late: 2_000,
			...ifShort(seconds),
		},
		{
			name: `the line is dead for ${seconds} s while looks fail`,
			before: looksFail,
			plan: breaks(seconds, close(four, six), open(four, six)),
			late: 4_500,
			changes: manyChanges,
		},
	]),
	{ name: "somebody blocks UDP in IPv4", plan: [[0, blockUdp(four)]], late: 10_000, endsAt: six },
	{
		name: "somebody blocks UDP in IPv4 while looks fail",
		before: looksFail,
		plan: [[0, blockUdp(four)]],
		late: 14_000,
		relapses: 1,
	},
	{
		name: "somebody blocks UDP in IPv4 to a relay without TCP",
		before: noTcp,
		plan: [[0, blockUdp(four)]],
		late: 13_000,
		endsAt: six,
	},
	...[10, 60, 300].map(
		(seconds): Scenario => ({
			name: `the relay's WireGuard is down for ${seconds} s where IPv6 takes no UDP`,
			before: blockUdp(six),
			plan: breaks(seconds, stopWireguard, startWireguard),
			late: 9_500,
			changes: manyChanges,
			endsAt: four,
		}),
	),
	{
		name: "IPv4 goes away while the companion is mute",
		plan: [...breaks(120, mute, speak), [60, close(four)]],
		late: 1_200,
		endsAt: six,
	},
	{
		name: "IPv4 comes back with the companion where IPv6 takes no UDP",
		before: blockUdp(six),
		plan: [...breaks(100, mute, both(open(four), speak)), [60, close(four)]],
		late: 2_000,
		endsAt: four,
	},
	{
		name: "IPv4 comes back before the companion where IPv6 takes no UDP",
		before: blockUdp(six),
		plan: [...breaks(120, mute, speak), [60, close(four)], [100, open(four)]],
		late: 2_000,
		changes: 16,
		endsAt: four,
	},
	{
		name: "the line is dead for a while and the companion mute",
		plan: [...breaks(100, mute, both(open(four, six), speak)), [60, close(four, six)]],
		late: 2_000,
		endsAt: four,
	},
	...[10, 100, 400].map(
		(seconds): Scenario => ({
			name: `the relay moves within ${seconds} s`,
			plan: moves(seconds),
			late: 4_500,
			endsAt: moved,
		}),
	),
	{ name: "a translation is dead", plan: [[0, killTranslation]], late: 4_500, endsAt: four },
	{
		name: "a translation is dead where there is no IPv6",
		before: close(six),
		plan: [[0, killTranslation]],
		late: 4_500,
		endsAt: four,
	},
	{
		name: "IPv4 comes back while packets are under way in a slower IPv6",
		before: ({ net }) => net.slower.set(six, 30),
		plan: [
			[0, close(four)],
			[20, ipv4Returns],
			[23, nothing],
		],
		late: 1_200,
		endsAt: four,
	},
];

for (const { name, late, changes, relapses, ...scenario } of scenarios) {
	test(`${name}: the tunnel works again within ${late / 1_000} s`, async () => {
		for (const seed of seeds) {
			const played = await play(scenario, seed);
			expect(played.late, `seed ${seed}`).toBeLessThanOrEqual(late);
			expect(played.relapses, `silences afterwards, seed ${seed}`).toBeLessThanOrEqual(relapses ?? 0);
			expect(played.changes, `changes, seed ${seed}`).toBeLessThanOrEqual(changes ?? fewChanges);
			if (scenario.keepsSession) expect(played.keptSession, `seed ${seed}`).toBe(true);
			if (scenario.endsAt) expect(played.endsAt, `seed ${seed}`).toBe(scenario.endsAt);
			if (scenario.mute) expect([[...played.went], played.unsaid], `seed ${seed}`).toEqual([[four], 0]);
		}
	});
}

/** What may break at random, and how it is whole again. */
const faults: Array<[broken: Act, mended: Act]> = [
	[mute, speak],
	[close(four), open(four)],
	[close(six), open(six)],
	[close(four, six), open(four, six)],
	[blockUdp(four), allowUdp(four)],
	[blockUdp(six), allowUdp(six)],
	[stopWireguard, startWireguard],
	[startWireguard, nothing],
	[halt, both(boot, startWireguard)],
	[killTranslation, nothing],
	[looksFail, looksWork],
];

function anyPlan(seed: number): Plan {
	const { below } = random(seed * 7_919);
	return Array.from({ length: 1 + below(3) }).flatMap((): Plan => {
		const [broken, mended] = faults[below(faults.length)]!;
		const from = below(30_000) / 1_000;
		return [
			[from, broken],
			// Short ones are likelier than long ones.
			[from + below(250) ** 2 / 1_000, mended],
		];
	});
}

test("whatever breaks together, the tunnel works again within 20 s", async () => {
	for (let seed = 100; seed < 200; seed++) {
		const { late, changes, relapses } = await play({ plan: anyPlan(seed) }, seed);
		expect(late, `seed ${seed}`).toBeLessThanOrEqual(20_000);
		expect(changes, `changes, seed ${seed}`).toBeLessThanOrEqual(manyChanges);
		expect(relapses, `silences afterwards, seed ${seed}`).toBeLessThanOrEqual(2);
	}
});
