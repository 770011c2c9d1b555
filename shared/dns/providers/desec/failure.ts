import { codeOf, messageOf } from "../../../errors.ts";
import { type FailedAt, failedConnection } from "../../../failed-connection.ts";
import { say } from "../../../words/say.ts";

/** What a reader is told about a connection that failed. */
export interface Failure {
	kind: "unreachable" | "malformed";
	why: string;
	remedy: string;
}

const LINE = "check the line to the internet; it is tried again by itself";
const RESOLVER = "check the line and the resolver of this machine";

/** Says at which step the time was up, after so many milliseconds. */
export function describeLate(at: FailedAt, milliseconds: number): Failure {
	const seconds = milliseconds / 1000;
	const why = {
		name: say`its name cannot be resolved within ${seconds} s`,
		connection: say`no connection within ${seconds} s`,
		answer: say`nothing whole within ${seconds} s`,
	};
	return { kind: "unreachable", why: why[at], remedy: at === "name" ? RESOLVER : LINE };
}

/** Says why there was no answer, from the error of the connection. */
export function describeFailure(error: unknown): Failure {
	// One error for each address that was tried; the first is as good as any.
	const first = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
	const code = codeOf(first) ?? codeOf(error) ?? "";
	const message = messageOf(first).split("\n")[0]!.slice(0, 200);
	if (/CERT|SSL|TLS|SIGNATURE|EPROTO|ALTNAME/.test(code)) {
		// OpenSSL's message is a line of source places; its reason is what one can read.
		const { reason = message } = first as { reason?: string };
		return {
			kind: "unreachable",
			why: `no trustworthy TLS connection (${code}: ${reason.slice(0, 200)})`,
			remedy: "check the clock of this machine and its package ca-certificates",
		};
	}
	if ((first as Error | undefined)?.name === "HTTPParserError") {
		return {
			kind: "malformed",
			why: "it is not HTTP",
			remedy: "see that nothing on the line answers in deSEC's place, and that the URLs in [dns] are right",
		};
	}
	const known = failedConnection(error);
	if (!known) return { kind: "unreachable", why: code ? `${message} (${code})` : message, remedy: LINE };
	return { kind: "unreachable", why: known.why, remedy: known.at === "name" ? RESOLVER : LINE };
}
