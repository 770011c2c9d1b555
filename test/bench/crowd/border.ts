import { readFile } from "node:fs/promises";
import { publicKeyOf } from "../../../shared/protocol/keys.ts";
import type { Host } from "../../lab/host.ts";
import { createNamespace, type Namespace } from "../../lab/namespace.ts";
import type { Run } from "../../lab/run.ts";
import { tunnel } from "./home.ts";

/** Where the stand-in for wg keeps its peers, on the relay. */
export const peersFile = "/var/lib/heimweg-crowd/peers";

/** Next hops of the pair of interfaces; nobody has these addresses, their MAC addresses are fixed. */
const hops = { relay: ["169.254.77.1", "fe80::7701"], homes: ["169.254.77.2", "fe80::7702"] };
const macs = { relay: "02:00:00:00:77:01", homes: "02:00:00:00:77:02" };

/**
 * The tunnel simulated where the companion ends: its interface hw0 is one end of a cable, whose other end is a network
 * namespace that has all homes' addresses; `wg` is a stand-in that remembers peers, and `ip` calls the cable WireGuard.
 * Nothing is encrypted, and no packet comes to the WireGuard port. Returns the homes' namespace.
 */
export async function simulateTunnel(run: Run, relay: Host, relayKey: string): Promise<Namespace> {
	await relay.run(["systemctl", "mask", "heimweg-wireguard-go@hw0.service"]);
	await relay.write("/usr/local/bin/wg", await readFile(new URL("wg", import.meta.url), "utf8"), 0o755);
	await relay.write("/usr/local/bin/ip", ipStandIn, 0o755);
	await relay.write("/var/lib/heimweg-crowd/interface", `(hidden)\t${publicKeyOf(relayKey)}\t51820\toff\n`);
	await relay.run(["chown", "-R", "heimweg:", "/var/lib/heimweg-crowd"]);
	await relay.write(
		"/etc/systemd/system/heimweg-relay.service.d/crowd.conf",
		"[Service]\nReadWritePaths=/var/lib/heimweg-crowd\n",
	);
	await relay.run(["systemctl", "daemon-reload"]);

	const homes = await createNamespace(run, "crowd");
	await relay.namespace.ip(
		`link add hw0 address ${macs.relay} type veth peer name crowd address ${macs.homes} netns ${homes.name}`,
		"link set hw0 alias heimweg mtu 1280 up",
	);
	await homes.ip("link set crowd mtu 1280 up");
	await relay.namespace.ip(...way("hw0", hops.homes, macs.homes, tunnel.homes));
	await homes.ip(
		...tunnel.homes.map((network) => `route add local ${network} dev lo`),
		...way("crowd", hops.relay, macs.relay, tunnel.relay),
	);
	return homes;
}

/** One neighbour for all addresses behind it: thousands would not fit in the kernel's table. */
function way(device: string, via: string[], mac: string, networks: string[]): string[] {
	return networks.flatMap((network, at) => [
		`neighbour replace ${via[at]} lladdr ${mac} dev ${device} nud permanent`,
		`route add ${network} via ${via[at]} dev ${device} onlink`,
	]);
}

const ipStandIn = `#!/bin/sh
# Stands for ip(8): what the crowd's bench has in the place of WireGuard is shown as WireGuard's.
case "$*" in
*"link show dev hw0"*) ;;
*) exec /usr/sbin/ip "$@" ;;
esac
shown=$(/usr/sbin/ip "$@") || exit
printf '%s\\n' "$shown" | sed 's/"info_kind":"veth"/"info_kind":"wireguard"/'
`;
