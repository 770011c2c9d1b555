import type { z } from "zod";
import type { Reply } from "./exchange.ts";
import { malformed } from "./refusal.ts";

/** Reads a JSON answer into what the schema promises. Throws DesecError `malformed`. */
export function readAnswer<T>(schema: z.ZodType<T>, reply: Reply, wanted: string): T {
	if (reply.contentType !== "application/json") throw malformed(reply, wanted, "JSON");
	let value: unknown;
	try {
		value = JSON.parse(reply.text);
	} catch {
		throw malformed(reply, wanted, "whole JSON");
	}
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	throw malformed(
		reply,
		wanted,
		`deSEC's JSON (${placeOf(issue)}: ${issue?.message.replace(/^Invalid input: /, "")})`,
	);
}

/** The cursor of the next page (RFC 8288 Link header). Only the cursor is taken from it, never the address. */
export function nextCursor(reply: Reply): string | undefined {
	const [, target] = /<([^>]*)>;\s*rel="next"/.exec(reply.header("link") ?? "") ?? [];
	if (target === undefined || !URL.canParse(target)) return undefined;
	return new URL(target).searchParams.get("cursor") || undefined;
}

function placeOf(issue: { path: PropertyKey[] } | undefined): string {
	return issue && issue.path.length > 0 ? `at ${issue.path.join(".")}` : "all of it";
}
