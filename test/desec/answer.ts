import type { IncomingHttpHeaders } from "node:http";

/** A request as the stand-in's views see it. */
export interface Asked {
	method: string;
	/** Host header without the port, lower case. */
	host: string;
	path: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	body: Buffer;
	/** The caller's address, IPv4 without the `::ffff:` of a dual-stack socket. */
	from: string;
	/** Scheme, host and port under which the caller reached us, for links. */
	origin: string;
}

/** What goes back. */
export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/** Thrown by a view to refuse a request; each view renders the detail in its own way (JSON or plain text). */
export class Refusal extends Error {
	readonly status: number;
	readonly detail: unknown;
	readonly headers: Record<string, string>;

	/** `detail`: a sentence becomes `{ "detail": sentence }`, anything else is the body as it is. */
	constructor(status: number, detail: unknown, headers: Record<string, string> = {}) {
		super(`${status} ${JSON.stringify(detail)}`);
		this.status = status;
		this.detail = detail;
		this.headers = headers;
	}
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
	if (status === 204) return { status, headers, body: "" };
	return {
		status,
		headers: { "content-type": "application/json", ...headers },
		body: JSON.stringify(value),
	};
}

export function textAnswer(status: number, body: string, headers: Record<string, string> = {}): Answer {
	return { status, headers: { "content-type": "text/plain", ...headers }, body };
}

export function htmlAnswer(status: number, title: string, headers: Record<string, string> = {}): Answer {
	const body = `<!DOCTYPE html>\n<html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
	return { status, headers: { "content-type": "text/html", ...headers }, body };
}

/** The last value of a query parameter, which is the one that deSEC's framework takes. */
export function parameter(query: URLSearchParams, name: string): string | undefined {
	return query.getAll(name).at(-1);
}
