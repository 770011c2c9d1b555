import { request } from "node:https";
import { codeOf, messageOf } from "../errors.ts";
import { SECOND } from "../time.ts";

/** For the whole of a small file. */
const patience = 4 * SECOND;

/** Bytes of a file; a policy of MTA-STS has 64 kB at most (RFC 8461, 3.3). */
const largest = 64 * 1024;

/** What a web server answered, or what went wrong on the way: a code, as of TLS or the system. */
export type Fetched = { status: number; type: string; text: string; date?: string } | { failed: string };

export type SeeHttps = (url: string) => Promise<Fetched>;

/** Fetches a small file as its readers do: with a certificate that is believed, and no redirects. Never throws. */
export const seeHttps: SeeHttps = (url) =>
	new Promise((resolve) => {
		const call = request(url, { signal: AbortSignal.timeout(patience) }, (response) => {
			let text = "";
			response.setEncoding("utf8");
			response.on("data", (piece: string) => {
				text += piece;
				if (text.length > largest) call.destroy(new Error("it is larger than 64 kB"));
			});
			response.on("end", () =>
				resolve({
					...{ status: response.statusCode ?? 0, text },
					type: String(response.headers["content-type"] ?? ""),
					...(response.headers.date ? { date: response.headers.date } : {}),
				}),
			);
			response.on("error", fail);
		});
		call.on("error", fail).end();

		function fail(error: Error): void {
			const late = error.name === "AbortError" || error.name === "TimeoutError";
			resolve({ failed: late ? "it did not answer in time" : (codeOf(error) ?? messageOf(error)) });
		}
	});
