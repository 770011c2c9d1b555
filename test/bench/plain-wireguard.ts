import type { Host } from "../lab/host.ts";
import type { Lab } from "../lab/lab.ts";
import { addresses } from "../lab/network.ts";
import { until, wireguardKeys } from "../lab/scene.ts";

/** Two tunnels made by hand, as wg-quick(8) sets them up; one carries a ping each second. */
export const plainTunnels = [
	{ name: "wg0", port: 51820, relay: "10.99.0.1", home: "10.99.0.2", traffic: true },
	{ name: "wg1", port: 51821, relay: "10.99.1.1", home: "10.99.1.2", traffic: false },
] as const;

type PlainTunnel = (typeof plainTunnels)[number];

/** Sets both tunnels up, with PersistentKeepalive = 25, and waits until the relay reaches the home through them. */
export async function startPlainTunnels(lab: Lab): Promise<void> {
	for (const tunnel of plainTunnels) await setUp(lab, tunnel);
}

async function setUp({ relay, home }: Lab, tunnel: PlainTunnel): Promise<void> {
	const [atRelay, atHome] = [wireguardKeys(), wireguardKeys()];
	const file = `/etc/wireguard/${tunnel.name}.conf`;
	const relayText = `[Interface]
PrivateKey = ${atRelay.privateKey}
Address = ${tunnel.relay}/24
ListenPort = ${tunnel.port}
[Peer]
PublicKey = ${atHome.publicKey}
AllowedIPs = ${tunnel.home}/32
`;
	const homeText = `[Interface]
PrivateKey = ${atHome.privateKey}
Address = ${tunnel.home}/24
[Peer]
PublicKey = ${atRelay.publicKey}
AllowedIPs = ${tunnel.relay}/32
Endpoint = ${addresses.relay.ipv4}:${tunnel.port}
PersistentKeepalive = 25
`;
	for (const [host, text] of [
		[relay, relayText],
		[home, homeText],
	] as [Host, string][]) {
		await host.write(file, text, 0o600);
		await host.run(["systemctl", "start", `wg-quick@${tunnel.name}`]);
	}
	const reaches = async () => (await relay.exec(["ping", "-c", "1", "-W", "1", tunnel.home])).exitCode === 0;
	await until(`the relay reaches the home through ${tunnel.name}`, reaches, 60_000);
	if (tunnel.traffic) await relay.run(["systemd-run", "--quiet", "ping", "-q", tunnel.home]);
}
