import { z } from "zod";
import { type Address, type Family, familyOf, isPrivate } from "../../shared/address.ts";
import { addressSchema } from "../../shared/config.ts";
import { readEach, readJsonList } from "../../shared/json-list.ts";

/**
 * How an address's interface leads out: `used` when the kernel sends to the relay by it, `spare` when it carries a
 * default route of the family too, `none` for containers, a second network, a VPN without one.
 */
export type Way = "used" | "spare" | "none";

/** An address of this machine, as `ip -j address` tells. */
export interface LocalAddress {
	address: Address;
	interface: string;
	way: Way;
	temporary: boolean;
	deprecated: boolean;
	tentative: boolean;
	/** Duplicate address detection found another host with it (RFC 4862). */
	duplicate: boolean;
	/** Seconds that it stays preferred; Infinity for ever. */
	preferredFor: number;
}

/** What the kernel knows of our line; one look at everything. */
export interface Link {
	addresses: LocalAddress[];
	/** Families with a default route on an interface that has a carrier. */
	families: ReadonlySet<Family>;
	/** True when our tunnel interface exists. */
	tunnel: boolean;
	/** By which interface packets to the relay, or else to anywhere, leave; without the families that have no way. */
	leavesBy?: Partial<Record<Family, string>>;
	/** Interfaces that are the ends of other tunnels, such as a VPN's. */
	vpns?: readonly string[];
	/** Something of it could not be read: what is not in it may be there all the same. */
	incomplete?: true;
}

/** A value in another form than we know is as if it were not told. */
const flagsSchema = z.array(z.string()).default([]).catch([]);

/** Of a mark that cannot be read, the careful one holds: an address that may be temporary is not published. */
const markSchema = z.boolean().default(false).catch(true);

const interfaceSchema = z.looseObject({
	ifname: z.string(),
	flags: flagsSchema,
	linkinfo: z.looseObject({ info_kind: z.string() }).optional().catch(undefined),
	addr_info: z.array(z.unknown()).default([]),
});

/** What the kernel calls the ends of VPNs (`ip -d`): of WireGuard, and of what runs in a program, such as OpenVPN. */
const vpnKinds = new Set(["wireguard", "tun"]);

/** `ip` writes this for "for ever". */
const forever = 4_294_967_295;

const addressInfoSchema = z.looseObject({
	local: addressSchema,
	scope: z.string().default(""),
	temporary: markSchema,
	deprecated: markSchema,
	tentative: markSchema,
	dadfailed: markSchema,
	preferred_life_time: z.number().min(0).default(forever).catch(forever),
});

/** One way out; a multipath route has several. */
const hopSchema = z.looseObject({ dev: z.string().optional(), flags: flagsSchema });

const routeSchema = z.looseObject({
	dst: z.string(),
	/** Given for those that lead nowhere: unreachable, blackhole, prohibit. */
	type: z.string().optional(),
	nexthops: z.array(z.unknown()).optional(),
});

/** The kernel's own choice, as `ip -j route get` tells. */
const choiceSchema = z.looseObject({
	dev: z.string().optional().catch(undefined),
	prefsrc: addressSchema.optional().catch(undefined),
});

/**
 * Reads what the three `ip -j` commands printed, and, by family, what `ip -j route get` says of the way to the relay,
 * where it was asked. An interface, an address or a route in an unknown form costs itself alone. Throws when one of the
 * first three texts is no JSON array.
 */
export function readLink(
	tunnel: string,
	addressText: string,
	routeTexts: Array<[Family, string]>,
	choiceTexts: Partial<Record<Family, string>> = {},
): Link {
	let incomplete = false;
	const unread = () => {
		incomplete = true;
	};
	const interfaces = readJsonList(addressText, interfaceSchema, unread);
	const dark = new Set(interfaces.filter((i) => i.flags.includes("NO-CARRIER")).map((i) => i.ifname));
	const leadsOut = ({ dev, flags }: z.infer<typeof hopSchema>) =>
		dev !== undefined &&
		dev !== tunnel &&
		!dark.has(dev) &&
		!flags.includes("linkdown") &&
		!flags.includes("dead");
	const waysIn = (text: string) =>
		readJsonList(text, routeSchema, unread)
			.filter((route) => route.dst === "default" && route.type === undefined)
			.flatMap((route) => readEach(route.nexthops ?? [route], hopSchema, unread).filter(leadsOut))
			.map(({ dev }) => dev!);
	const ways = new Map(routeTexts.map(([family, text]) => [family, new Set(waysIn(text))]));
	const found = interfaces
		.filter((i) => i.ifname !== tunnel && !i.flags.includes("LOOPBACK"))
		.flatMap((i) =>
			readEach(i.addr_info, addressInfoSchema, unread)
				.filter((info) => info.scope === "global")
				.map((info) => localAddress(i.ifname, info)),
		);
	const used = (family: Family) => usedInterfaces(choiceTexts[family], ways.get(family) ?? new Set(), found);
	const usedBy = { 4: used(4), 6: used(6) };
	const vpns = interfaces.filter((i) => i.ifname !== tunnel && vpnKinds.has(i.linkinfo?.info_kind ?? ""));
	const leavesBy = ([4, 6] as const).flatMap((family) => {
		const chosen = choiceIn(choiceTexts[family])?.dev;
		const by = chosen === tunnel ? undefined : (chosen ?? ways.get(family)?.values().next().value);
		return by === undefined ? [] : [[family, by] as const];
	});
	return {
		addresses: found.map((local) => {
			const family = familyOf(local.address);
			return { ...local, way: wayOf(local, ways.get(family), usedBy[family]) };
		}),
		families: new Set([...ways].filter(([, interfaces]) => interfaces.size > 0).map(([family]) => family)),
		tunnel: interfaces.some((i) => i.ifname === tunnel),
		leavesBy: Object.fromEntries(leavesBy),
		vpns: vpns.map((i) => i.ifname),
		...(incomplete ? { incomplete } : {}),
	};
}

/**
 * The families of which the default routes alone do not tell by which of our addresses we are reached: several
 * interfaces carry one, a VPN may go before it, or the one that does has no public address (where this machine dials in by itself, the
 * provider's prefix is on the home network's interface).
 */
export function undecided({ addresses, families, vpns = [] }: Link): Family[] {
	return ([4, 6] as const).filter((family) => {
		// A VPN has rules and narrower routes that go before the default route.
		if (vpns.length > 0) return true;
		if (!families.has(family)) return false;
		const local = addresses.filter((a) => familyOf(a.address) === family && !isPrivate(a.address));
		const leading = new Set(local.filter(({ way }) => way !== "none").map((a) => a.interface));
		return leading.size !== 1 && local.length > 0;
	});
}

function wayOf(
	{ interface: name }: LocalAddress,
	ways: ReadonlySet<string> | undefined,
	used: string[],
): Way {
	if (ways === undefined || ways.size === 0) return "none";
	if (used.includes(name)) return "used";
	return ways.has(name) ? "spare" : "none";
}

/**
 * The interface with a default route that the kernel sends by, and the one whose address it sends with: usually the
 * same. None when it sends by a route of the relay's own, which tells nothing of everybody else.
 */
function usedInterfaces(
	text: string | undefined,
	ways: ReadonlySet<string>,
	addresses: readonly LocalAddress[],
): string[] {
	const { dev, prefsrc } = choiceIn(text) ?? {};
	if (dev === undefined || !ways.has(dev)) return [];
	const owner = addresses.find(({ address }) => address === prefsrc)?.interface;
	return owner === undefined ? [dev] : [dev, owner];
}

function choiceIn(text: string | undefined): z.infer<typeof choiceSchema> | undefined {
	try {
		return text === undefined ? undefined : readJsonList(text, choiceSchema)[0];
	} catch {
		return undefined;
	}
}

function localAddress(name: string, info: z.infer<typeof addressInfoSchema>): LocalAddress {
	const { temporary, tentative, preferred_life_time: preferred } = info;
	return {
		address: info.local,
		interface: name,
		way: "none",
		temporary,
		deprecated: info.deprecated || preferred === 0,
		tentative,
		duplicate: info.dadfailed,
		preferredFor: preferred === forever ? Number.POSITIVE_INFINITY : preferred,
	};
}

/** True when a family has got or lost its default route. */
export function changedFamilies(before: Link, after: Link): boolean {
	return ([4, 6] as const).some((family) => before.families.has(family) !== after.families.has(family));
}

/** The IPv6 addresses that a packet may leave with, as one text to compare. */
export function sourcesOf({ addresses }: Link): string {
	const usable = addresses.filter((a) => familyOf(a.address) === 6 && !a.tentative && !a.deprecated);
	return usable
		.map((a) => a.address)
		.sort()
		.join();
}

/** True while duplicate address detection still keeps every IPv6 address of ours from being used. */
export function isUnready(link: Link): boolean {
	return sourcesOf(link) === "" && link.addresses.some((a) => a.tentative && !a.duplicate);
}
