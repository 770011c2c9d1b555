import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { MINUTE } from "../../../shared/time.ts";
import { version } from "../../../shared/version.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

/** A clock that is off by more is told: TLS, DNSSEC and one-time codes go by it. */
const farOff = 1 * MINUTE;

/** Parts of a file system that are left: what is worth a word, and what stops mail. */
const little = 0.05;
const nothing = 0.01;

/** Where mail and what is known of it lie. */
const places = ["/var/spool/postfix", "/var/mail", "/var/vmail", "/var/lib/heimweg", "/var/log"];

interface Seen {
	/** Milliseconds by which this machine is ahead of what a web server says; undefined when none said. */
	ahead: number | undefined;
	kept: boolean | undefined;
	disks: Array<{ path: string; space: number; files: number; device: number }>;
}

/** This machine: its clock, room on its disks, and whether the daemon is of the version that is installed. */
export const machine = check<HomeKnown, HomeEyes, Seen>({
	name: "machine",

	async look({ dns }, { https, run, disk, now }) {
		const [page, kept, ...disks] = await Promise.all([
			dns ? https(`${dns.api}/`) : undefined,
			run("timedatectl", ["show", "--property=NTPSynchronized", "--value"]).then(
				(said) => ({ yes: true, no: false })[said.trim()],
				() => undefined,
			),
			...places.map((path) => disk(path).then((found) => found && { path, ...found })),
		]);
		const date = page && "date" in page ? Date.parse(page.date ?? "") : Number.NaN;
		return {
			ahead: Number.isNaN(date) ? undefined : now().getTime() - date,
			kept,
			disks: disks.filter((one) => one !== undefined),
		};
	},

	judge: ({ ahead, kept, disks }, { told }) => [
		...judgeClock(ahead, kept),
		...judgeDisks(disks),
		...(told && told.version !== version
			? [
					{
						...({ code: "daemon_of_another_version", severity: "todo", subject: "heimweg.service" } as const),
						...({ turn: "home", line: "systemctl restart heimweg", source: "heimweg(8)" } as const),
						found: say`the daemon that runs is version ${told.version}, and ${version} is installed`,
						wanted: say`a restart, which is no outage`,
					},
				]
			: []),
		...(told?.relayVersion ? judgeRelay(told.relayVersion) : []),
	],
});

function judgeClock(ahead: number | undefined, kept: boolean | undefined): Finding[] {
	const about = {
		subject: "clock",
		turn: "home",
		line: "timedatectl set-ntp true",
		source: "timedatectl(1)",
	} as const;
	if (ahead !== undefined && Math.abs(ahead) > farOff)
		return [
			{
				...{ ...about, code: "clock_wrong", severity: "risk" },
				found: say`the clock is off by ${Math.round(Math.abs(ahead) / 1000)} s`,
				wanted: say`a clock that is kept by time servers`,
			},
		];
	if (kept === false)
		return [
			{
				...{ ...about, code: "clock_not_kept", severity: "todo" },
				found: say`nothing keeps the clock right`,
				wanted: say`a clock that is kept by time servers`,
			},
		];
	if (kept === undefined && ahead === undefined)
		return [
			{
				...{ code: "clock_not_known", severity: "not_known", subject: "clock" },
				found: say`whether the clock is right could not be found out`,
			},
		];
	return [{ code: "clock_well", severity: "well", subject: "clock", found: say`it is right` }];
}

function judgeDisks(disks: Seen["disks"]): Finding[] {
	const seen = new Set<number>();
	return disks.flatMap(({ path, space, files, device }): Finding[] => {
		// Several of them may lie on one file system.
		if (seen.has(device)) return [];
		seen.add(device);
		const left = Math.min(space, files);
		const percent = Math.floor(left * 100);
		if (left >= little)
			return [{ code: "disk_well", severity: "well", subject: path, found: say`${percent} % are free` }];
		return [
			{
				...{
					code: "disk_nearly_full",
					severity: left < nothing ? "risk" : "todo",
					subject: path,
					turn: "home",
				},
				found:
					files < space ? say`${percent} % of its files are left` : say`${percent} % of its space are left`,
				wanted: say`room for the mail that comes`,
				line: files < space ? `df -i ${path}` : `df -h ${path}`,
				source: "postconf(5), queue_minfree",
			},
		];
	});
}

/** True of an earlier release line; a version that is no release's is older than none. */
export function isOlder(one: string, than: string): boolean {
	const [a, b] = [one, than].map((text) => /^(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number));
	if (!a || !b) return false;
	return a[0]! < b[0]! || (a[0] === b[0] && a[1]! < b[1]!);
}

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
