import { Agent, request } from "undici";
import { type Address, type Family, familyOf, parseAddress } from "../../shared/address.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { failedConnection } from "../../shared/failed-connection.ts";
import { within } from "../../shared/signal.ts";
import { say } from "../../shared/words/say.ts";

/** Milliseconds for the connection and for the whole answer, and the bytes that it may have. */
const connectPatience = 3_000;
const patience = 5_000;
const answerLimit = 256;

/** What tells that packets of this family got nowhere; a refusal or a wrong answer came from somebody. */
const silentCodes = new Set([
	"UND_ERR_CONNECT_TIMEOUT",
	"ETIMEDOUT",
	"ENETUNREACH",
	"EHOSTUNREACH",
	"ENETDOWN",
	"EADDRNOTAVAIL",
]);

/**
 * A service did not tell the address; `unreachable` when nothing came back at all. With `retryAfter` it is well and
 * was only asked too often.
 */
export class AskError extends HeimwegError {
	readonly unreachable: boolean;

	constructor(message: string, unreachable: boolean, options: { retryAfter?: number } = {}) {
		super(message, options);
		this.unreachable = unreachable;
	}
}

/** Milliseconds to wait when asked too often, if the service does not say so, and at most. */
const usualWait = 60_000;
const longestWait = 10 * 60_000;

/** Asks one service over HTTP, in one family, under which address it sees us. Throws an AskError. */
export async function askAddress(url: string, family: Family, stop: AbortSignal): Promise<Address> {
	const dispatcher = new Agent({
		connect: { family, autoSelectFamily: false, timeout: connectPatience },
		maxResponseSize: answerLimit,
		pipelining: 0,
	});
	const limit = within(stop, patience);
	try {
		const { statusCode, headers, body } = await request(url, {
			dispatcher,
			signal: limit.signal,
			headers: { "user-agent": "heimweg" },
		});
		const text = (await body.text()).trim();
		if (statusCode === 429) {
			const wait = Number(headers["retry-after"]) * 1_000 || usualWait;
			throw new AskError(`${url}: asked too often`, false, { retryAfter: Math.min(wait, longestWait) });
		}
		if (statusCode !== 200) throw new HeimwegError(`answered ${statusCode}`);
		const address = parseAddress(text);
		if (familyOf(address) !== family)
			throw new HeimwegError(`answered ${address}, which is not IPv${family}`);
		return address;
	} catch (error) {
		if (error instanceof AskError) throw error;
		throw new AskError(`${url}: ${reasonOf(error)}`, silentCodes.has(codeOf(error) ?? ""));
	} finally {
		limit.end();
		await dispatcher.destroy();
	}
}

function reasonOf(error: unknown): string {
	if ((error as Error).name === "TimeoutError") return say`no answer within ${patience / 1000} s`;
	return (
		failedConnection(error)?.why ?? (messageOf(error).slice(0, 200) || (codeOf(error) ?? "no connection"))
	);
}
