import type { CommandError, RunCommand } from "./command.ts";
import { messageOf } from "./errors.ts";

/** Programs that are needed, each with a call that does nothing. */
const calls: Record<string, string[]> = {
	wg: ["--version"],
	ip: ["-V"],
	nft: ["--version"],
	postmap: ["-q", "", "static:"],
	postconf: ["-h", "mail_version"],
};

/** The problems with programs that this machine should have, as sentences. */
export async function missingPrograms(run: RunCommand, programs: readonly string[]): Promise<string[]> {
	const results = await Promise.all(
		programs.map(async (program) => {
			try {
				await run(program, calls[program] ?? ["--version"]);
				return undefined;
			} catch (error) {
				const { missing, remedy } = error as CommandError;
				return missing ? `${messageOf(error)}: ${remedy}` : undefined;
			}
		}),
	);
	return results.filter((problem) => problem !== undefined);
}
