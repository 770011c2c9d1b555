import { ConfigError, HeimwegError } from "../../../errors.ts";
import { say } from "../../../words/say.ts";
import { DesecError } from "./error.ts";

/** Milliseconds to wait when deSEC will not have us, doubling: most likely only its owner can change that. */
const firstWait = 30_000;
const longestWait = 5 * 60_000;

/** The next wait after this one. */
export const doubling = (wait: number | undefined): number =>
	wait === undefined ? firstWait : Math.min(2 * wait, longestWait);

/** Remembers, per zone or name, what only the owner can mend, so that deSEC is not asked the same every few seconds. */
export interface Refusals {
	/** Does the work, unless it was refused a short while ago: then throws that refusal again, without asking. */
	attempt<T>(subject: string, work: () => Promise<T>): Promise<T>;
}

export function createRefusals(now: () => number, unit?: string): Refusals {
	const refused = new Map<string, { error: HeimwegError; until: number; wait: number }>();

	return {
		async attempt(subject, work) {
			const past = refused.get(subject);
			if (past && now() < past.until) throw explained(past.error, past.until - now(), unit);
			try {
				const result = await work();
				refused.delete(subject);
				return result;
			} catch (error) {
				if (!isForOwner(error)) throw error;
				const wait = doubling(past?.wait);
				refused.set(subject, { error, until: now() + wait, wait });
				throw explained(error, wait, unit);
			}
		},
	};
}

function isForOwner(error: unknown): error is HeimwegError {
	if (error instanceof ConfigError) return true;
	const kinds = ["unauthorized", "forbidden", "not-found", "rejected"];
	return error instanceof DesecError && kinds.includes(error.kind);
}

/** systemd reads a credential at the unit's start only (systemd.exec(5)); a restart also ends every wait. */
export const tryAgain = (unit = "heimweg") => say`run "systemctl restart ${unit}", which is no outage`;

function explained(error: HeimwegError, retryAfter: number, unit?: string): HeimwegError {
	if (error instanceof ConfigError) return new HeimwegError(error.problems.join("; "), { retryAfter });
	const remedy = `${error.remedy ?? "look at the token"}; then ${tryAgain(unit)}`;
	return new HeimwegError(error.message, { remedy, retryAfter, cause: error });
}
