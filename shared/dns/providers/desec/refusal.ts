import { DAY, MINUTE, SECOND } from "../../../time.ts";
import { say } from "../../../words/say.ts";
import type { RRsetChange } from "../../rrset.ts";
import { DesecError, type DesecErrorKind, type RejectedItem } from "./error.ts";
import type { Reply } from "./exchange.ts";

/** How long to keep off when deSEC says "too many" and not for how long, and the longest it can demand. */
const DEFAULT_WAIT = MINUTE;
const MAXIMUM_WAIT = DAY;
/** The same for the web server before it, which says so with a page of its own: it counts by the second. */
const FRONT_WAIT = SECOND;
const MAXIMUM_TEXT = 500;

/** The error that an answer other than success stands for. `items` are the RRsets that were sent. */
export function refusalOf(reply: Reply, wanted: string, items: readonly RRsetChange[] = []): DesecError {
	const reason = reasonOf(reply);
	const kind = kindOf(reply);
	const rejected = kind === "rejected" ? rejectedItems(reply, items) : [];
	const why = rejected.length > 0 ? rejected.map(itemText).join("; ") : reason;
	const verdict = isLocked(reason) && kind === "unauthorized" ? say`the account is locked` : verdicts[kind];
	const message = `deSEC: wanted to ${wanted}, but ${verdict} (${reply.status}${why && `: ${clip(why)}`})`;
	return new DesecError(kind, message, {
		remedy: remedies[kind](items, reason),
		items: rejected,
		retryAfter: kind === "throttled" || kind === "unavailable" ? waitOf(reply, kind) : undefined,
	});
}

/** The error for an answer that cannot be deSEC's. */
export function malformed(reply: Reply, wanted: string, expected: string): DesecError {
	const came = reply.contentType === "text/html" ? say`a web page` : `"${clip(reply.text, 80)}"`;
	return new DesecError(
		"malformed",
		`deSEC: wanted to ${wanted} and expected ${expected}, but what came is ${came} (${reply.status})`,
		{ remedy: remedies.malformed([], "") },
	);
}

const verdicts: Record<DesecErrorKind, string> = {
	unauthorized: say`the token was refused: it is unknown or has expired`,
	forbidden: say`the token may not do that`,
	"not-found": say`there is no such domain or RRset in the token's account`,
	rejected: say`the change breaks deSEC's rules`,
	conflict: say`somebody else was changing it`,
	throttled: say`there were too many requests`,
	unavailable: say`deSEC has trouble`,
	unreachable: say`it cannot be reached`,
	malformed: say`the answer is not deSEC's`,
};

const remedies: Record<
	DesecErrorKind,
	(items: readonly RRsetChange[], reason: string) => string | undefined
> = {
	unauthorized: (_, reason) =>
		isLocked(reason)
			? say`log in at desec.io and see what it says, or write to support@desec.io; the token may stay as it is`
			: say`look at desec.io whether the token is there, not past its maximum age or bound to other addresses; else make one and put its secret into the file that dns.token_file or LoadCredential= names`,
	forbidden: (items) => {
		const which = items.map(({ subname, type }) => `${subname || "@"} ${type}`).join(", ");
		return say`allow the token to write ${which || say`the names in dns.names`}: its policies at desec.io, with permission to write`;
	},
	"not-found": () =>
		say`see that the domain is in the account that the token belongs to, and dns.names is right`,
	rejected: () => say`see what else is at these names in the deSEC account, and the names in dns.names`,
	conflict: () => undefined,
	throttled: () => say`see what else changes this account's domains; Heimweg waits as long as deSEC says`,
	unavailable: () => say`nothing; it is tried again by itself (status: desec.io)`,
	unreachable: () => undefined,
	malformed: () =>
		say`see that nothing on the line answers in deSEC's place, and that the URLs in [dns] are right`,
};

/** deSEC's words for a locked account; what holds a token that is unknown or expired is told alike. */
const isLocked = (reason: string) => /user inactive or deleted/i.test(reason);

/** Somebody else made the RRset between deSEC's check and its write; dynDNS folds its lines. */
const isRace = (text: string) =>
	/another RRset with the same subdomain and type exists/i.test(text.replace(/\s+/g, " "));

function kindOf({ status, contentType, text, header }: Reply): DesecErrorKind {
	if (status >= 500) return "unavailable";
	if (status === 429) {
		return header("retry-after") === undefined && /concurrent/i.test(text) ? "conflict" : "throttled";
	}
	// A captive portal or a proxy also says 403; only deSEC's own word counts.
	if (status < 400 || contentType === "text/html") return "malformed";
	if (status === 401) return "unauthorized";
	if (status === 403) return "forbidden";
	if (status === 404) return "not-found";
	return status === 409 || (status === 400 && isRace(text)) ? "conflict" : "rejected";
}

/** Milliseconds to wait: from the header (RFC 9110: seconds or a date), from the text, or a guess for a 429. */
function waitOf(reply: Reply, kind: DesecErrorKind): number | undefined {
	const value = reply.header("retry-after")?.trim() ?? "";
	const inText = /available in (\d+) second/.exec(reply.text)?.[1];
	const seconds = /^\d+$/.test(value) ? value : inText;
	if (seconds !== undefined) return Math.min(Number(seconds) * 1000, MAXIMUM_WAIT);
	const until = Date.parse(value) - Date.now();
	if (until > 0) return Math.min(until, MAXIMUM_WAIT);
	if (kind !== "throttled") return undefined;
	return reply.contentType === "text/html" ? FRONT_WAIT : DEFAULT_WAIT;
}

function parsed(reply: Reply): unknown {
	try {
		return JSON.parse(reply.text);
	} catch {
		return undefined;
	}
}

function reasonOf(reply: Reply): string {
	if (reply.contentType === "text/html") return say`a web page`;
	const body = parsed(reply);
	const detail = (body as { detail?: unknown } | null | undefined)?.detail;
	if (typeof detail === "string") return detail;
	return body === undefined ? reply.text : reasonsIn(body).join(", ");
}

/** deSEC answers with one entry per item sent, empty where that item was fine. */
function rejectedItems(reply: Reply, items: readonly RRsetChange[]): RejectedItem[] {
	const body = parsed(reply);
	if (!Array.isArray(body) || body.length !== items.length) return [];
	return items.flatMap(({ subname, type }, index) => {
		const reasons = reasonsIn(body[index]).map((reason) => clip(reason));
		const absent = reasons.some((reason) => /^(ttl|records): This field is required/.test(reason));
		return reasons.length === 0 ? [] : [{ subname, type, reasons, absent }];
	});
}

/** The sentences in an error body; a field's name stands before what is wrong with it. */
function reasonsIn(value: unknown, field = ""): string[] {
	if (typeof value === "string")
		return [field && field !== "non_field_errors" ? `${field}: ${value}` : value];
	if (Array.isArray(value)) return value.slice(0, 20).flatMap((one) => reasonsIn(one, field));
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, one]) => reasonsIn(one, name));
}

const itemText = ({ subname, type, reasons }: RejectedItem) =>
	`${subname || "@"} ${type}: ${reasons.join(", ")}`;

/** Foreign text on one line and of a sane length. */
function clip(text: string, length = MAXIMUM_TEXT): string {
	const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
	return line.length > length ? `${line.slice(0, length)}...` : line;
}
