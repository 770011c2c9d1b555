import { Refusal } from "./answer.ts";
import { type ItemErrors, validateItem } from "./item.ts";
import type { Change, Zone } from "./zone.ts";
import { rrsetKey } from "./zone.ts";

export interface BulkRules {
	method: "POST" | "PUT" | "PATCH";
	minimumTtl: number;
	mayWrite(subname: string, type: string): boolean;
}

type Item = Record<string, unknown>;

/**
 * Checks an array of RRsets as a whole. Returns the changes it asks for, or refuses all of it: 400 with one entry per
 * item (`{}` where that item was fine), 403 when the token may not write one of them.
 */
export function validateBulk(zone: Zone, items: unknown, rules: BulkRules): Change[] {
	if (!Array.isArray(items)) {
		throw new Refusal(400, {
			non_field_errors: [`Expected a list of items but got ${pythonType(items)}.`],
		});
	}
	const errors: ItemErrors[] = items.map((item) => wrongShape(item));
	const positions = indexByName(zone, items, errors);
	const changes: Change[] = [];
	items.forEach((item: Item, index) => {
		if (Object.keys(errors[index]!).length > 0) return;
		const conflict = duplicate(item, index, positions) ?? besideCname(item, items, positions);
		if (conflict) {
			errors[index] = { non_field_errors: [conflict] };
			return;
		}
		const known =
			rules.method !== "POST" && typeof item.subname === "string"
				? zone.rrsets.get(rrsetKey(item.subname, String(item.type)))
				: undefined;
		const partial = rules.method === "PATCH" && (known !== undefined || isDeletion(item));
		const result = validateItem(zone, item, { ...rules, partial, present: known });
		if ("errors" in result) errors[index] = result.errors;
		else changes.push(result.change);
	});
	if (errors.some((error) => Object.keys(error).length > 0)) throw new Refusal(400, errors);
	return changes;
}

const isDeletion = (item: Item) => Array.isArray(item.records) && item.records.length === 0;

function pythonType(value: unknown): string {
	if (value === null || value === undefined) return "NoneType";
	if (typeof value === "object") return Array.isArray(value) ? "list" : "dict";
	return { string: "str", number: "int", boolean: "bool" }[typeof value as "string"] ?? typeof value;
}

function wrongShape(item: unknown): ItemErrors {
	if (typeof item !== "object" || item === null || Array.isArray(item)) {
		return { non_field_errors: `Expected a dictionary, but got ${pythonType(item)}.` };
	}
	const errors: ItemErrors = {};
	for (const field of ["subname", "type"] as const) {
		const value = (item as Item)[field];
		if (value !== undefined && value !== null && typeof value !== "string") {
			errors[field] = `Expected a string, but got ${pythonType(value)}.`;
		}
	}
	return errors;
}

/** subname → type → positions in the request; "database" stands for what is there already. */
type Positions = Map<unknown, Map<unknown, Set<number | "database">>>;

function indexByName(zone: Zone, items: unknown[], errors: ItemErrors[]): Positions {
	const positions: Positions = new Map();
	items.forEach((value, index) => {
		if (Object.keys(errors[index]!).length > 0) return;
		const { subname, type } = value as Item;
		let types = positions.get(subname);
		if (!types) {
			types = new Map();
			for (const rrset of zone.rrsets.values()) {
				if (rrset.subname === subname) types.set(rrset.type, new Set(["database"]));
			}
			positions.set(subname, types);
		}
		const there = types.get(type) ?? new Set();
		types.set(type, there.add(index));
	});
	return positions;
}

function duplicate(item: Item, index: number, positions: Positions): string | undefined {
	const others = [...(positions.get(item.subname)?.get(item.type) ?? [])].filter(
		(position) => position !== index && position !== "database",
	);
	if (others.length === 0) return undefined;
	return `Same subname and type as in position(s) ${others.join(", ")}, but must be unique.`;
}

/** A CNAME excludes every other type at its name, counting what the request deletes as gone. */
function besideCname(item: Item, items: Item[], positions: Positions): string | undefined {
	if (isDeletion(item)) return undefined;
	const conflicts = new Map<string, string[]>();
	for (const [type, places] of positions.get(item.subname) ?? []) {
		if ((type === "CNAME") === (item.type === "CNAME")) continue;
		const deleted = [...places].some((place) => place !== "database" && isDeletion(items[place]!));
		if (deleted) continue;
		for (const place of places) {
			conflicts.set(String(place), [...(conflicts.get(String(place)) ?? []), String(type)]);
		}
	}
	if (conflicts.size === 0) return undefined;
	const list = [...conflicts]
		.sort(([a], [b]) => Number(a === "database") - Number(b === "database") || Number(a) - Number(b))
		.map(([place, types]) => `${place} (${types.sort().join(", ")})`);
	return `RRset with conflicting type present at same subname: ${list.join(", ")}. (No other RRsets are allowed alongside CNAME.)`;
}
