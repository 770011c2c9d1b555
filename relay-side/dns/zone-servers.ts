import { type Cidr, inNetwork, isGlobalUnicast, parseAddress } from "../../shared/address.ts";
import { type NameLookup, type Server, serversOf, zoneHolding } from "../../shared/dns/name-servers.ts";
import { isWithin } from "../../shared/dns/wanted/mail-domain.ts";

/**
 * The name servers that the relay asks about a zone for a home with these domains. Who has a zone says who serves it, so
 * a home must not lead the relay to where only the relay gets: the zone is the home's own or the very one that holds a
 * domain of it, and of its servers only those that the internet may ask are asked. Undefined where it is another's zone.
 */
export async function serversForHome(
	zone: string,
	domains: readonly string[],
	lookup: NameLookup,
	{ inside, alsoPublic }: { inside: readonly Cidr[]; alsoPublic: readonly Cidr[] },
): Promise<Server[] | undefined> {
	if (!domains.some((domain) => isWithin(zone, domain))) {
		const below = domains.find((domain) => isWithin(domain, zone));
		if (!below || (await zoneHolding(below, lookup)) !== zone) return undefined;
	}
	return serversOf(zone, lookup, (text) => {
		const address = parseAddress(text);
		return isGlobalUnicast(address, alsoPublic) && !inside.some((network) => inNetwork(address, network));
	});
}
