import { check } from "../../../shared/doctor/check.ts";
import { isClockKept, judgeClock, type SeenClock } from "../../../shared/doctor/clock.ts";
import { judgeDisks, type Room, seeDisks } from "../../../shared/doctor/disks.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { judgeDaemon } from "../../../shared/doctor/versions.ts";
import { version } from "../../../shared/version.ts";
import { say } from "../../../shared/words/say.ts";
import type { RelayEyes, RelayKnown } from "../known.ts";

/** Where mail waits, and what is known of it lies; the daily look sees no deeper into /var/lib. */
const places = ["/var/spool/postfix", "/var/lib", "/var/log"];

/** Homes of an earlier version that are named. */
const mostNamed = 5;

interface Seen {
	kept: SeenClock["kept"];
	disks: Array<Room & { path: string }>;
}

/** The relay's machine: its clock, room on its disks, its daemon's version and those of the homes. */
export const machine = check<RelayKnown, RelayEyes, Seen>({
	name: "machine",

	async look(_, { run, disk }) {
		const [kept, disks] = await Promise.all([
			isClockKept(run, async (path) => (await disk(path)) !== undefined),
			seeDisks(disk, places),
		]);
		return { kept, disks };
	},

	// Homes see them, too, beside their own machine: so each says whose it is.
	judge: ({ kept, disks }, { name, told }) => [
		...judgeClock({ kept, ahead: undefined }, { subject: `${name} clock`, turn: "relay" }),
		...judgeDisks(disks, { turn: "relay", subject: (path) => `${name} ${path}` }),
		...(told ? judgeDaemon(told.version, "heimweg-relay", "relay") : []),
		...(told ? judgeHomes(told.homes) : []),
	],
});

function judgeHomes(older: ReadonlyArray<{ home: string; version: string }>): Finding[] {
	if (older.length === 0) return [];
	const named = older.slice(0, mostNamed).map((one) => `${one.home} (${one.version})`);
	return [
		{
			...{ code: "homes_of_older_version", severity: "todo", subject: "homes", turn: "home" },
			found: say`${older.length} run an earlier version than this relay: ${named.join(", ")}`,
			wanted: say`version ${version} on both sides`,
			...{ line: "apt install heimweg", source: "heimweg(8)" },
		},
	];
}
