import { type Address, familyOf } from "../../shared/address.ts";
import { kindOfPort, proxyPort } from "../../shared/client-ports.ts";
import type { Served } from "./claims.ts";

/** Where HAProxy listens: a port on all addresses, or on one. */
export interface Bind {
	port: number;
	kind: "tls" | "http" | "address";
	/** Undefined: all of this machine. */
	address: Address | undefined;
}

/** What HAProxy is to do. */
export interface Plan {
	binds: Bind[];
	/** From what a client asks for to the home's PROXY port, as the configuration reads it. */
	map: Map<string, string>;
}

/** How a map's key names a server name at a port; the empty name stands for clients that say none. */
export function nameKey(name: string, port: number): string {
	return `${name}:${port}`;
}

/** How a map's key names an address of the relay at a port. No server name begins like this. */
export function addressKey(address: Address, port: number): string {
	return `@${address}:${port}`;
}

/** What a map's value says: where to connect to, and whose that is. */
export function mapValue({ home, target }: Pick<Served, "home" | "target">, port: number): string {
	return `${target}|${proxyPort(port)}|${home}`;
}

/**
 * What HAProxy listens on, and where each name and address leads. A relay with one home needs no name to know whom a client
 * wants; on others, what says no name leads to a home only at an address that is that home's own. Pure.
 */
export function planOf(served: readonly Served[], homes: number): Plan {
	const binds = new Map<string, Bind>();
	const map = new Map<string, string>();
	const bind = (one: Bind) => binds.set(`${one.address ?? "*"} ${one.port}`, one);
	for (const one of served) {
		const alone = homes === 1;
		for (const port of one.ports) {
			const kind = kindOfPort(port);
			if (!kind) continue;
			const value = mapValue(one, port);
			if (kind !== "address") for (const name of one.names) map.set(nameKey(name, port), value);
			for (const address of one.publicAddresses) {
				map.set(addressKey(address, port), value);
				if (kind === "address" && !alone) bind({ port, kind, address });
			}
			if (alone) map.set(nameKey("", port), value);
			const reachable = one.names.length > 0 || one.publicAddresses.length > 0 || alone;
			if (reachable && (kind !== "address" || alone)) bind({ port, kind, address: undefined });
		}
	}
	return { binds: [...binds.values()].sort(byPlace), map };
}

/** The client ports of homes that no client can reach: they begin in clear, and the home has no address of its own. */
export function unreachablePorts(
	served: readonly Served[],
	homes: number,
): Array<{ home: string; port: number }> {
	if (homes === 1) return [];
	return served.flatMap(({ home, ports, publicAddresses }) =>
		publicAddresses.length > 0
			? []
			: ports.filter((port) => kindOfPort(port) === "address").map((port) => ({ home, port })),
	);
}

function byPlace(a: Bind, b: Bind): number {
	const text = ({ address }: Bind) => (address ? `${familyOf(address)} ${address}` : "");
	return a.port - b.port || text(a).localeCompare(text(b));
}
