import type { Address } from "../../../address.ts";
import { say } from "../../../words/say.ts";
import { DEFAULT_TIMEOUT, type DesecAccess } from "./access.ts";
import { spend } from "./budgeted.ts";
import { exchange } from "./exchange.ts";
import { malformed, refusalOf } from "./refusal.ts";

/** What becomes of a family: this address, left as it is, or deleted. */
export type DynDnsFamily = Address | "preserve" | "";

export interface DynDnsUpdate extends DesecAccess {
	/** `https://update.dedyn.io/`. */
	updateUrl: string;
	/** The zone that all names are in. */
	domain: string;
	/** Full names; they change together or not at all. */
	names: readonly string[];
	ipv4: DynDnsFamily;
	ipv6: DynDnsFamily;
	signal?: AbortSignal;
}

/** Other words of the dyndns2 protocol, should one come with a 200. */
const refusals: Record<string, number> = {
	badauth: 401,
	"!donator": 403,
	nohost: 404,
	notfqdn: 404,
	abuse: 429,
	"911": 503,
	dnserr: 503,
};

/**
 * Writes A and AAAA with TTL 60, whatever the zone's minimum is, creating RRsets and adopting those with another TTL
 * (deSEC's "IP Update API"). Both families are always named: deSEC would set or delete one that is not. Throws
 * DesecError, or the signal's reason.
 */
export async function updateThroughDynDns(update: DynDnsUpdate): Promise<void> {
	const { updateUrl, domain, names, ipv4, ipv6, budget, signal } = update;
	if (names.length === 0) return;
	const url = new URL(updateUrl);
	url.searchParams.set("hostname", names.join(","));
	url.searchParams.set("myipv4", ipv4);
	url.searchParams.set("myipv6", ipv6);
	const wanted = say`set the addresses of ${names.join(", ")} through dynDNS`;
	const items = names.flatMap((subname) => [
		...(ipv4 === "preserve" ? [] : [{ subname, type: "A" }]),
		...(ipv6 === "preserve" ? [] : [{ subname, type: "AAAA" }]),
	]);
	await spend(budget, "dyndns", domain, signal, async () => {
		const { token, timeout = DEFAULT_TIMEOUT, userAgent, dispatcher } = update;
		const reply = await exchange({
			wanted,
			method: "GET",
			url,
			token,
			timeout,
			userAgent,
			signal,
			dispatcher,
		});
		if (reply.status !== 200) throw refusalOf(reply, wanted, items);
		const [word = ""] = reply.text.trim().split(/\s+/);
		if (word === "good") return;
		const status = refusals[word];
		throw status ? refusalOf({ ...reply, status }, wanted, items) : malformed(reply, wanted, '"good"');
	});
}
