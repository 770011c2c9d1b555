import { z } from "zod";
import { type Cidr, type Family, networksOverlap, parseCidr } from "./address.ts";
import type { RunCommand } from "./command.ts";

const routesSchema = z.array(
	z.looseObject({ dst: z.string(), dev: z.string().optional(), type: z.string().optional() }),
);

/** A route of this machine that takes addresses of the tunnel's network away. */
export interface Overlap {
	network: Cidr;
	route: string;
}

/**
 * Looks for routes, in all tables, that would take packets meant for the tunnel: those at least as narrow as the
 * tunnel's network. A wider one (10.0.0.0/8 at a hoster) does no harm, since the narrower route wins.
 */
export async function findOverlaps(
	run: RunCommand,
	tunnel: string,
	networks: readonly Cidr[],
): Promise<Overlap[]> {
	const texts = await Promise.all(
		([4, 6] as Family[]).map(
			async (family) =>
				[family, await run("ip", ["-j", `-${family}`, "route", "show", "table", "all"])] as const,
		),
	);
	const found: Overlap[] = [];
	for (const [family, text] of texts) {
		for (const route of routesSchema.parse(JSON.parse(text || "[]"))) {
			if (
				route.dev === tunnel ||
				route.dst === "default" ||
				route.type === "multicast" ||
				route.type === "unreachable"
			)
				continue;
			const destination = parseCidr(
				route.dst.includes("/") ? route.dst : `${route.dst}/${family === 4 ? 32 : 128}`,
			);
			for (const network of networks) {
				if (lengthOf(destination) >= lengthOf(network) && networksOverlap(network, destination)) {
					found.push({ network, route: `${destination} on ${route.dev ?? "?"}` });
				}
			}
		}
	}
	return found;
}

function lengthOf(network: Cidr): number {
	return Number(network.slice(network.indexOf("/") + 1));
}
