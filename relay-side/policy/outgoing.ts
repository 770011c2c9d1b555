import type { Address } from "../../shared/address.ts";
import { failureOf } from "../../shared/conditions.ts";
import type { Health } from "../../shared/health.ts";
import type { Metrics } from "../../shared/metrics.ts";
import type { Home, Registry } from "../facts.ts";
import { policyFailing } from "./conditions.ts";
import { actionOf, judge, readRequest } from "./judge.ts";
import { createRefusals } from "./refusals.ts";
import { type PolicyServer, servePolicy } from "./server.ts";

export interface OutgoingOptions {
	/** Where Postfix asks: the path of the socket. */
	path(): Promise<string>;
	homeAt(address: Address): Home | undefined;
	registry(): Registry;
	health: Health;
	metrics: Metrics;
}

export interface Outgoing extends PolicyServer {
	/** Ends what is over by now, or is allowed in the meantime. */
	review(): void;
}

/** Mail that homes send: decides for Postfix what goes on, and tells of what does not. */
export function createOutgoing({ path, homeAt, registry, health, metrics }: OutgoingOptions): Outgoing {
	const refusals = createRefusals(health);
	const refused = metrics.counter(
		"senders_refused_total",
		"Recipients of homes' mails that were refused for their sender",
	);
	const malformed = metrics.counter(
		"policy_requests_malformed_total",
		"What came instead of a request of Postfix's",
	);
	const server = servePolicy({
		path,
		onRequest(text) {
			const request = readRequest(text);
			if (!request) return undefined;
			const verdict = judge(request, { homeAt, deferred: registry().deferred });
			if (verdict.is === "refused") {
				refused.add();
				refusals.refused(verdict.home, request.sender);
			}
			return actionOf(verdict, request.sender);
		},
		onMalformed: () => malformed.add(),
		onTrouble: (error) => health.put(policyFailing, "", error === undefined ? undefined : failureOf(error)),
	});
	return { ...server, review: () => refusals.review(registry().homes) };
}
