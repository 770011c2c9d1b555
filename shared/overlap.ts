import { z } from "zod";
import { type Cidr, networksOverlap, parseAddress, parseCidr } from "./address.ts";
import type { RunCommand } from "./command.ts";
import { networkOverlap } from "./conditions.ts";
import type { Health } from "./health.ts";
import { readJsonList } from "./json-list.ts";
import { hostNetwork } from "./wireguard.ts";

const routeSchema = z.looseObject({
	dst: z.string(),
	dev: z.string().optional().catch(undefined),
	type: z.string().optional().catch(undefined),
	/** Who made it: the kernel, for the network of an interface's own address. */
	protocol: z.string().optional().catch(undefined),
});

/** A route of this machine that takes addresses of the tunnel's network away. */
export interface Overlap {
	network: Cidr;
	route: string;
}

/**
 * Looks for routes, in all tables, that would take packets meant for the tunnel: those at least as narrow as the
 * tunnel's network. A wider one (10.0.0.0/8 at a hoster) does no harm, since the narrower route wins.
 *
 * @param connected look also for wider ones whose addresses are right there, as those of a container's bridge: some of them
 *   would no longer be reached
 */
export async function findOverlaps(
	run: RunCommand,
	tunnel: string,
	networks: readonly Cidr[],
	{ connected = false }: { connected?: boolean } = {},
): Promise<Overlap[]> {
	return overlapsIn(await allRoutes(run), tunnel, networks, { connected });
}

/** Without a family, and of all tables, both are shown. */
function allRoutes(run: RunCommand): Promise<string> {
	return run("ip", ["-j", "route", "show", "table", "all"]);
}

function overlapsIn(
	text: string,
	tunnel: string,
	networks: readonly Cidr[],
	{ connected }: { connected: boolean },
): Overlap[] {
	// Of an address on an interface the kernel makes several routes; the widest says it all.
	const found = new Map<string, Overlap & { length: number }>();
	for (const route of readJsonList(text, routeSchema)) {
		if (
			route.dev === tunnel ||
			route.dst === "default" ||
			route.type === "multicast" ||
			route.type === "unreachable"
		)
			continue;
		const destination = destinationOf(route.dst);
		if (!destination) continue;
		for (const network of networks) {
			const length = lengthOf(destination);
			const wide = length < lengthOf(network);
			if (wide && !(connected && route.protocol === "kernel")) continue;
			if (!networksOverlap(network, destination)) continue;
			const key = `${network} ${route.dev}`;
			if ((found.get(key)?.length ?? Number.POSITIVE_INFINITY) <= length) continue;
			found.set(key, { network, route: `${destination} on ${route.dev ?? "?"}`, length });
		}
	}
	return [...found.values()].map(({ network, route }) => ({ network, route }));
}

/** Where a route leads; undefined for what is neither an address nor a network. */
function destinationOf(text: string): Cidr | undefined {
	try {
		return text.includes("/") ? parseCidr(text) : hostNetwork(parseAddress(text));
	} catch {
		return undefined;
	}
}

function lengthOf(network: Cidr): number {
	return Number(network.slice(network.indexOf("/") + 1));
}

/**
 * Makes the look for overlaps at run time: a network that comes later (a VPN, containers) is a condition, not an end. The
 * same routes are read once: that takes more than all other looks.
 */
export function createOverlapReview(options: {
	run: RunCommand;
	tunnel: { interface: string; networks: readonly Cidr[] };
	health: Health;
}): () => Promise<void> {
	const { run, tunnel, health } = options;
	let seen: { routes: string; overlap: Overlap | undefined } | undefined;

	async function look(): Promise<Overlap | undefined> {
		const text = await allRoutes(run);
		// A route that a router has announced tells how many seconds are left of it.
		const routes = text.replace(/"expires":\d+/g, "");
		if (routes !== seen?.routes) {
			const [overlap] = overlapsIn(text, tunnel.interface, tunnel.networks, { connected: false });
			seen = { routes, overlap };
		}
		return seen.overlap;
	}

	return () =>
		look().then(
			(overlap) => health.put(networkOverlap, "", overlap),
			// What is not known changes nothing.
			() => {},
		);
}
