import type { RunCommand } from "../command.ts";
import { MINUTE } from "../time.ts";
import { say } from "../words/say.ts";
import type { Finding } from "./finding.ts";

/** A clock that is off by more is told: TLS, DNSSEC and one-time codes go by it. */
const farOff = 1 * MINUTE;

export interface SeenClock {
	/** Milliseconds by which this machine is ahead of what a web server says; undefined when none said. */
	ahead: number | undefined;
	/** Time servers keep it; undefined when that is not known. */
	kept: boolean | undefined;
}

/** systemd-timesyncd makes it when it has set the clock; anybody may look, also who may not use the bus. */
const timesyncMark = "/run/systemd/timesync/synchronized";

/** Whether time servers keep this machine's clock (timedatectl(1)); undefined when that is not known. */
export async function isClockKept(
	run: RunCommand,
	isThere: (path: string) => Promise<boolean>,
): Promise<boolean | undefined> {
	if (await isThere(timesyncMark)) return true;
	return run("timedatectl", ["show", "--property=NTPSynchronized", "--value"]).then(
		(said) => ({ yes: true, no: false })[said.trim()],
		() => undefined,
	);
}

/** It refuses where no time service is installed; one that is there is not replaced. */
const keepClock = "timedatectl set-ntp true || apt install systemd-timesyncd";

/** Judges a clock, by what others say and by who keeps it. Pure. */
export function judgeClock(
	{ ahead, kept }: SeenClock,
	{ subject, turn }: Pick<Finding, "subject" | "turn">,
): Finding[] {
	const wrong = { subject, turn, line: keepClock, source: "timedatectl(1)" } as const;
	if (ahead !== undefined && Math.abs(ahead) > farOff)
		return [
			{
				...{ ...wrong, code: "clock_wrong", severity: "risk" },
				found: say`the clock is off by ${Math.round(Math.abs(ahead) / 1000)} s`,
				wanted: say`a clock that is kept by time servers`,
			},
		];
	if (kept === false)
		return [
			{
				...{ ...wrong, code: "clock_not_kept", severity: "todo" },
				found: say`nothing keeps the clock right`,
				wanted: say`a clock that is kept by time servers`,
			},
		];
	if (kept === undefined && ahead === undefined)
		return [
			{
				...{ code: "clock_not_known", severity: "not_known", subject },
				found: say`whether the clock is right could not be found out`,
			},
		];
	return [{ code: "clock_well", severity: "well", subject, found: say`it is right` }];
}
