import type { RunCommand } from "../command.ts";
import { type PostfixConfiguration, type PostfixService, valueFor } from "./configuration.ts";
import { listElements } from "./listed.ts";

/** Parameters that say who looks at mail while it comes in (MILTER_README). */
export const milterParameters = ["smtpd_milters", "milter_default_action"] as const;

/** A milter of this machine that nobody listens for, so that Postfix turns all mail away. */
export interface AwayMilter {
	/** As it is written, such as `inet:localhost:11332`. */
	milter: string;
	/** True when mail goes back to its sender instead of being put off. */
	refuses: boolean;
}

/**
 * The milters of a service that do not run, as ss(8) shows what is listened on; those that Postfix does without, and those on
 * other machines, are left out. Undefined: no telling.
 */
export async function awayMilters(
	run: RunCommand,
	configuration: PostfixConfiguration,
	service: PostfixService | undefined,
): Promise<AwayMilter[] | undefined> {
	const usual = valueFor(configuration, "milter_default_action", service) || "tempfail";
	const milters = listElements(valueFor(configuration, "smtpd_milters", service)).map((text) =>
		milterIn(text, usual),
	);
	const asked = milters.filter(({ action }) => ["tempfail", "reject", "shutdown"].includes(action));
	if (asked.length === 0) return [];
	const heard = await listenedOn(run);
	if (!heard) return undefined;
	return asked.flatMap(({ milter, action }) =>
		isAway(milter, heard) ? [{ milter, refuses: action === "reject" }] : [],
	);
}

/** No file changes when a milter comes or goes: whether they run is looked at between the looks at the configuration. */
export function watchMilters(options: {
	run: RunCommand;
	serviceOf(configuration: PostfixConfiguration): PostfixService | undefined;
	/** Others are away than when the configuration was looked at. */
	onChange(): void;
}): { seen(look: { configuration: PostfixConfiguration; milters: unknown }): void; look(): Promise<void> } {
	let last: { configuration: PostfixConfiguration; milters: unknown } | undefined;
	return {
		seen(look) {
			last = look;
		},
		async look() {
			if (!last) return;
			const { configuration, milters } = last;
			const now = await awayMilters(options.run, configuration, options.serviceOf(configuration));
			if (JSON.stringify(now) !== JSON.stringify(milters)) options.onChange();
		},
	};
}

/** `inet:host:port`, `unix:path`, or one of them in braces with settings of its own. */
function milterIn(text: string, usual: string): { milter: string; action: string } {
	const [milter = "", ...settings] = text.replace(/^\{\s*|\s*\}$/g, "").split(/[\s,]+(?=\S)/);
	const own = settings.join(" ").match(/default_action\s*=\s*(\w+)/)?.[1];
	return { milter, action: own ?? usual };
}

interface ListenedOn {
	ports: ReadonlySet<string>;
	paths: readonly string[];
}

async function listenedOn(run: RunCommand): Promise<ListenedOn | undefined> {
	try {
		const places = async (family: "-t" | "-x") =>
			(await run("ss", ["-H", "-l", "-n", family])).split("\n").map((line) => line.trim().split(/\s+/));
		const tcp = await places("-t");
		const unix = await places("-x");
		return {
			ports: new Set(tcp.map((words) => words[3]?.replace(/^.*:/, "") ?? "")),
			paths: unix.flatMap((words) => words.find((word) => word.startsWith("/")) ?? []),
		};
	} catch {
		return undefined;
	}
}

function isAway(milter: string, { ports, paths }: ListenedOn): boolean {
	const inet = /^inet6?:(.*):(\d+)$/.exec(milter);
	if (inet) return /^(127\.|localhost$|\[?::1\]?$)/.test(inet[1]!) && !ports.has(inet[2]!);
	// Seen from the queue's folder when it is no whole path, or smtpd(8) runs chrooted.
	const path = /^(?:unix|local):\/*(.+)$/.exec(milter)?.[1];
	return path !== undefined && !paths.some((one) => one.endsWith(`/${path}`));
}
