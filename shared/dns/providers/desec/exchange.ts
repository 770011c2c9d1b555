import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, type Dispatcher, request } from "undici";
import type { FailedAt } from "../../../failed-connection.ts";
import { say } from "../../../words/say.ts";
import { DesecError } from "./error.ts";
import { describeFailure, describeLate } from "./failure.ts";

/** The largest answer that is read unless said otherwise; 500 usual RRsets are far below it. */
const MAXIMUM_BYTES = 2 * 1024 * 1024;

export interface Exchange {
	/** What it is for, as in "wanted to ...". */
	wanted: string;
	method: "GET" | "PATCH" | "POST";
	url: URL;
	token: () => Promise<string>;
	/** JSON text. */
	body?: string;
	/** The largest answer that is read, in bytes. */
	limit?: number | undefined;
	/** Milliseconds for all of it, name lookup included. */
	timeout: number;
	userAgent: string;
	/** Ends it early; its reason is what is thrown then. */
	signal?: AbortSignal | undefined;
	/** Instead of a fresh connection; it is not closed. */
	dispatcher?: Dispatcher | undefined;
}

export interface Reply {
	status: number;
	/** Without parameters, lower case. */
	contentType: string;
	header(name: string): string | undefined;
	text: string;
}

/**
 * One request and its whole answer. Each has a connection of its own: one from before the public address changed is
 * dead, and a request on it would only time out. Throws DesecError `unreachable` or `malformed`.
 */
export async function exchange(options: Exchange): Promise<Reply> {
	const { wanted, method, url, body, timeout, userAgent, signal } = options;
	signal?.throwIfAborted();
	const secret = await readToken(options.token);
	const agent = options.dispatcher
		? undefined
		: new Agent({
				pipelining: 0,
				connect: { timeout, lookup: noting(() => (step = "connection")) },
				headersTimeout: timeout,
				bodyTimeout: timeout,
			});
	/** How far it has come. */
	let step: FailedAt = agent === undefined ? "answer" : isIP(plainHost(url)) ? "connection" : "name";
	agent?.once("connect", () => {
		step = "answer";
	});
	const ending = new AbortController();
	const stop = () => ending.abort();
	signal?.addEventListener("abort", stop, { once: true });
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		ending.abort();
	}, timeout);
	try {
		const response = await request(url, {
			method,
			headers: {
				authorization: `Token ${secret}`,
				"user-agent": userAgent,
				...(body === undefined ? {} : { "content-type": "application/json" }),
			},
			...(body === undefined ? {} : { body }),
			signal: ending.signal,
			dispatcher: options.dispatcher ?? agent!,
		});
		const text = await readBounded(response.body, wanted, options.limit ?? MAXIMUM_BYTES);
		const header = (name: string) => [response.headers[name]].flat()[0];
		return {
			status: response.statusCode,
			contentType: (header("content-type") ?? "").split(";")[0]!.trim().toLowerCase(),
			header,
			// Nothing that is said about the answer later can give the secret away.
			text: text.replaceAll(secret, "***"),
		};
	} catch (error) {
		if (error instanceof DesecError) throw error;
		if (signal?.aborted) throw signal.reason;
		const { why, remedy, kind } = late ? describeLate(step, timeout) : describeFailure(error);
		const connected = step === "answer";
		const what = connected
			? say`there is no right answer from ${url.host}`
			: say`${url.host} cannot be reached`;
		const message = say`deSEC: wanted to ${wanted}, but ${what}: ${why}`;
		throw new DesecError(kind, message.replaceAll(secret, "***"), { remedy, reached: connected });
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener("abort", stop);
		agent?.destroy().catch(() => {});
	}
}

function plainHost({ hostname }: URL): string {
	return hostname.replace(/^\[|\]$/g, "");
}

/** The system's lookup, which tells when it has found a name. */
function noting(onFound: () => void): LookupFunction {
	return (host, options, done) =>
		lookup(host, options, (error, ...found) => {
			if (!error) onFound();
			(done as (...said: unknown[]) => void)(error, ...found);
		});
}

async function readToken(token: () => Promise<string>): Promise<string> {
	const secret = (await token()).trim();
	if (/^[\x21-\x7e]{8,512}$/.test(secret)) return secret;
	throw new DesecError(
		"unauthorized",
		`deSEC: wanted the token, but what was read is ${secret === "" ? "empty" : "no token (one line of 8 to 512 printable characters)"}`,
		{
			remedy: "put the secret of a token, and nothing else, into the file that dns.token_file names",
			reached: false,
		},
	);
}

async function readBounded(
	body: AsyncIterable<Buffer> & { destroy(): unknown },
	wanted: string,
	limit: number,
): Promise<string> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of body) {
		length += chunk.length;
		if (length > limit) {
			body.destroy();
			throw new DesecError(
				"malformed",
				`deSEC: wanted to ${wanted}, but the answer is larger than ${limit / 1024 / 1024} MiB`,
				{
					remedy:
						"see that nothing on the line answers in deSEC's place, and that the URLs in [dns] are right",
				},
			);
		}
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}
