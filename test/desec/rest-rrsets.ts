import type { Service } from "./account.ts";
import { type Answer, type Asked, jsonAnswer, parameter, Refusal } from "./answer.ts";
import { validateBulk } from "./bulk.ts";
import { type ItemRules, validateItem } from "./item.ts";
import { paginate } from "./pagination.ts";
import { mayWrite, type Token } from "./policies.ts";
import { AUTOMATIC_TYPES } from "./rrset.ts";
import { applyChanges, type Change, describeRRset, rrsetKey, type Zone } from "./zone.ts";

/** `domains/{name}/rrsets/`: lists, and changes many RRsets at once or none. */
export function rrsetList(
	service: Service,
	asked: Asked,
	token: Token,
	zone: Zone,
): Promise<Answer> | Answer {
	const { method } = asked;
	if (method === "GET") {
		const subname = parameter(asked.query, "subname");
		const type = parameter(asked.query, "type");
		if (type !== undefined && AUTOMATIC_TYPES.has(type)) {
			throw new Refusal(403, `You cannot tinker with the ${type} RRset.`);
		}
		const found = [...zone.rrsets.values()].filter(
			(rrset) =>
				(subname === undefined || rrset.subname === subname) && (type === undefined || rrset.type === type),
		);
		return paginate(
			asked,
			found.map((rrset) => describeRRset(zone, rrset)),
			service.pageSize,
		);
	}
	if (method !== "POST" && method !== "PUT" && method !== "PATCH") throw notAllowed(asked);
	const body = readJson(asked);
	const single = method === "POST" && !Array.isArray(body);
	return service.exclusively(zone.name, async () => {
		const rules = rulesFor(zone, token, method);
		const changes = single ? [singleCreate(zone, body, rules)] : validateBulk(zone, body, rules);
		await applyChanges(zone, changes, service.publish, service.clock());
		const made = changes.filter((change) => change.records.length > 0).map((change) => show(zone, change));
		return jsonAnswer(method === "POST" ? 201 : 200, single ? made[0] : made);
	});
}

/** `domains/{name}/rrsets/{subname}/{type}/`: one RRset. */
export function rrsetDetail(
	service: Service,
	asked: Asked,
	token: Token,
	zone: Zone,
	subname: string,
	type: string,
): Promise<Answer> | Answer {
	const { method } = asked;
	if (!["GET", "PATCH", "PUT", "DELETE"].includes(method)) throw notAllowed(asked);
	const read = () => zone.rrsets.get(rrsetKey(subname, type));
	const missing = new Refusal(404, "No RRset matches the given query.");
	if (method === "GET") {
		const rrset = read();
		if (!rrset) throw missing;
		return jsonAnswer(200, describeRRset(zone, rrset));
	}
	const body = method === "DELETE" ? undefined : readJson(asked);
	return service.exclusively(zone.name, async () => {
		const present = read();
		if (!present && method === "DELETE") return jsonAnswer(204, null);
		if (!present) throw missing;
		const rules = rulesFor(zone, token, method === "PUT" ? "PUT" : "PATCH");
		if (!rules.mayWrite(subname, type)) throw new Refusal(403, "Insufficient token permissions.");
		let change: Change = { subname, type, ttl: present.ttl, records: [] };
		if (method !== "DELETE") {
			const item = { subname, type, ...(body as object) };
			if (item.subname !== subname) throw new Refusal(400, { subname: ["Can only be written on create."] });
			if (item.type !== type) throw new Refusal(400, { type: ["Can only be written on create."] });
			change = checked(validateItem(zone, item, { ...rules, partial: method === "PATCH", present }));
		}
		await applyChanges(zone, [change], service.publish, service.clock());
		return change.records.length === 0 ? jsonAnswer(204, null) : jsonAnswer(200, show(zone, change));
	});
}

function singleCreate(zone: Zone, body: unknown, rules: ReturnType<typeof rulesFor>): Change {
	if (typeof body !== "object" || body === null) {
		throw new Refusal(400, { non_field_errors: ["Invalid data. Expected a dictionary."] });
	}
	const item = { subname: "", ...body } as Record<string, unknown>;
	const change = checked(validateItem(zone, item, { ...rules, partial: false } satisfies ItemRules));
	const others = [...zone.rrsets.values()].filter(
		(rrset) => rrset.subname === change.subname && (rrset.type === "CNAME") !== (change.type === "CNAME"),
	);
	if (others.length === 0) return change;
	const types = others.map((rrset) => rrset.type).join(", ");
	throw new Refusal(400, {
		non_field_errors: [
			`RRset with conflicting type present at same subname: database (${types}). (No other RRsets are allowed alongside CNAME.)`,
		],
	});
}

function checked(result: ReturnType<typeof validateItem>): Change {
	if ("errors" in result) throw new Refusal(400, result.errors);
	return result.change;
}

function rulesFor(zone: Zone, token: Token, method: "POST" | "PUT" | "PATCH") {
	return {
		method,
		minimumTtl: zone.minimumTtl,
		mayWrite: (subname: string, type: string) => mayWrite(token, { domain: zone.name, subname, type }),
	};
}

function show(zone: Zone, { subname, type }: Change) {
	return describeRRset(zone, zone.rrsets.get(rrsetKey(subname, type))!);
}

function readJson(asked: Asked): unknown {
	if (asked.body.length === 0) throw new Refusal(400, { non_field_errors: ["No data provided"] });
	const type = asked.headers["content-type"] ?? "";
	if (!type.startsWith("application/json")) {
		throw new Refusal(415, `Unsupported media type "${type}" in request.`);
	}
	try {
		return JSON.parse(asked.body.toString("utf8"));
	} catch (error) {
		throw new Refusal(400, `JSON parse error - ${(error as Error).message}`);
	}
}

export function notAllowed(asked: Asked): Refusal {
	return new Refusal(405, `Method "${asked.method}" not allowed.`);
}
