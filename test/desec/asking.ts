import type { StandIn } from "./stand-in.ts";

export const TOKEN = "Kw7vTq2mXe4nRb9sYc6hJd3fGa8p";

/** What a test sees of an answer. */
export interface Seen {
	status: number;
	body: unknown;
	headers: Headers;
}

/** Asks the stand-in's REST interface as the account's owner; `path` is relative to /api/v1/. */
export async function ask(
	standIn: StandIn,
	method: string,
	path: string,
	body?: unknown,
	token = TOKEN,
): Promise<Seen> {
	return read(
		await fetch(`${standIn.url}/${path}`, {
			method,
			headers: {
				authorization: `Token ${token}`,
				...(body === undefined ? {} : { "content-type": "application/json" }),
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		}),
	);
}

/** Sends a dynDNS update with the token header. */
export async function update(standIn: StandIn, query: string, token = TOKEN): Promise<Seen> {
	return read(await fetch(`${standIn.updateUrl}?${query}`, { headers: { authorization: `Token ${token}` } }));
}

async function read(response: Response): Promise<Seen> {
	const text = await response.text();
	const isJson = response.headers.get("content-type")?.includes("json");
	return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
