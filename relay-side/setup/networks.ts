import { randomBytes, randomInt } from "node:crypto";
import { z } from "zod";
import {
	type Address,
	addressOfBytes,
	type Cidr,
	networkOf,
	networksOverlap,
	parseAddress,
	parseCidr,
} from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { readJsonList } from "../../shared/json-list.ts";
import { hostNetwork } from "../../shared/wireguard.ts";

/** The tunnel's networks, and the relay's own addresses in them. */
export interface TunnelNetworks {
	networks: Cidr[];
	addresses: Address[];
}

/** Where the IPv4 network comes from: RFC 1918 and RFC 6598. */
const ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(parseCidr);

/** What a home's router, its containers or its other VPN most likely have, so that a home will not have to renumber. */
const usual = [
	"10.0.0.0/15",
	"10.8.0.0/16",
	"10.10.0.0/16",
	"172.16.0.0/12",
	"192.168.0.0/16",
	"100.100.100.0/24",
].map(parseCidr);

/** 253 homes; the prefix of an IPv6 network is 64 bits whatever it holds (RFC 4291, section 2.5.1). */
const lengths = { ipv4: 24, ipv6: 64 } as const;

/** So often is drawn before this machine counts as one without a free network. */
const draws = 1_000;

/**
 * Draws the tunnel's networks at random, free of overlap with what this machine has routes for: two who drew can later
 * have one home.
 */
export function drawNetworks(
	taken: readonly Cidr[],
	random = { bytes: randomBytes, int: randomInt },
): TunnelNetworks {
	const free = (network: Cidr) => ![...taken, ...usual].some((other) => networksOverlap(network, other));
	const ipv4 = firstFree(() => drawIpv4(random.int), free);
	const ipv6 = firstFree(() => drawIpv6(random.bytes), free);
	return { networks: [ipv4, ipv6], addresses: [ipv4, ipv6].map(firstHost) };
}

function firstFree(draw: () => Cidr, free: (network: Cidr) => boolean): Cidr {
	for (let drawn = 0; drawn < draws; drawn++) {
		const network = draw();
		if (free(network)) return network;
	}
	throw new HeimwegError("this machine has routes to every private network there is", {
		remedy:
			'choose the tunnel\'s networks yourself: write [tunnel] into relay.toml, or give --networks "NET4,NET6"',
	});
}

/** One network, each of all ranges as likely as any other. */
function drawIpv4(int: (below: number) => number): Cidr {
	const sizes = ranges.map((range) => 2 ** (lengths.ipv4 - lengthOf(range)));
	let at = int(sizes.reduce((sum, size) => sum + size));
	for (const [place, size] of sizes.entries()) {
		if (at < size) return networkAt(ranges[place]!, at);
		at -= size;
	}
	throw new RangeError("drawn outside of all ranges");
}

function networkAt(range: Cidr, place: number): Cidr {
	const base = Buffer.from(range.split("/")[0]!.split(".").map(Number));
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(base.readUInt32BE() + place * 2 ** (32 - lengths.ipv4));
	return networkOf(addressOfBytes(bytes), lengths.ipv4);
}

/** fd, 40 random bits of a global ID, and subnet 0 (RFC 4193, section 3.2). */
function drawIpv6(bytes: (size: number) => Buffer): Cidr {
	const address = addressOfBytes(Buffer.concat([Buffer.from([0xfd]), bytes(5), Buffer.alloc(10)]));
	return networkOf(address, lengths.ipv6);
}

/** The relay's own address: the first host. */
export function firstHost(network: Cidr): Address {
	const [base = ""] = network.split("/");
	return parseAddress(
		base.includes(":") ? `${base}1` : base.replace(/\d+$/, (last) => String(Number(last) + 1)),
	);
}

function lengthOf(network: Cidr): number {
	return Number(network.slice(network.indexOf("/") + 1));
}

const routeSchema = z.looseObject({ dst: z.string(), type: z.string().optional().catch(undefined) });

/** Every network that this machine has a route for, in all tables; not the default. */
export async function routedNetworks(run: RunCommand): Promise<Cidr[]> {
	const texts = await Promise.all(
		["-4", "-6"].map((family) => run("ip", ["-j", family, "route", "show", "table", "all"])),
	);
	return texts.flatMap((text) =>
		readJsonList(text, routeSchema).flatMap(({ dst, type }) => {
			if (dst === "default" || type === "multicast") return [];
			try {
				return [dst.includes("/") ? parseCidr(dst) : hostNetwork(parseAddress(dst))];
			} catch {
				return [];
			}
		}),
	);
}
