import { setTimeout as sleep } from "node:timers/promises";
import { type Address, type Endpoint, familyOf, inNetwork } from "../../shared/address.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import type { Invitation } from "../../shared/invitation/code.ts";
import type { Accepted } from "../../shared/invitation/exchange.ts";
import { SECOND } from "../../shared/time.ts";

/** How often a name is asked for, and the pause in between. */
const tries = 3;
const betweenTries = 1 * SECOND;

/** Where the relay is found outside the tunnel, IPv4 first, as the daemon has it; throws a HeimwegError. */
export async function endpointsOf(
	{ host, port, networks }: Invitation,
	resolve: (host: string) => Promise<Address[]>,
): Promise<Endpoint[]> {
	let found: Address[];
	try {
		found = await resolvePatiently(host, resolve);
	} catch (error) {
		throw new HeimwegError(`the relay's name ${host} cannot be resolved (${messageOf(error)})`, {
			remedy:
				'look whether other names resolve here (/etc/resolv.conf), and run "heimweg join" again; it goes on without the code',
		});
	}
	const outside = found.filter((address) => !networks.some((network) => inNetwork(address, network)));
	if (outside.length === 0)
		throw new HeimwegError(`the relay's name ${host} leads nowhere`, {
			remedy:
				"look at its records in DNS, or have the relay's address written into invite.endpoint in relay.toml",
		});
	// IPv4 first, as the daemon has it.
	return outside.sort((a, b) => familyOf(a) - familyOf(b)).map((address) => ({ address, port }));
}

/** A line that has just come up may lose the first questions. */
async function resolvePatiently(
	host: string,
	resolve: (host: string) => Promise<Address[]>,
	again = tries - 1,
): Promise<Address[]> {
	try {
		return await resolve(host);
	} catch (error) {
		if (again === 0) throw error;
		await sleep(betweenTries);
		return resolvePatiently(host, resolve, again - 1);
	}
}

/** The relay may not give this home addresses outside the networks that were looked at, nor its own. */
export function requireFitting({ networks, relayAddresses }: Invitation, { addresses }: Accepted): void {
	const fits = addresses.every(
		(address) => networks.some((network) => inNetwork(address, network)) && !relayAddresses.includes(address),
	);
	const shared = addresses.some((own) => relayAddresses.some((other) => familyOf(own) === familyOf(other)));
	if (fits && shared) return;
	throw new HeimwegError(
		`the relay gives this home the addresses ${addresses.join(", ")}, which do not fit the networks of the code (${networks.join(", ")})`,
		{
			remedy:
				'correct addresses in the home\'s file on the relay, and run "heimweg-relay invite HOME --again" there',
		},
	);
}
