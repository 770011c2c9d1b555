import { version } from "../version.ts";
import { say } from "../words/say.ts";
import type { Finding, Turn } from "./finding.ts";

/** True of an earlier release line; a version that is no release's is older than none. */
export function isOlder(one: string, than: string): boolean {
	const [a, b] = [one, than].map((text) => /^(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number));
	if (!a || !b) return false;
	return a[0]! < b[0]! || (a[0] === b[0] && a[1]! < b[1]!);
}

/** Whether the daemon that runs is the one that is installed, which is this program. Pure. */
export function judgeDaemon(running: string, program: "heimweg" | "heimweg-relay", turn: Turn): Finding[] {
	if (running === version) return [];
	return [
		{
			...{ code: "daemon_of_another_version", severity: "todo", subject: `${program}.service`, turn },
			...{ line: `systemctl restart ${program}`, source: `${program}(8)` },
			found: say`the daemon that runs is version ${running}, and ${version} is installed`,
			wanted: say`a restart, which is no outage`,
		},
	];
}
