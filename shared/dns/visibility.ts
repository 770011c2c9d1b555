import { lookup, Resolver, resolveNs } from "node:dns/promises";
import { isIPv6 } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, HeimwegError, messageOf } from "../errors.ts";
import { comparable, recordsAt } from "./records-at.ts";
import { sameRecords } from "./rrset.ts";
import type { WantedRRset } from "./wanted/address.ts";

/** Milliseconds between two rounds of questions: quick at first, then patient. */
const quick = 50;
const patient = 1_000;
const quickFor = 3_000;

/** Milliseconds for one question, and after which we stop asking. */
const questionTime = 1_000;
const minute = 60_000;

/** A name server of the zone, and where it listens. */
export interface Server {
	name: string;
	/** Addresses, with a port where it is not 53. */
	addresses: string[];
}

/**
 * Asks each of the zone's authoritative servers until it answers the wanted records; resolves to the milliseconds that
 * took. Throws a HeimwegError that names the servers still missing after a minute. Right after a change of the line the
 * resolver may not work yet, so the servers, too, are looked for until the minute is over.
 */
export async function untilVisible(
	zone: string,
	wanted: readonly WantedRRset[],
	signal: AbortSignal,
	options: { servers?: (zone: string) => Promise<Server[]>; giveUpAfter?: number } = {},
): Promise<number> {
	const { servers = authoritativeServers, giveUpAfter = minute } = options;
	const began = performance.now();
	let missing: Server[] | undefined;
	let trouble = "";
	for (;;) {
		try {
			missing ??= await servers(zone);
			const verdicts = await Promise.all(missing.map((server) => answersAll(server.addresses, wanted)));
			missing = missing.filter((_, at) => !verdicts[at]);
		} catch (error) {
			trouble = messageOf(error);
		}
		const spent = performance.now() - began;
		if (missing?.length === 0) return spent;
		if (spent > giveUpAfter) {
			const names = missing?.map((server) => server.name).join(" and ");
			throw new HeimwegError(names ?? `the name servers of ${zone} could not be found (${trouble}) and`);
		}
		await sleep(spent < quickFor ? quick : patient, undefined, { signal });
	}
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
	resolver.setServers(addresses.map((address) => (isIPv6(address) ? `[${address}]` : address)));
	const verdicts = await Promise.all(
		wanted.map(async ({ name, type, records }) => {
			try {
				const found = await recordsAt(resolver, name, type);
				return sameRecords(type, comparable(type, found), comparable(type, records));
			} catch (error) {
				const none = codeOf(error) === "ENODATA" || codeOf(error) === "ENOTFOUND";
				return none && records.length === 0;
			}
		}),
	);
	return verdicts.every(Boolean);
}
