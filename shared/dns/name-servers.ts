import { Resolver } from "node:dns/promises";
import { codeOf, HeimwegError } from "../errors.ts";
import { SECOND } from "../time.ts";

/** A name server of a zone, and where it listens. */
export interface Server {
	name: string;
	/** Addresses, with a port where it is not 53. */
	addresses: string[];
}

/** Looks names up; as node:dns/promises has them. */
export interface NameLookup {
	resolveNs(zone: string): Promise<string[]>;
	resolve4(name: string): Promise<string[]>;
	resolve6(name: string): Promise<string[]>;
}

/** Who writes a zone says who serves it: of more servers than the root has, or many addresses of one, some are enough. */
const mostServers = 13;
const mostAddresses = 2;

/** For one question to the resolver, and how often it is asked. */
const patience = 2 * SECOND;
const tries = 2;

/** This machine's resolver, as it is set up now. */
export function systemLookup(): NameLookup {
	return new Resolver({ timeout: patience, tries });
}

/** The zone's authoritative servers, as far as they may be asked. Throws where there is none, and as the look-up does. */
export async function serversOf(
	zone: string,
	lookup: NameLookup = systemLookup(),
	mayAsk: (address: string) => boolean = () => true,
): Promise<Server[]> {
	const names = (await lookup.resolveNs(zone)).slice(0, mostServers);
	const servers = await Promise.all(
		names.map(async (name) => {
			const families = await Promise.all(
				[lookup.resolve4(name), lookup.resolve6(name)].map((found) => found.catch((): string[] => [])),
			);
			const addresses = families.flatMap((found) => found.filter(mayAsk).slice(0, mostAddresses));
			return { name, addresses };
		}),
	);
	const reachable = servers.filter((server) => server.addresses.length > 0);
	if (reachable.length > 0) return reachable;
	throw new HeimwegError(
		`none of ${zone}'s name servers (${names.join(", ")}) has an address that may be asked`,
	);
}

/** The zone that holds a name, by its name servers; undefined where only a top-level domain would. Throws as the look-up does. */
export async function zoneHolding(
	name: string,
	lookup: Pick<NameLookup, "resolveNs">,
): Promise<string | undefined> {
	const labels = name.split(".");
	for (let at = 0; at < labels.length - 1; at++) {
		const zone = labels.slice(at).join(".");
		try {
			await lookup.resolveNs(zone);
			return zone;
		} catch (error) {
			if (codeOf(error) !== "ENODATA" && codeOf(error) !== "ENOTFOUND") throw error;
		}
	}
	return undefined;
}
