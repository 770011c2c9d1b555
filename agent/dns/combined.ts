import { HeimwegError } from "../../shared/errors.ts";
import { HOUR } from "../../shared/time.ts";

/** However long a provider wants to be left alone, it is looked at again after so long. */
const longestWait = HOUR;

/** The error that stands for several; it is tried again when the first of them may be. */
export function combined(failures: readonly unknown[]): unknown {
	const [first] = failures;
	const known = failures.filter((error) => error instanceof HeimwegError);
	if (known.length < failures.length) return failures.find((error) => !(error instanceof HeimwegError));
	const unique = (texts: Array<string | undefined>) => [
		...new Set(texts.filter((text) => text !== undefined)),
	];
	const remedy = unique(known.map((error) => error.remedy)).join("; ");
	const waits = known.map((error) => error.retryAfter);
	const wait = waits.some((one) => one === undefined)
		? undefined
		: Math.min(...waits.map(Number), longestWait);
	return new HeimwegError(unique(known.map((error) => error.message)).join("; "), {
		...(remedy ? { remedy } : {}),
		...(wait === undefined ? {} : { retryAfter: wait }),
		cause: first,
	});
}
