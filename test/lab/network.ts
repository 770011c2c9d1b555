import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./command.ts";
import { createNamespace, deleteNamespace, type Namespace } from "./namespace.ts";
import type { Run } from "./run.ts";

/**
 * The lab's addresses. The relay's and the home line's are of the ranges reserved for documentation (RFC 5737, RFC
 * 3849).
 */
export const addresses = {
	/** The internet's own services: name servers, deSEC, check-ip, the sender. */
	services: { ipv4: "192.0.2.53", ipv6: "2001:db8:53::53" },
	relay: { ipv4: "203.0.113.10", ipv6: "2001:db8:1::10" },
	/** The router's outside when the lab starts. */
	line: { ipv4: "198.51.100.7", ipv6: "2001:db8:100::7" },
	home: { ipv4: "192.168.178.20", ipv6: "2001:db8:aaaa:1::20" },
	prefix: "2001:db8:aaaa:1::/64",
};

/** A switch: a bridge in a namespace, which machines are plugged into. */
export interface Switch {
	namespace: Namespace;
	bridge: string;
}

/** What a machine's network card is to be: it is made anew, with its namespace, whenever the machine boots. */
export interface Card {
	role: string;
	into: Switch;
	mac: string;
	/** Lines of `ip -batch` for its interface `eth0`: addresses and routes, which the machine finds when it boots. */
	lines: () => string[];
}

/** The backbone of the lab's internet, with a data centre for the relay and a provider for the home's line. */
export interface Network {
	inet: Namespace;
	dataCentre: Switch;
	provider: Switch;
}

export async function createNetwork(lab: Run): Promise<Network> {
	const inet = await createNamespace(lab, "inet");
	await inet.sysctl({ "ipv4/ip_forward": 1, ...withoutDetection, "ipv6/conf/all/forwarding": 1 });
	await inet.ip(
		`address add ${addresses.services.ipv4}/32 dev lo`,
		`address add ${addresses.services.ipv6}/128 dev lo`,
		...bridgeLines("dc", "203.0.113.1/24", "2001:db8:1::1/64"),
		...bridgeLines("isp", "198.51.100.1/24", "2001:db8:100::1/64"),
	);
	return {
		inet,
		dataCentre: { namespace: inet, bridge: "dc" },
		provider: { namespace: inet, bridge: "isp" },
	};
}

/** Makes the card's namespace and interface and plugs it in. The far end, in the switch, has the role's name. */
export async function plugIn(lab: Run, card: Card): Promise<Namespace> {
	const namespace = await createNamespace(lab, card.role);
	await namespace.sysctl({ "ipv6/conf/default/accept_ra": 0 });
	const { namespace: there, bridge } = card.into;
	await there.ip(
		`link add ${card.role} type veth peer name eth0 address ${card.mac} netns ${namespace.name}`,
		`link set ${card.role} gso_max_segs 1 master ${bridge} up`,
	);
	// One packet a segment, as on a real wire, so that the router's rules about sizes mean what they say.
	await namespace.ip("link set eth0 gso_max_segs 1 up", ...card.lines());
	return namespace;
}

/** Pulls the card: from one moment to the next nothing more comes from the machine, not even a goodbye of its kernel's. */
export async function pullOut(card: Card): Promise<void> {
	await card.into.namespace.ip(`link del ${card.role}`);
}

/** Forgets the namespace of a machine that is off. */
export async function forget(namespace: Namespace): Promise<void> {
	await deleteNamespace(namespace);
}

/** Waits until duplicate address detection has passed every address of the namespace; throws after 10 s. */
export async function addressesUsable(namespace: Namespace): Promise<void> {
	const end = Date.now() + 10_000;
	for (;;) {
		const tentative = await run(["ip", "-netns", namespace.name, "-6", "address", "show", "tentative"]);
		if (tentative === "") return;
		if (Date.now() > end) throw new Error(`not usable after 10 s: ${tentative}`);
		await sleep(50);
	}
}

/** Sysctls for where duplicate address detection would only delay the lab. */
export const withoutDetection = { "ipv6/conf/default/accept_dad": 0, "ipv6/conf/default/dad_transmits": 0 };

/** Lines that make a bridge with these addresses. */
export function bridgeLines(bridge: string, ...own: string[]): string[] {
	return [
		`link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`,
		`link set ${bridge} up`,
		...own.map((address) => `address add ${address} dev ${bridge}`),
	];
}
