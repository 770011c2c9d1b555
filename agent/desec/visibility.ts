import { lookup, Resolver, resolveNs } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, HeimwegError } from "../../shared/errors.ts";
import { sameRecords } from "./rrset.ts";
import type { WantedRRset } from "./wanted.ts";

/** Milliseconds between two rounds of questions: quick at first, then patient. */
const quick = 50;
const patient = 1_000;
const quickFor = 3_000;

/** Milliseconds for one question, and after which we stop asking. */
const questionTime = 1_000;
const giveUpAfter = 60_000;

/**
 * Asks each of the zone's authoritative servers until it answers the wanted records; resolves to the milliseconds that
 * took. Throws a HeimwegError that names the servers still missing after a minute.
 */
export async function untilVisible(
	zone: string,
	wanted: readonly WantedRRset[],
	signal: AbortSignal,
): Promise<number> {
	const began = performance.now();
	let missing = await authoritativeServers(zone);
	while (missing.length > 0) {
		const verdicts = await Promise.all(missing.map((server) => answersAll(server.addresses, wanted)));
		missing = missing.filter((_, at) => !verdicts[at]);
		if (missing.length === 0) break;
		const spent = performance.now() - began;
		if (spent > giveUpAfter) throw new HeimwegError(missing.map((server) => server.name).join(" and "));
		await sleep(spent < quickFor ? quick : patient, undefined, { signal });
	}
	return performance.now() - began;
}

interface Server {
	name: string;
	addresses: string[];
}

async function authoritativeServers(zone: string): Promise<Server[]> {
	const names = await resolveNs(zone);
	const servers = await Promise.all(
		names.map(async (name) => {
			const found = await lookup(name, { all: true }).catch(() => []);
			return { name, addresses: found.map(({ address }) => address) };
		}),
	);
	const reachable = servers.filter((server) => server.addresses.length > 0);
	if (reachable.length > 0) return reachable;
	throw new HeimwegError(`none of ${zone}'s name servers (${names.join(", ")}) has an address`);
}

async function answersAll(addresses: string[], wanted: readonly WantedRRset[]): Promise<boolean> {
	const resolver = new Resolver({ timeout: questionTime, tries: 1 });
	resolver.setServers(addresses.map((address) => (address.includes(":") ? `[${address}]` : address)));
	const verdicts = await Promise.all(
		wanted.map(async ({ name, type, records }) => {
			try {
				const found = await (type === "AAAA" ? resolver.resolve6(name) : resolver.resolve4(name));
				return sameRecords(type, found, records);
			} catch (error) {
				const none = codeOf(error) === "ENODATA" || codeOf(error) === "ENOTFOUND";
				return none && records.length === 0;
			}
		}),
	);
	return verdicts.every(Boolean);
}
