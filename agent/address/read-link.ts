import { z } from "zod";
import type { Address, Family } from "../../shared/address.ts";
import { addressSchema } from "../../shared/config.ts";
import { readEach, readJsonList } from "../../shared/json-list.ts";

/** An address of this machine, as `ip -j address` tells. */
export interface LocalAddress {
	address: Address;
	interface: string;
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
	addr_info: z.array(z.unknown()).default([]),
});

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

/**
 * Reads what the three `ip -j` commands printed. An interface, an address or a route in an unknown form costs itself
 * alone. Throws when one of the texts is no JSON array.
 */
export function readLink(tunnel: string, addressText: string, routeTexts: Array<[Family, string]>): Link {
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
	const hasDefault = (text: string) =>
		readJsonList(text, routeSchema, unread)
			.filter((route) => route.dst === "default" && route.type === undefined)
			.some((route) => readEach(route.nexthops ?? [route], hopSchema, unread).some(leadsOut));
	const families = new Set(routeTexts.filter(([, text]) => hasDefault(text)).map(([family]) => family));
	const addresses = interfaces
		.filter((i) => i.ifname !== tunnel && !i.flags.includes("LOOPBACK"))
		.flatMap((i) =>
			readEach(i.addr_info, addressInfoSchema, unread)
				.filter((info) => info.scope === "global")
				.map((info) => localAddress(i.ifname, info)),
		);
	return {
		addresses,
		families,
		tunnel: interfaces.some((i) => i.ifname === tunnel),
		...(incomplete ? { incomplete } : {}),
	};
}

function localAddress(name: string, info: z.infer<typeof addressInfoSchema>): LocalAddress {
	const { temporary, tentative, preferred_life_time: preferred } = info;
	return {
		address: info.local,
		interface: name,
		temporary,
		deprecated: info.deprecated || preferred === 0,
		tentative,
		duplicate: info.dadfailed,
		preferredFor: preferred === forever ? Number.POSITIVE_INFINITY : preferred,
	};
}
