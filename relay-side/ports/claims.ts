import type { Address } from "../../shared/address.ts";
import type { PortsReport } from "../../shared/protocol/ports.ts";
import type { Home, HomeLookup } from "../facts.ts";
import { homePorts, isReservedName, portsOf } from "./config.ts";

/** What one home gets of the relay's ports. */
export interface Served {
	home: string;
	/** Where its connections go: its first tunnel address. */
	target: Address;
	names: readonly string[];
	ports: readonly number[];
	/** Addresses of the relay that are this home's alone. */
	publicAddresses: readonly Address[];
}

/** True when a home that hears of one has heard of the other. */
export function sameServed(a: Served | undefined, b: Served | undefined): boolean {
	const told = (one: Served | undefined) =>
		[one?.names ?? [], one?.ports ?? [], one?.publicAddresses ?? []].map((list) => list.join()).join(" ");
	return a === b || told(a) === told(b);
}

/** A name or an address of the relay that more than one home file claims, or that no home may have. */
export interface Refusal {
	what: string;
	/** The homes that do not get it. */
	homes: readonly string[];
	/** Who has it: a home, or the relay itself; undefined: nobody. */
	holder: string | undefined;
}

/**
 * Who is served what, with every name and every address at one home only. What an owner wrote into a home's file goes
 * before what a home tells; a home is believed about names within its own domains alone. Who has a thing keeps it; what two
 * newcomers claim goes to neither. Pure.
 */
export function settlePorts(options: {
	homes: ReadonlyMap<string, Home>;
	byDomain: HomeLookup["byDomain"];
	told: ReadonlyMap<string, PortsReport>;
	/** The relay's own names. */
	relayNames: ReadonlySet<string>;
	/** Who had what before: a home by the name or address. */
	before: ReadonlyMap<string, string>;
}): { served: Served[]; refusals: Refusal[]; holders: ReadonlyMap<string, string> } {
	const { homes, byDomain, told, relayNames, before } = options;
	const claimed = new Map<string, string[]>();
	const claim = (what: string, home: string) => {
		const all = claimed.get(what);
		if (all) all.push(home);
		else claimed.set(what, [home]);
	};
	for (const [id, home] of homes) {
		const { clientNames = [], publicAddresses } = homePorts(home);
		for (const what of new Set<string>([...clientNames, ...publicAddresses])) claim(what, id);
	}
	const holders = new Map<string, string>();
	const refusals: Refusal[] = [];
	for (const [what, ids] of claimed) {
		if (isReservedName(what, relayNames)) {
			refusals.push({ what, homes: ids, holder: "the relay" });
			continue;
		}
		const holder = ids.length === 1 ? ids[0] : ids.find((id) => id === before.get(what));
		if (holder !== undefined) holders.set(what, holder);
		const others = ids.filter((id) => id !== holder);
		if (others.length > 0) refusals.push({ what, homes: others, holder });
	}
	const served: Served[] = [];
	for (const [id, home] of homes) {
		const file = homePorts(home);
		const said = told.get(id);
		const ports = portsOf(file, said?.ports);
		const names = new Set(file.clientNames?.filter((name) => holders.get(name) === id));
		if (!file.clientNames) {
			for (const name of said?.names ?? []) {
				const free = !claimed.has(name) && !isReservedName(name, relayNames);
				if (free && homeOfName(name, byDomain)?.id === id) {
					names.add(name);
					holders.set(name, id);
				}
			}
		}
		const publicAddresses = file.publicAddresses.filter((address) => holders.get(address) === id);
		if (ports.length > 0) {
			served.push({ home: id, target: home.addresses[0]!, names: [...names], ports, publicAddresses });
		}
	}
	return { served, refusals, holders };
}

/** Whose a name is: the home that has the longest domain around it. */
export function homeOfName(name: string, byDomain: HomeLookup["byDomain"]): Home | undefined {
	for (let rest = name; rest !== ""; rest = rest.slice(rest.indexOf(".") + 1 || rest.length)) {
		const home = byDomain.get(rest);
		if (home) return home;
	}
	return undefined;
}
