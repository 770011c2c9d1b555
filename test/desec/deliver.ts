import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import type { Fault } from "./faults.ts";

const BLOCK = Buffer.alloc(64 * 1024, " ");

/** Sends the answer, or what the fault makes of it. Returns when it is sent or the connection is gone. */
export async function deliver(
	response: ServerResponse,
	answer: Answer,
	fault: Fault | undefined,
): Promise<void> {
	const body = Buffer.from(answer.body);
	const headers = { ...answer.headers, "content-length": String(body.length) };
	switch (fault?.kind) {
		case "silence":
			return;
		case "half":
			response.writeHead(answer.status, headers);
			response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
			return;
		case "huge": {
			const bytes = fault.bytes ?? 64 * 1024 * 1024;
			response.writeHead(200, { ...answer.headers, "content-length": String(bytes) });
			return pour(response, bytes);
		}
		case "endless":
			response.writeHead(200, answer.headers);
			return pour(response, Number.POSITIVE_INFINITY);
		default:
			response.writeHead(answer.status, answer.status === 204 ? answer.headers : headers);
			response.end(answer.status === 204 ? undefined : body);
	}
}

/** Sends that many bytes, as fast as the reader takes them, until it goes away. */
async function pour(response: ServerResponse, bytes: number): Promise<void> {
	const gone = new AbortController();
	response.once("close", () => gone.abort());
	for (let left = bytes; left > 0 && !gone.signal.aborted; left -= BLOCK.length) {
		if (response.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)))) continue;
		await once(response, "drain", { signal: gone.signal }).catch(() => {});
	}
	if (!gone.signal.aborted) response.end();
}
