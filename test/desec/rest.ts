import { type Service, tokenHeader, tokenOf } from "./account.ts";
import { type Answer, type Asked, htmlAnswer, jsonAnswer, parameter, Refusal, textAnswer } from "./answer.ts";
import { paginate } from "./pagination.ts";
import type { Token } from "./policies.ts";
import { notAllowed, rrsetDetail, rrsetList } from "./rest-rrsets.ts";
import { describeZone, ownerName, type Zone, zoneOwning } from "./zone.ts";

const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Answers a request under `/api/v1/`; `path` is what follows. */
export async function restView(service: Service, asked: Asked, path: string): Promise<Answer> {
	try {
		return await route(service, asked, path);
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		const body = typeof error.detail === "string" ? { detail: error.detail } : error.detail;
		return jsonAnswer(error.status, body, error.headers);
	}
}

async function route(service: Service, asked: Asked, path: string): Promise<Answer> {
	// The framework's own pages, before anybody is asked who he is (measured).
	if (!/^(?:domains|auth)(?:\/|$)/.test(path)) return htmlAnswer(404, "Not Found");
	if (!path.endsWith("/")) return htmlAnswer(301, "Moved Permanently", { location: `${asked.path}/` });
	const token = authenticate(service, asked);
	const parts = path.split("/").map(decodeURIComponent);
	if (parts[0] === "auth") return tokenPolicies(service, asked, token, parts);
	if (parts.shift() !== "domains" || parts.pop() !== "") throw new Refusal(404, "Not found.");
	const [domain, rrsets, ...rest] = parts;
	if (domain === undefined) return domainList(service, asked, token);
	if (rrsets === undefined) return domainDetail(service, asked, token, domain);
	const zone = service.zones.get(domain);
	if (rrsets === "zonefile" && rest.length === 0) return zoneFile(service, asked, token, zone);
	if (rrsets !== "rrsets" || zone?.account !== token.account) throw new Refusal(404, "Not found.");
	if (SAFE.includes(asked.method)) service.throttle.check("cheap", token.account);
	else service.throttle.check("expensive", token.account, domain);
	if (rest.length === 0) return rrsetList(service, asked, token, zone);
	if (rest.length !== 2) throw new Refusal(404, "Not found.");
	return rrsetDetail(service, asked, token, zone, rest[0] === "@" ? "" : rest[0]!, rest[1]!);
}

/** `auth/tokens/{id}/policies/rrsets/`: a token without the right to manage tokens may read its own alone. */
function tokenPolicies(service: Service, asked: Asked, token: Token, parts: readonly string[]): Answer {
	const [, tokens, id, policies, rrsets, end] = parts;
	if (tokens !== "tokens" || policies !== "policies" || rrsets !== "rrsets" || end !== "")
		throw new Refusal(404, "Not found.");
	if (asked.method !== "GET") throw notAllowed(asked);
	service.throttle.check("cheap", token.account);
	if (id !== token.id) throw new Refusal(403, "You do not have permission to perform this action.");
	return jsonAnswer(
		200,
		token.policies.map(({ write, ...policy }, at) => ({ id: `policy-${at}`, ...policy, perm_write: write })),
	);
}

function authenticate(service: Service, asked: Asked): Token {
	const challenge = { "www-authenticate": "Token" };
	const secret = tokenHeader(asked.headers);
	if (!secret) throw new Refusal(401, "Authentication credentials were not provided.", challenge);
	return tokenOf(service, secret);
}

function domainList(service: Service, asked: Asked, token: Token): Answer {
	if (asked.method !== "GET") throw notAllowed(asked);
	service.throttle.check("cheap", token.account);
	const name = parameter(asked.query, "owns_qname");
	if (name !== undefined) {
		const zone = zoneOwning(service.zones.values(), token.account, name);
		return jsonAnswer(200, zone ? [describeZone(zone, false)] : []);
	}
	const zones = [...service.zones.values()].filter((zone) => zone.account === token.account);
	return paginate(
		asked,
		zones.map((zone) => describeZone(zone, false)),
		service.pageSize,
	);
}

/** A master file without what is signed; it shares the budget of the writes (measured). */
function zoneFile(service: Service, asked: Asked, token: Token, zone: Zone | undefined): Answer {
	if (asked.method !== "GET") throw notAllowed(asked);
	if (zone?.account !== token.account) throw new Refusal(404, "No Domain matches the given query.");
	service.throttle.check("expensive", token.account, zone!.name);
	const lines = [...zone!.rrsets.values()].flatMap(({ subname, type, ttl, records }) =>
		records.map((record) => `${ownerName(zone!, subname)}\t${ttl}\tIN\t${type}\t${record}\n`),
	);
	return textAnswer(200, lines.join(""), { "content-type": "text/dns" });
}

function domainDetail(service: Service, asked: Asked, token: Token, domain: string): Answer {
	if (asked.method !== "GET") throw notAllowed(asked);
	service.throttle.check("cheap", token.account);
	const zone = service.zones.get(domain);
	if (zone?.account !== token.account) throw new Refusal(404, "No Domain matches the given query.");
	return jsonAnswer(200, describeZone(zone, true));
}
