import type { IncomingMessage } from "node:http";
import type { Asked } from "./answer.ts";
import type { Fault, Traffic } from "./faults.ts";

const MAXIMUM_BODY = 16 * 1024 * 1024;

/** A request that was received; secrets are left out. */
export interface LoggedRequest {
	at: number;
	/** Milliseconds until it was answered; none while it is not. */
	took?: number;
	traffic: Traffic;
	method: string;
	/** Path and query. */
	url: string;
	from: string;
	/** The caller's port: two requests on one connection share it. */
	fromPort: number;
	userAgent: string | undefined;
	/** Of a JSON request. */
	body?: unknown;
	status?: number;
	faults: Fault["kind"][];
}

/** Reads a request whole. Throws when it is larger than anything sensible. */
export async function readRequest(request: IncomingMessage, scheme: string): Promise<Asked> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		length += chunk.length;
		if (length > MAXIMUM_BODY) throw new Error("request body too large");
		chunks.push(chunk);
	}
	const authority = request.headers.host ?? "localhost";
	const url = new URL(request.url ?? "/", `${scheme}://${authority}`);
	return {
		method: request.method ?? "GET",
		host: url.hostname.toLowerCase(),
		path: url.pathname,
		query: url.searchParams,
		headers: request.headers,
		body: Buffer.concat(chunks),
		from: (request.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, ""),
		origin: `${scheme}://${authority}`,
	};
}

/** Which service is meant: the Host header tells (`checkip*`, `update*`), else the path. */
export function trafficOf({ host, path, method }: Asked): Traffic {
	if (host.startsWith("checkip") || path.startsWith("/checkip") || path === "/nic/checkip.html")
		return "check-ip";
	if (host.startsWith("update") || !path.startsWith("/api/v1/") || path === "/api/v1/dyndns/update") {
		return "dyndns";
	}
	return method === "GET" ? "read" : "write";
}

/** What the log keeps of a request. */
export function logEntry(asked: Asked, traffic: Traffic, fromPort: number, at: number): LoggedRequest {
	const query = new URLSearchParams(asked.query);
	if (query.has("password")) query.set("password", "***");
	const entry: LoggedRequest = {
		at,
		traffic,
		method: asked.method,
		url: query.size > 0 ? `${asked.path}?${query}` : asked.path,
		from: asked.from,
		fromPort,
		userAgent: asked.headers["user-agent"],
		faults: [],
	};
	try {
		if (asked.body.length > 0) entry.body = JSON.parse(asked.body.toString());
	} catch {
		// What is no JSON is not worth keeping.
	}
	return entry;
}
