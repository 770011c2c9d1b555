import { CommandError } from "../../shared/command.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";

/** postmap(1) exits 1 without a word when none of the keys is there. */
export function foundNothing(error: unknown): boolean {
	return (
		error instanceof CommandError && error.exitCode === 1 && !/\b(fatal|error|panic):/.test(error.stderr)
	);
}

/** What is wrong around the map rather than in it, as an error with a remedy; undefined when it is the map itself. */
export function problem(error: unknown, what: string, directory: string): HeimwegError | undefined {
	if (error instanceof CommandError && (error.missing || error.exitCode === undefined)) {
		return endedBySignal(error) ? undefined : error;
	}
	const reason = reasonOf(error);
	const text = `cannot ${what}: ${reason}`;
	if (/read-only file system/i.test(reason)) {
		return new HeimwegError(text, { remedy: `make ${directory} writable for heimweg-relay`, cause: error });
	}
	if (/no space left|quota exceeded|file too large/i.test(reason)) {
		return new HeimwegError(text, {
			remedy: `free some space on the disk that holds ${directory}`,
			cause: error,
		});
	}
	if (/permission denied|operation not permitted/i.test(reason)) {
		const remedy = `run "chown -R heimweg: ${directory}" and "chmod 0755 ${directory}"`;
		return new HeimwegError(text, { remedy, cause: error });
	}
	return undefined;
}

/** A damaged lmdb file can end postmap by SIGBUS. */
function endedBySignal(error: CommandError): boolean {
	return /ended by SIG(BUS|SEGV|ABRT|FPE|ILL)/.test(error.message);
}

/** The line that says why; Berkeley DB writes hundreds about a file that it does not understand. */
export function reasonOf(error: unknown): string {
	const lines = error instanceof CommandError && error.stderr ? error.stderr.split("\n") : [messageOf(error)];
	const line = lines.find((text) => /\b(fatal|panic):/.test(text)) ?? lines.at(-1)!;
	return line.replace(/^postmap: (fatal|panic): /, "").slice(0, 300);
}
