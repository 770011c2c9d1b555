import { type Address, type Endpoint, type Family, familyOf, isPrivate } from "../../shared/address.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import { failedConnection } from "../../shared/failed-connection.ts";
import type { Health } from "../../shared/health.ts";
import { say } from "../../shared/words/say.ts";
import { endpointUnresolved } from "./conditions.ts";

export interface RelayEndpointOptions {
	relay: { host: string; port: number };
	/** Over which family the tunnel's own packets travel; `auto` prefers IPv4, whose changes only the relay sees. */
	outer: "auto" | "ipv4" | "ipv6";
	/** The addresses of a name, or of an address itself; throws when it cannot be resolved. */
	resolve(host: string): Promise<Address[]>;
	/** Families with a default route. */
	families(): ReadonlySet<Family>;
	/** Addresses that the name had when it last could be resolved. */
	lastGood: readonly Address[];
	onResolved(addresses: readonly Address[]): void;
	health: Health;
}

/** Knows under which addresses the relay can be reached from outside, and which of them is the best. */
export interface RelayEndpoint {
	/** Resolves the relay's name, and tells whether it could; what it was before stays when that fails. */
	resolve(): Promise<boolean>;
	/** The best of the known addresses to which this machine has a way; in `auto`, this family first. */
	best(first: Family): Endpoint | undefined;
	/** The best after resolving anew, if need be one to which there is no way yet. */
	choose(first: Family): Promise<Endpoint>;
	/** False when the name is known to point elsewhere. */
	isKnown(address: Address): boolean;
	/** True when the tunnel may travel in this family: as configured, and while there is a way. */
	allows(family: Family): boolean;
	/** The relay in the other family, if that is allowed and there is a way. */
	other(address: Address): Endpoint | undefined;
}

export function relayEndpoint(options: RelayEndpointOptions): RelayEndpoint {
	const { relay, outer, health } = options;
	let known: readonly Address[] = options.lastGood;
	const at = (address: Address): Endpoint => ({ address, port: relay.port });

	function inOrder(first: Family): Family[] {
		if (outer !== "auto") return [outer === "ipv4" ? 4 : 6];
		return first === 6 ? [6, 4] : [4, 6];
	}

	/** A router whose line is down may answer every question with its own address. */
	function believable(found: readonly Address[]): readonly Address[] {
		if (found.length === 0) throw new HeimwegError("it has no address");
		if (known.length === 0 || known.some(isPrivate)) return found;
		const outside = found.filter((address) => !isPrivate(address));
		if (outside.length > 0) return outside;
		throw new HeimwegError(`it is said to be ${found.join(", ")}, which is no address in the internet`);
	}

	async function resolve(): Promise<boolean> {
		try {
			const found = believable(await options.resolve(relay.host));
			if (found.join() !== known.join()) options.onResolved(found);
			known = found;
			health.clear(endpointUnresolved);
			return true;
		} catch (error) {
			const using =
				known.length > 0 ? say`its last known address ${known.join(", ")} is used` : say`no address is known`;
			health.set(endpointUnresolved, "", {
				host: relay.host,
				error: failedConnection(error)?.why ?? messageOf(error),
				using,
			});
			return false;
		}
	}

	function firstOf(order: Family[], families: ReadonlySet<Family>): Endpoint | undefined {
		for (const family of order) {
			const address = families.has(family) && known.find((one) => familyOf(one) === family);
			if (address) return at(address);
		}
		return undefined;
	}

	const best = (first: Family) => firstOf(inOrder(first), options.families());

	return {
		resolve,
		best,
		async choose(first) {
			await resolve();
			const found = best(first) ?? firstOf(inOrder(first), new Set([4, 6]));
			if (found) return found;
			const family = outer === "auto" ? "" : ` in ${outer}`;
			throw new HeimwegError(`no address of the relay ${relay.host}${family} is known`, {
				remedy: "look whether its name can be resolved here, and at relays.endpoint and tunnel.outer",
			});
		},
		isKnown: (address) => known.length === 0 || known.includes(address),
		allows(family) {
			if (outer !== "auto") return inOrder(family).includes(family);
			return known.length === 0 || options.families().has(family) || options.families().size === 0;
		},
		other(address) {
			if (outer !== "auto") return undefined;
			const found = known.find(
				(candidate) =>
					familyOf(candidate) !== familyOf(address) && options.families().has(familyOf(candidate)),
			);
			return found && at(found);
		},
	};
}
