import { codeOf } from "./errors.ts";
import { say } from "./words/say.ts";

/** At which of three steps it failed: the name was not resolved, no connection came about, or the answer is not whole. */
export type FailedAt = "name" | "connection" | "answer";

/** The system's and undici's codes in words. */
const words: Record<string, readonly [FailedAt, string]> = {
	ENOTFOUND: ["name", say`its name does not exist`],
	EAI_AGAIN: ["name", say`its name cannot be resolved`],
	ESERVFAIL: ["name", say`its name cannot be resolved`],
	ETIMEOUT: ["name", say`its name cannot be resolved`],
	ECONNREFUSED: ["connection", say`connection refused`],
	ETIMEDOUT: ["connection", say`no connection in time`],
	UND_ERR_CONNECT_TIMEOUT: ["connection", say`no connection in time`],
	ENETUNREACH: ["connection", say`no route to it`],
	EHOSTUNREACH: ["connection", say`no route to it`],
	ENETDOWN: ["connection", say`no route to it`],
	EADDRNOTAVAIL: ["connection", say`this machine has no address to reach it from`],
	ECONNRESET: ["answer", say`the connection was cut`],
	EPIPE: ["answer", say`the connection was cut`],
	UND_ERR_SOCKET: ["answer", say`the connection was cut`],
	UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ["answer", say`the answer was cut short`],
	UND_ERR_HEADERS_TIMEOUT: ["answer", say`no answer in time`],
	UND_ERR_BODY_TIMEOUT: ["answer", say`the answer stopped halfway`],
	UND_ERR_RES_EXCEEDED_MAX_SIZE: ["answer", say`the answer is too long`],
};

/** Why a connection failed, in words, and at which step; undefined for what is not known by its code. */
export function failedConnection(error: unknown): { at: FailedAt; why: string } | undefined {
	// One error for each address that was tried; the first is as good as any.
	const first = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
	const code = codeOf(first) ?? codeOf(error) ?? "";
	if (!Object.hasOwn(words, code)) return undefined;
	const [at, why] = words[code]!;
	return { at, why };
}
