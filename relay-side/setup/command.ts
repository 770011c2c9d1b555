import { HeimwegError } from "../../shared/errors.ts";
import { refuse } from "../../shared/preflight.ts";
import { tellingOfWaits } from "../../shared/prompt.ts";
import { takeSteps } from "../../shared/steps.ts";
import { daemonGroup } from "./files.ts";
import { type Found, foundLines, lookAround } from "./found.ts";
import { askHost } from "./host.ts";
import type { SetupDeps, SetupOptions } from "./options.ts";
import { planSteps } from "./plan.ts";
import { prove } from "./prove.ts";
import { words } from "./words.ts";

/**
 * The command `heimweg-relay setup`: looks, asks, shows what it is going to do, does it after a yes, and says what is
 * proven. Whatever stands already is left alone, so that it may be run again after it was interrupted anywhere.
 */
export async function setUp(options: SetupOptions, deps: SetupDeps): Promise<number> {
	const { run, prompt, say } = deps;
	if (deps.uid !== 0) throw new HeimwegError(words.onlyRoot, { remedy: words.onlyRootRemedy });
	refuse(await deps.lacks());
	const group = await daemonGroup(run);
	if (group === undefined) throw new HeimwegError(words.noUser, { remedy: words.noUserRemedy });

	const found: Found = await tellingOfWaits(words.looking, lookAround(options, deps), say);
	for (const line of foundLines(found)) say(line);
	const host = await askHost(options, found, deps);
	const { config, ...steps } = await planSteps({ options, found, host, group }, deps);
	const { verbose, dryRun } = options;
	const ends = await takeSteps(steps, words, { prompt, say, verbose, dryRun });
	if (ends !== undefined) return ends;
	for (const line of await prove({ options, found, host, config }, deps)) say(line);
	return 0;
}
