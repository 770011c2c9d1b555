import { basicHeader, type Service, tokenHeader, tokenOf } from "./account.ts";
import { type Answer, type Asked, parameter, Refusal, textAnswer } from "./answer.ts";
import { validateBulk } from "./bulk.ts";
import { mayWrite, type Token } from "./policies.ts";
import { applyChanges, type Zone, zoneOwning } from "./zone.ts";

/** The TTL that dynDNS writes, whatever the domain's minimum is. */
const DYNDNS_TTL = 60;

/** What happens to an RRset: these addresses (none deletes it), or `preserve`. */
type Action = string[] | "preserve";

/** Answers a dynDNS update ("IP Update API" in deSEC's documentation), in plain text. */
export async function dynDnsView(service: Service, asked: Asked): Promise<Answer> {
	try {
		return await update(service, asked);
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		return textAnswer(error.status, asYaml(error.detail), error.headers);
	}
}

async function update(service: Service, asked: Asked): Promise<Answer> {
	if (asked.method !== "GET" && asked.method !== "HEAD") {
		throw new Refusal(405, `Method "${asked.method}" not allowed.`);
	}
	const token = authenticate(service, asked);
	const names = namesOf(service, asked, token);
	const own = perNameActions(asked);
	const zone = theZoneOf(service, token, new Set([...names, ...own.map(({ name }) => name)]));
	service.throttle.check("dyndns", token.account, zone.name);

	const actions = new Map<string, { name: string; type: string; action: Action | undefined }>();
	const general = {
		A: generalAction(asked, ["myip", "myipv4", "ip"], "."),
		AAAA: generalAction(asked, ["myipv6", "ipv6", "myip", "ip"], ":"),
	};
	for (const name of names) {
		for (const type of ["A", "AAAA"] as const) {
			actions.set(`${name} ${type}`, { name, type, action: general[type] });
		}
	}
	for (const one of own) actions.set(`${one.name} ${one.type}`, one);

	return service.exclusively(zone.name, async () => {
		const items = [...actions.values()].flatMap(({ name, type, action }) => {
			if (action === undefined || action === "preserve") return [];
			const subname = name === zone.name ? "" : name.slice(0, -zone.name.length - 1);
			return [{ subname, type, ttl: DYNDNS_TTL, records: action }];
		});
		const changes = validateBulk(zone, items, {
			method: "PATCH",
			minimumTtl: DYNDNS_TTL,
			mayWrite: (subname, type) => mayWrite(token, { domain: zone.name, subname, type }),
		});
		await applyChanges(zone, changes, service.publish, service.clock());
		return textAnswer(200, "good");
	});
}

/** Token header, Basic with the token as password, or both in the query; a user name must be one of our names. */
function authenticate(service: Service, asked: Asked): Token {
	const challenge = { "www-authenticate": "Token" };
	const secret = tokenHeader(asked.headers);
	if (secret) return tokenOf(service, secret);
	const basic = basicHeader(asked.headers);
	const user = basic?.user ?? parameter(asked.query, "username");
	const password = basic?.secret ?? parameter(asked.query, "password");
	if (user === undefined) throw new Refusal(401, "No username URL parameter provided.", challenge);
	if (password === undefined) throw new Refusal(401, "No password URL parameter provided.", challenge);
	const token = tokenOf(service, password, "badauth");
	const known = user === "" || zoneOwning(service.zones.values(), token.account, user);
	if (!known) throw new Refusal(401, "badauth", challenge);
	return token;
}

const splitNames = (text: string) =>
	text
		.toLowerCase()
		.split(",")
		.map((name) => name.trim());

function namesOf(service: Service, asked: Asked, token: Token): Set<string> {
	const hostname = parameter(asked.query, "hostname");
	if (hostname !== undefined && !["", "YES"].includes(hostname)) return new Set(splitNames(hostname));
	const host = parameter(asked.query, "host_id");
	if (host !== undefined) return new Set(splitNames(host));
	const user = basicHeader(asked.headers)?.user;
	if (user && !user.includes("@")) return new Set(splitNames(user));
	const name = parameter(asked.query, "username");
	if (name !== undefined) return new Set(splitNames(name));
	const zones = [...service.zones.values()].filter((zone) => zone.account === token.account);
	if (zones.length === 1) return new Set([zones[0]!.name]);
	throw new Refusal(400, "Request does not properly specify domain for update.");
}

/** The parameters `myipv4:NAME=...` and `myipv6:NAME=...`. */
function perNameActions(asked: Asked) {
	const types: Record<string, "A" | "AAAA"> = { myipv4: "A", myipv6: "AAAA" };
	return [...new Set(asked.query.keys())].flatMap((key) => {
		const [prefix = "", ...rest] = key.split(":");
		const type = types[prefix];
		if (!type || rest.length === 0) return [];
		const suffix = rest.join(":");
		const action = parse(suffix, parameter(asked.query, key)!, type === "A" ? "." : ":");
		return splitNames(suffix).map((name) => ({ name, type, action }));
	});
}

function theZoneOf(service: Service, token: Token, names: Set<string>): Zone {
	const zones = new Set<Zone>();
	for (const name of names) {
		const zone = zoneOwning(service.zones.values(), token.account, name);
		if (!zone) throw new Refusal(404, "nohost");
		zones.add(zone);
	}
	const [zone, ...others] = zones;
	if (!zone) throw new Refusal(404, "nohost");
	if (others.length > 0) throw new Refusal(400, "Cannot update subdomains from more than one domain.");
	return zone;
}

/** The first parameter with something for this family; without any, the connection's address or nothing. */
function generalAction(asked: Asked, keys: string[], separator: string): Action {
	for (const key of keys) {
		const value = parameter(asked.query, key);
		const action = value === undefined ? undefined : parse(key, value, separator);
		if (action !== undefined) return action;
	}
	return asked.from.includes(separator) ? [asked.from] : [];
}

function parse(key: string, value: string, separator: string): Action | undefined {
	const parts = new Set(
		value
			.split(",")
			.map((part) => part.trim())
			.filter((part) => part.includes(separator) || part === "" || part === "preserve"),
	);
	if (parts.size === 0) return undefined;
	if (parts.size > 1 && (parts.has("") || parts.has("preserve"))) {
		throw new Refusal(400, [
			`IP parameter "${key}" cannot have addresses and "preserve" or an empty value at the same time.`,
		]);
	}
	if (parts.has("preserve")) return "preserve";
	if (parts.has("")) return [];
	if ([...parts].some((part) => part.includes("/"))) {
		throw new Refusal(501, "This stand-in does not update prefixes.");
	}
	return [...parts];
}

/** Error details come as YAML where they are no sentence. */
function asYaml(detail: unknown): string {
	if (typeof detail === "string") return detail;
	if (!Array.isArray(detail)) return JSON.stringify(detail);
	return detail
		.map((item) => {
			if (typeof item === "string") return `- '${item}'\n`;
			const fields = Object.entries(item as Record<string, string | string[]>);
			if (fields.length === 0) return "- {}\n";
			const lines = fields.map(
				([field, why]) =>
					`${field}:\n${[why]
						.flat()
						.map((w) => `  - '${w}'`)
						.join("\n")}`,
			);
			return `- ${lines.join("\n  ")}\n`;
		})
		.join("");
}
