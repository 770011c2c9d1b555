/** Exit status for a configuration error (sysexits.h); systemd does not restart after it. */
export const EX_CONFIG = 78;

/** Exit status of `status` when not all is well, and of commands that found a difference. */
export const EX_TROUBLE = 1;

/** Exit status for a wrong command line (sysexits.h). */
export const EX_USAGE = 64;

/** An error that a person will read: the message says what was wanted and what came, the remedy what to do. */
export class HeimwegError extends Error {
	/** What the reader can do about it, as a sentence. */
	readonly remedy: string | undefined;
	/** Milliseconds that the other side asked us to wait before the next try. */
	readonly retryAfter: number | undefined;
	/** With what a command ends for it. */
	readonly exitStatus: number = EX_TROUBLE;

	constructor(message: string, options: { remedy?: string; retryAfter?: number; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = new.target.name;
		this.remedy = options.remedy;
		this.retryAfter = options.retryAfter;
	}
}

/**
 * The doctor is a file of its own with classes of its own: an error that comes to it from the program is one of ours by its
 * class's name.
 */
Object.defineProperty(HeimwegError, Symbol.hasInstance, { value: isOfClass });

function isOfClass(this: typeof HeimwegError, value: unknown): boolean {
	let one: unknown = value instanceof Error ? Object.getPrototypeOf(value) : null;
	for (; one; one = Object.getPrototypeOf(one)) {
		if (one === this.prototype || (one as object).constructor.name === this.name) return true;
	}
	return false;
}

/** The configuration cannot work. Holds every problem found, one sentence each; ends the program with EX_CONFIG. */
export class ConfigError extends HeimwegError {
	readonly problems: string[];

	constructor(problems: string[]) {
		super(problems.join("\n"));
		this.problems = problems;
	}
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** The remedy that an error carries, if it does. */
export function remedyOf(error: unknown): string | undefined {
	return error instanceof HeimwegError ? error.remedy : undefined;
}

/** The system's code of an error (`ENOENT`, `EACCES`, ...), if it has one. */
export function codeOf(error: unknown): string | undefined {
	const code = (error as { code?: unknown } | null)?.code;
	return typeof code === "string" ? code : undefined;
}
