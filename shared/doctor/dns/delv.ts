import { CommandError, type RunCommand } from "../../command.ts";
import { SECOND } from "../../time.ts";
import type { Place } from "./exchange.ts";

/** For one name; it asks for every key on the way from the root. */
const patience = 4 * SECOND;

/** What came of a validation: `broken` says why in delv's own words. */
export type Validation =
	| { is: "validated" | "unsigned" | "no_program" }
	| { is: "broken" | "failed"; said: string };

/**
 * Has delv(1) of bind9-dnsutils validate a name by itself, from the root down, with what a resolver hands it. Never throws:
 * what could not be done is part of the answer.
 */
export async function validate(
	run: RunCommand,
	{ name, type, resolver }: { name: string; type: string; resolver: Place },
): Promise<Validation> {
	const args = [`@${resolver.address}`, "-p", String(resolver.port), name, type];
	try {
		// What it says of a failure stands on standard error, with exit status 0.
		const said = await run("sh", ["-c", 'exec delv "$@" 2>&1', "delv", ...args], { timeout: patience });
		return read(said);
	} catch (error) {
		if (error instanceof CommandError && (error.missing || error.exitCode === 127))
			return { is: "no_program" };
		return { is: "failed", said: (error as Error).message.slice(0, 200) };
	}
}

function read(said: string): Validation {
	if (/^; (?:negative response, )?fully validated/m.test(said)) return { is: "validated" };
	if (/^; (?:negative response, )?unsigned answer/m.test(said)) return { is: "unsigned" };
	const [, why] = /^;; resolution failed: (.+)$/m.exec(said) ?? [];
	const [reason = why ?? ""] =
		/(?:broken trust chain|no valid (?:RRSIG|DS|KEY|NSEC)|insecurity proof failed|expired|bad cache hit)[^\n]*/.exec(
			said,
		) ?? [];
	const untrusted = /broken trust chain|no valid|insecurity proof|expired/.test(said);
	return { is: untrusted ? "broken" : "failed", said: reason || said.trim().slice(0, 200) };
}
