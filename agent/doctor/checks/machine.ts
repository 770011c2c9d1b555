import { check } from "../../../shared/doctor/check.ts";
import { isClockKept, judgeClock, type SeenClock } from "../../../shared/doctor/clock.ts";
import { judgeDisks, type Room, seeDisks } from "../../../shared/doctor/disks.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { isOlder, judgeDaemon } from "../../../shared/doctor/versions.ts";
import { version } from "../../../shared/version.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

/** Where mail and what is known of it lie; the daily look sees no deeper into /var/lib. */
const places = ["/var/spool/postfix", "/var/mail", "/var/vmail", "/var/lib", "/var/log"];

interface Seen {
	clock: SeenClock;
	disks: Array<Room & { path: string }>;
}

/** This machine: its clock, room on its disks, and whether the daemon is of the version that is installed. */
export const machine = check<HomeKnown, HomeEyes, Seen>({
	name: "machine",

	async look({ dns }, { https, run, disk, now }) {
		const [page, kept, disks] = await Promise.all([
			dns ? https(`${dns.api}/`) : undefined,
			isClockKept(run, async (path) => (await disk(path)) !== undefined),
			seeDisks(disk, places),
		]);
		const date = page && "date" in page ? Date.parse(page.date ?? "") : Number.NaN;
		return { clock: { ahead: Number.isNaN(date) ? undefined : now().getTime() - date, kept }, disks };
	},

	judge: ({ clock, disks }, { told }) => [
		...judgeClock(clock, { subject: "clock", turn: "home" }),
		...judgeDisks(disks, { turn: "home" }),
		...(told ? judgeDaemon(told.version, "heimweg", "home") : []),
		...(told?.relayVersion ? judgeRelay(told.relayVersion) : []),
	],
});

function judgeRelay(relay: string): Finding[] {
	if (!isOlder(relay, version))
		return [
			{
				code: "relay_version_well",
				severity: "well",
				subject: "relay",
				found: say`it runs version ${relay}`,
			},
		];
	return [
		{
			...{ code: "relay_of_older_version", severity: "todo", subject: "relay", turn: "relay" },
			found: say`it runs version ${relay}, and this home ${version}`,
			wanted: say`the same version on both sides`,
			line: "apt install heimweg-relay",
			source: "heimweg-relay(8)",
		},
	];
}
