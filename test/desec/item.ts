import { Refusal } from "./answer.ts";
import type { BulkRules } from "./bulk.ts";
import {
	AUTOMATIC_TYPES,
	canonicalRecord,
	MANAGEABLE_TYPES,
	MAXIMUM_RRSET,
	MAXIMUM_TTL,
	type StoredRRset,
	wireLength,
} from "./rrset.ts";
import { type Change, rrsetKey, type Zone } from "./zone.ts";

/** What is wrong with one RRset of a request, by field. */
export type ItemErrors = Record<string, string | string[] | Record<number, string[]>>;

export interface ItemRules extends BulkRules {
	/** Fields that are missing keep their present value. */
	partial: boolean;
	/** The RRset that the request changes; none when it creates one. */
	present?: StoredRRset | undefined;
}

const REQUIRED = "This field is required.";
const SUBNAME = /^([*]|(([*][.])?([a-z0-9_-]{1,63}[.])*[a-z0-9_-]{1,63}))$/;

/** Checks one RRset of a request by itself. Refuses with 403 when the token may not write it. */
export function validateItem(
	zone: Zone,
	item: Record<string, unknown>,
	rules: ItemRules,
): { change: Change } | { errors: ItemErrors } {
	const errors: ItemErrors = {};
	const wrong = (field: string, problem: string | Record<number, string[]> | undefined) => {
		if (problem) errors[field] = typeof problem === "string" ? [problem] : problem;
	};
	wrong("subname", subnameProblem(item.subname));
	wrong("records", recordsProblem(item.records, rules));
	wrong("ttl", ttlProblem(item.ttl, rules));
	wrong("type", typeProblem(item.type));
	if (Object.keys(errors).length > 0) return { errors };

	const subname = item.subname as string;
	const type = item.type as string;
	if (!rules.mayWrite(subname, type)) throw new Refusal(403, "Insufficient token permissions.");
	if (!rules.present && rules.method === "POST" && zone.rrsets.has(rrsetKey(subname, type))) {
		return refused(
			"Another RRset with the same subdomain and type exists for this domain. (Try modifying it.)",
		);
	}
	const records = (item.records as string[] | undefined) ?? rules.present?.records ?? [];
	try {
		const canonical = records.map((record) => canonicalRecord(type, record));
		if (new Set(canonical.map((record) => record.toLowerCase())).size !== canonical.length) {
			return refused("Duplicate: records must be semantically unique");
		}
		if (canonical.length > 0 && type === "CNAME" && (subname === "" || canonical.length > 1)) {
			// A bare list, whichever item it is (measured).
			const what = subname === "" ? "have empty subname" : "have multiple records";
			throw new Refusal(400, [`CNAME RRset cannot ${what}.`]);
		}
		if (wireLength(canonical) > MAXIMUM_RRSET)
			return refused(`Total length of RRset is ${wireLength(canonical)}, which is too much.`);
		const ttl = item.ttl === undefined ? (rules.present?.ttl ?? rules.minimumTtl) : Number(item.ttl);
		return { change: { subname, type, ttl, records: canonical } };
	} catch (error) {
		if (error instanceof Refusal) throw error;
		return refused((error as Error).message);
	}
}

function refused(why: string): { errors: ItemErrors } {
	return { errors: { non_field_errors: [why] } };
}

function subnameProblem(value: unknown): string | undefined {
	if (value === undefined) return REQUIRED;
	if (typeof value !== "string") return "This field may not be null.";
	if (value.length > 178) return "Ensure this field has no more than 178 characters.";
	if (value === "" || SUBNAME.test(value)) return undefined;
	return "Subname can only use (lowercase) a-z, 0-9, ., -, and _, may start with a '*.', or just be '*'. Components may not exceed 63 characters.";
}

function typeProblem(value: unknown): string | undefined {
	if (value === undefined) return REQUIRED;
	if (typeof value !== "string") return "This field may not be null.";
	if (!/^[A-Z][A-Z0-9]*$/.test(value)) {
		return "Type must be uppercase alphanumeric and start with a letter.";
	}
	if (AUTOMATIC_TYPES.has(value)) {
		return `You cannot tinker with the ${value} RR set. It is managed automatically.`;
	}
	return MANAGEABLE_TYPES.has(value) ? undefined : `The ${value} RR set type is currently unsupported.`;
}

function ttlProblem(value: unknown, { partial, minimumTtl }: ItemRules): string | undefined {
	if (value === undefined) return partial ? undefined : REQUIRED;
	if (value === null) return "This field may not be null.";
	if (!/^-?\d+$/.test(String(value))) return "A valid integer is required.";
	if (Number(value) > MAXIMUM_TTL) return `Ensure this value is less than or equal to ${MAXIMUM_TTL}.`;
	return Number(value) < minimumTtl
		? `Ensure this value is greater than or equal to ${minimumTtl}.`
		: undefined;
}

function recordsProblem(
	value: unknown,
	{ partial, method }: ItemRules,
): string | Record<number, string[]> | undefined {
	if (value === undefined) return partial ? undefined : REQUIRED;
	if (value === null) return "This field may not be null.";
	if (!Array.isArray(value)) return `Expected a list of items but got type "${typeof value}".`;
	if (value.length === 0 && method === "POST") return "This field must not be empty when using POST.";
	// By the record's place.
	const problems = value.flatMap((record, at): Array<[number, string[]]> => {
		if (typeof record !== "string") return [[at, ["Not a valid string."]]];
		return record === "" ? [[at, ["This field may not be blank."]]] : [];
	});
	return problems.length > 0 ? Object.fromEntries(problems) : undefined;
}
