import { networkInterfaces } from "node:os";
import { type Address, type Cidr, familyOf, networkOf, parseAddress } from "../../shared/address.ts";
import { reachReportSchema } from "../../shared/protocol/reach.ts";
import { relayPart } from "../part.ts";
import { createLooks } from "./looks.ts";
import { createPublished, isWithin } from "./published.ts";
import { portsOf, targetsOf } from "./targets.ts";

/** Whether homes can be reached directly, from outside: the relay looks for them, and tells them. */
export const reach = relayPart({
	name: "reach",

	create({ tunnel }, { facts, guarded }) {
		const looks = createLooks();
		const named = new Map<string, readonly Address[]>();
		const published = createPublished();
		facts.homes.subscribe(({ registry }) => {
			const homes = new Set([...registry.homes.keys()]);
			for (const id of named.keys()) if (!homes.has(id)) named.delete(id);
			looks.keep(homes);
			published.keep(homes);
		});
		return {
			name: "reach",
			checkin: {
				own(home, said) {
					const read = reachReportSchema.safeParse(said);
					const here = facts.presence.all.get(home.id);
					if (!read.success || !guarded()) return undefined;
					const { addresses, names = [] } = read.data;
					named.set(home.id, addresses);
					if (!here?.here) return { looks: [] };
					const others = [...facts.presence.all].filter(([id]) => id !== home.id);
					const namedElsewhere = [...named].filter(([id]) => id !== home.id);
					const ours = names.filter((name) => isWithin(name, home.domains));
					const targets = targetsOf(read.data, {
						endpoint: here.endpoint?.address,
						own: new Set([...ownAddresses(), ...tunnel.addresses]),
						nearNetworks: [...tunnel.networks, ...linkNetworks()],
						others: new Set([
							...others.flatMap(([, { endpoint }]) => endpoint?.address ?? []),
							...namedElsewhere.flatMap(([, theirs]) => theirs),
						]),
						published: published.of(home.id, ours),
					});
					const families = new Set(
						[...facts.presence.all.values()].flatMap((one) =>
							one.here && one.endpoint ? familyOf(one.endpoint.address) : [],
						),
					);
					const ports = portsOf(read.data);
					return {
						looks: targets.flatMap(
							(target) =>
								looks.of({
									...{ home: home.id, inside: home.addresses[0]!, target, ports },
									familyWell: families.has(familyOf(target)),
								}) ?? [],
						),
					};
				},
			},
		};
	},
});

function linkNetworks(): Cidr[] {
	return Object.values(networkInterfaces())
		.flatMap((list = []) => list)
		.flatMap(({ address, cidr }) =>
			cidr ? [networkOf(parseAddress(address.split("%")[0]!), Number(cidr.split("/").at(-1)))] : [],
		);
}

function ownAddresses(): Address[] {
	return Object.values(networkInterfaces())
		.flatMap((list = []) => list)
		.map(({ address }) => parseAddress(address.split("%")[0]!));
}
