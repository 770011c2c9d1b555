import { z } from "zod";
import { type Address, type Family, isPrivate, parseAddress } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { isDomain } from "../../shared/domain-name.ts";
import { readJsonList } from "../../shared/json-list.ts";
import type { Names } from "./internet.ts";

/** An address of this machine that the internet may know it by. */
export interface OwnAddress {
	address: Address;
	family: Family;
	/** Not reachable from the internet as it stands: something translates addresses in front of this machine. */
	behindNat: boolean;
	/** Given by DHCP or a router's announcement. */
	dynamic: boolean;
	/** What its PTR names; undefined where there is none, or nobody to ask. */
	ptr: string | undefined;
	/** Whether that name leads back to this address. */
	back: boolean;
}

/** Whether a connection to port 25 of a large mail server came to a greeting. */
export type Outward = { is: "yes" | "no"; server: string } | { is: "not known" };

const linkSchema = z.looseObject({
	ifname: z.string(),
	addr_info: z
		.array(
			z.looseObject({
				local: z.string().catch(""),
				scope: z.string().catch(""),
				dynamic: z.boolean().catch(false),
				temporary: z.boolean().catch(false),
				deprecated: z.boolean().catch(false),
			}),
		)
		.catch([]),
});

/** The addresses by which this machine goes out, by family. */
export async function ownAddresses(
	run: RunCommand,
	resolver: Pick<Names, "reverse" | "resolve4" | "resolve6">,
): Promise<OwnAddress[]> {
	const found = await Promise.all(([4, 6] as Family[]).map((family) => oneOf(run, family)));
	return Promise.all(
		found
			.flatMap((one) => one ?? [])
			.map(async (one) => {
				const [ptr] = (await resolver.reverse(one.address).catch(() => [])).filter((name) =>
					isDomain(name.toLowerCase()),
				);
				if (!ptr) return { ...one, ptr: undefined, back: false };
				const name = ptr.toLowerCase();
				return { ...one, ptr: name, back: (await addressesOf(name, resolver)).includes(one.address) };
			}),
	);
}

async function oneOf(run: RunCommand, family: Family): Promise<Omit<OwnAddress, "ptr" | "back"> | undefined> {
	// A documentation address of each family: where it would go, and from where, is asked, and nothing is sent.
	const towards = family === 4 ? "192.0.2.1" : "2001:db8::1";
	const way = await run("ip", ["-j", `-${family}`, "route", "get", towards]).catch(() => "[]");
	const [route] = readJsonList(way, z.looseObject({ prefsrc: z.string(), dev: z.string() }));
	if (!route || route.dev === "lo") return undefined;
	const address = parseAddress(route.prefsrc);
	const links = readJsonList(await run("ip", ["-j", `-${family}`, "address", "show"]), linkSchema);
	const info = links.flatMap(({ addr_info }) => addr_info).find(({ local }) => local === route.prefsrc);
	return { address, family, behindNat: isPrivate(address), dynamic: info?.dynamic ?? false };
}

/** What a name resolves to; nothing where it does not. */
export async function addressesOf(
	name: string,
	resolver: Pick<Names, "resolve4" | "resolve6">,
): Promise<Address[]> {
	const answers = await Promise.all([
		resolver.resolve4(name).catch(() => []),
		resolver.resolve6(name).catch(() => []),
	]);
	return answers.flat().map(parseAddress);
}

/** Domains whose mail servers answer everybody; any one will do. */
const large = ["gmail.com", "gmx.net", "outlook.com"];

/** Connects to port 25 of one large mail server after the other until one greets; sends nothing. */
export async function outwardPort25(
	resolver: Pick<Names, "resolveMx" | "resolve4">,
	greets: (address: Address) => Promise<boolean>,
): Promise<Outward> {
	const servers = await Promise.all(large.map((domain) => firstServer(domain, resolver)));
	let silent: string | undefined;
	for (const one of servers) {
		if (!one) continue;
		if (await greets(one.address)) return { is: "yes", server: one.server };
		silent = one.server;
	}
	return silent === undefined ? { is: "not known" } : { is: "no", server: silent };
}

async function firstServer(
	domain: string,
	resolver: Pick<Names, "resolveMx" | "resolve4">,
): Promise<{ server: string; address: Address } | undefined> {
	const servers = await resolver.resolveMx(domain).catch(() => []);
	const [first] = servers.sort((a, b) => a.priority - b.priority);
	const [address] = first ? await resolver.resolve4(first.exchange).catch(() => []) : [];
	return first && address ? { server: first.exchange, address: parseAddress(address) } : undefined;
}
