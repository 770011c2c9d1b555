import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "./answer.ts";
import type { Token } from "./policies.ts";
import type { Throttle } from "./throttle.ts";
import type { Publish, Zone } from "./zone.ts";

/** All that the stand-in knows and needs; its views get this. */
export interface Service {
	zones: Map<string, Zone>;
	/** By secret. */
	tokens: Map<string, Token>;
	/** Accounts that deSEC has locked. */
	locked: Set<string>;
	throttle: Throttle;
	clock: () => number;
	publish: Publish;
	pageSize: number;
	/** Runs one change of a zone at a time, as the database's transactions do. */
	exclusively<T>(zone: string, action: () => Promise<T>): Promise<T>;
}

/** The secret of `Authorization: Token SECRET`. */
export function tokenHeader(headers: IncomingHttpHeaders): string | undefined {
	const [scheme, secret, ...more] = (headers.authorization ?? "").split(" ");
	return scheme?.toLowerCase() === "token" && secret && more.length === 0 ? secret : undefined;
}

/** The token of a secret. Refuses what is unknown or expired with the same words, and a locked account with others. */
export function tokenOf(service: Service, secret: string, unknown = "Invalid token."): Token {
	const challenge = { "www-authenticate": "Token" };
	const token = service.tokens.get(secret);
	if (!token || token.expired) throw new Refusal(401, unknown, challenge);
	if (service.locked.has(token.account)) throw new Refusal(401, "User inactive or deleted.", challenge);
	return token;
}

/** User name and secret of `Authorization: Basic ...`. */
export function basicHeader(headers: IncomingHttpHeaders): { user: string; secret: string } | undefined {
	const [scheme, encoded] = (headers.authorization ?? "").split(" ");
	if (scheme?.toLowerCase() !== "basic" || !encoded) return undefined;
	const [user = "", secret = ""] = Buffer.from(encoded, "base64").toString("latin1").split(":");
	return { user, secret };
}

/** Runs the actions given for one key after each other. */
export function createExclusion(): Service["exclusively"] {
	const last = new Map<string, Promise<unknown>>();
	return (key, action) => {
		const mine = (last.get(key) ?? Promise.resolve()).then(action, action);
		last.set(key, mine);
		return mine;
	};
}
