import { stat } from "node:fs/promises";
import type { RunCommand } from "./command.ts";
import { HeimwegError, messageOf } from "./errors.ts";
import { sentence } from "./sentence.ts";
import type { Step } from "./steps.ts";
import { SECOND } from "./time.ts";

/** For systemd to start the daemon, which waits for its guard. */
const startPatience = 90 * SECOND;

/** The sentences of the command whose units they are. */
interface UnitWords {
	stepStart: string;
	stepRestart: string;
	startFailed: string;
	startFailedRemedy: string;
}

/**
 * What is still to be done so that a daemon runs with what its files say, and other units beside it, now and at each boot.
 * An interrupted run may have left any of it undone: a unit that is enabled and not started, or one that runs with what
 * the files said before.
 */
export async function unitSteps(
	{
		run,
		daemon,
		others = [],
		first,
		files,
		changes,
	}: {
		run: RunCommand;
		daemon: string;
		others?: readonly string[];
		/** What runs once before the daemon does, as far as the others are to start; the daemon goes on without it. */
		first?: string;
		/** What the daemon reads when it starts. */
		files: readonly string[];
		/** Whether a step before these changes one of the files. */
		changes: boolean;
	},
	words: UnitWords,
): Promise<Step[]> {
	const states = await Promise.all([daemon, ...others].map(async (unit) => stateOf(run, unit)));
	const starts = states.filter(({ active, enabled }) => !active || !enabled).map(({ unit }) => unit);
	const systemctl = async (...argv: string[]) => {
		await run("systemctl", argv, { timeout: startPatience }).catch((error: unknown) => {
			throw new HeimwegError(sentence(words.startFailed, { error: messageOf(error) }), {
				remedy: words.startFailedRemedy,
			});
		});
	};
	const runs = states[0]!.active;
	const isOther = (unit: string) => unit !== daemon;
	const restarts = runs && (changes || (await isOlder(run, daemon, files)));
	async function start(): Promise<void> {
		if (starts.some(isOther)) {
			await systemctl("enable", "--now", ...starts.filter(isOther));
			if (first) await run("systemctl", ["start", first], { timeout: startPatience }).catch(() => {});
		}
		if (starts.includes(daemon)) await systemctl("enable", "--now", daemon);
	}
	return [
		...(starts.length > 0 ? [{ text: words.stepStart, act: start }] : []),
		...(restarts ? [{ text: words.stepRestart, act: () => systemctl("restart", daemon) }] : []),
	];
}

/** Of several units systemctl(1) says yes when one of them is so: each is asked about alone. */
async function stateOf(run: RunCommand, unit: string) {
	const is = (what: string) =>
		run("systemctl", [what, "--quiet", unit]).then(
			() => true,
			() => false,
		);
	return { unit, active: await is("is-active"), enabled: await is("is-enabled") };
}

/** Whether a unit has run since before one of the files was written. By ages, since a clock that was wrong may jump. */
async function isOlder(run: RunCommand, unit: string, files: readonly string[]): Promise<boolean> {
	// The start, or the end of the last reload, which reads the files too.
	const property = "--property=StateChangeTimestampMonotonic";
	const said = await run("systemctl", ["show", "--value", property, unit]).catch(() => "");
	const since = Number(said.trim()) / 1_000;
	if (!(since > 0)) return false;
	const age = Number(process.hrtime.bigint()) / 1_000_000 - since;
	const written = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
	return written.some((found) => found !== undefined && Date.now() - found.mtimeMs < age);
}
