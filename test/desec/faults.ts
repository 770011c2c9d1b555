import { type Answer, htmlAnswer, jsonAnswer, textAnswer } from "./answer.ts";

/** Which requests a fault hits. */
export type Traffic = "read" | "write" | "dyndns" | "check-ip";

interface Common {
	/** Only these requests; all of them by default. */
	on?: Traffic | Traffic[];
	/** How many requests it hits before it is over; until it is cleared by default. */
	times?: number;
	/** The request takes effect all the same; only the answer is what the fault says. */
	applied?: boolean;
}

/**
 * What can go wrong:
 * - `slow`: waits `ms` before the request is looked at; the only one that combines with others
 * - `status`: an error answer of this code, as deSEC words it, with `retryAfter` (seconds) as header
 * - `maintenance`: 503 with an HTML page, or 502 as `code`
 * - `conflict`: two changes at once; `code` 409, or 429 without a Retry-After (the default)
 * - `race`: 400, somebody else made the RRset between the check and the write; as JSON or, for dynDNS, folded YAML
 * - `html`: 200 with a web page, as a captive portal has it
 * - `malformed`: 200, JSON that ends in the middle of a word
 * - `body`: 200 with this JSON text
 * - `half`: the request takes effect, the connection is cut in the middle of the answer
 * - `huge`: an answer of `bytes` (64 MiB by default); `endless`: an answer that never ends
 * - `silence`: the request is read and never answered
 * - `unpublished`: writes are kept and not published: 500, until cleared, whoever writes
 * - `refused`: nobody listens; `tls`: the other side does not speak TLS. Both hit every connection until cleared.
 */
export type Fault = Common &
	(
		| { kind: "slow"; ms: number }
		| { kind: "status"; code: number; retryAfter?: number; detail?: string }
		| { kind: "maintenance"; retryAfter?: number; code?: 502 | 503 }
		| { kind: "conflict"; code?: 409 | 429 }
		| { kind: "race" }
		| { kind: "html" }
		| { kind: "malformed" }
		| { kind: "body"; text: string }
		| { kind: "half" }
		| { kind: "huge"; bytes?: number }
		| { kind: "endless" }
		| { kind: "silence" }
		| { kind: "unpublished" }
		| { kind: "refused" }
		| { kind: "tls" }
	);

export interface Faults {
	/** Replaces every fault by these. Resolves when it is in force. */
	set(...faults: Fault[]): Promise<void>;
	/** Everything works again. */
	clear(): Promise<void>;
	list(): readonly Fault[];
	/** Takes the faults that hit this request, counting them down. */
	hit(traffic: Traffic): Fault[];
	has(kind: Fault["kind"]): boolean;
}

/** The switches. `changed` runs after each change, for what needs more than a look at the list. */
export function createFaults(changed: () => Promise<void>): Faults {
	let active: Fault[] = [];
	const left = new Map<Fault, number>();

	return {
		async set(...faults) {
			active = faults;
			left.clear();
			for (const fault of faults) if (fault.times !== undefined) left.set(fault, fault.times);
			await changed();
		},
		async clear() {
			active = [];
			await changed();
		},
		list: () => active,
		has: (kind) => active.some((fault) => fault.kind === kind),
		hit(traffic) {
			const fits = active.filter((fault) => !fault.on || [fault.on].flat().includes(traffic));
			const slow = fits.filter((fault) => fault.kind === "slow");
			const other = fits.find((fault) => !["slow", "unpublished", "refused", "tls"].includes(fault.kind));
			const hits = other ? [...slow, other] : slow;
			for (const fault of hits) {
				const count = left.get(fault);
				if (count === undefined) continue;
				left.set(fault, count - 1);
				if (count <= 1) active = active.filter((one) => one !== fault);
			}
			return hits;
		},
	};
}

const DETAILS: Record<number, string> = {
	401: "Invalid token.",
	403: "Insufficient token permissions.",
	404: "Not found.",
	409: "Conflict: the domain was changed at the same time.",
	429: "Too many concurrent requests.",
	500: "Internal Server Error. We're on it!",
};

const RACE = "Another RRset with the same subdomain and type exists for this domain. (Try modifying it.)";
const foldedRace =
	"- non_field_errors:\n  - Another RRset with the same subdomain and type exists for this\n    domain. (Try modifying it.)\n";

/** The answer that a fault gives instead of the right one; none for those that are not an answer. */
export function faultyAnswer(fault: Fault, traffic: Traffic): Answer | undefined {
	switch (fault.kind) {
		case "status":
			return refusal(fault.code, fault.detail, fault.retryAfter);
		case "maintenance":
			return htmlAnswer(fault.code ?? 503, "Ongoing Maintenance", retryAfterHeader(fault.retryAfter));
		case "conflict":
			return refusal(fault.code ?? 429);
		case "race":
			return traffic === "dyndns"
				? textAnswer(400, foldedRace)
				: jsonAnswer(400, [{ non_field_errors: [RACE] }]);
		case "html":
			return htmlAnswer(200, "Welcome to the hotel");
		case "malformed":
			return { ...jsonAnswer(200, null), body: '[{"subname": "www", "type": "A", "ttl": 60, "rec' };
		case "body":
			return { ...jsonAnswer(200, null), body: fault.text };
		default:
			return undefined;
	}
}

function refusal(code: number, detail = DETAILS[code] ?? `Error ${code}.`, retryAfter?: number): Answer {
	const text =
		code === 429 && retryAfter !== undefined
			? `Request was throttled. Expected available in ${retryAfter} seconds.`
			: detail;
	return jsonAnswer(code, { detail: text }, retryAfterHeader(retryAfter));
}

function retryAfterHeader(seconds: number | undefined): Record<string, string> {
	return seconds === undefined ? {} : { "retry-after": String(seconds) };
}
