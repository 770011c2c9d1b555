import { isIP } from "node:net";
import type { Family } from "../../shared/address.ts";
import { MINUTE } from "../../shared/time.ts";

/** Check-ip services by family. */
export type ServiceUrls = Record<Family, readonly string[]>;

/**
 * Who runs a service, by the last two labels of its host: services of one operator fail together. Two operators under
 * one public suffix (`a.co.uk`, `b.co.uk`) count as one, which only asks for more evidence.
 */
export function operatorOf(url: string): string {
	const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
	return isIP(host) ? host : host.split(".").slice(-2).join(".");
}

/** The operators that have services of both families: only they can tell that one family is gone. */
export function withBothFamilies(urls: ServiceUrls): string[] {
	const six = new Set(urls[6].map(operatorOf));
	return [...new Set(urls[4].map(operatorOf))].filter((operator) => six.has(operator));
}

/** deSEC's services allow three requests a minute; so many go to each operator. */
const perMinute = 3;

export interface AskBudget {
	/** Milliseconds until the operator may be asked. */
	wait(operator: string): number;
	/** Takes a request out of the operator's minute; false when it is used up. */
	take(operator: string): boolean;
	/** The operator said that it was asked too often: by the run of ours before a restart, or by a neighbour. */
	pause(operator: string, milliseconds: number): void;
}

/** How often each operator is asked; `now` is a steady clock in milliseconds. */
export function createAskBudget(now: () => number): AskBudget {
	const sent = new Map<string, number[]>();
	const notBefore = new Map<string, number>();

	function wait(operator: string): number {
		const recent = (sent.get(operator) ?? []).filter((at) => now() - at < MINUTE);
		sent.set(operator, recent);
		const full = recent.length < perMinute ? 0 : recent.at(-perMinute)! + MINUTE - now();
		return Math.max(full, (notBefore.get(operator) ?? 0) - now(), 0);
	}

	return {
		wait,
		take(operator) {
			if (wait(operator) > 0) return false;
			sent.get(operator)!.push(now());
			return true;
		},
		pause: (operator, milliseconds) => notBefore.set(operator, now() + milliseconds),
	};
}
