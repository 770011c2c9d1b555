import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type CrowdHome, tunnel } from "./home.ts";
import { createSession } from "./session.ts";

/** How a home's pulses get to the relay, and the answers back. */
export interface Way {
	send(datagram: Buffer): void;
}

export interface WayOptions {
	home: CrowdHome;
	/** The relay's WireGuard key. */
	publicKey: string;
	port: number;
	onDatagram(datagram: Buffer): void;
}

/** Where the real tunnels end at the relay. */
export interface RelayEndpoint {
	address: string;
	port: number;
}

/** Straight from the home's tunnel address, which is this machine's own: the tunnel is simulated. */
export async function simulatedWay({ home, port, onDatagram }: WayOptions): Promise<Way> {
	const socket = await bound(home.addresses[0], 0);
	socket.on("message", onDatagram);
	return { send: (datagram) => socket.send(datagram, port, tunnel.relay[0]!, () => {}) };
}

/** Through a WireGuard session of the home's own, from an address and port of its own on the internet. */
export async function realWay(options: WayOptions, relay: RelayEndpoint): Promise<Way> {
	const { home, publicKey, port, onDatagram } = options;
	const socket = await bound(home.endpoint, relay.port);
	const session = createSession({
		...{ privateKey: home.privateKey, publicKey, from: home.addresses[0], to: tunnel.relay[0]! },
		...{ fromPort: 40_000, toPort: port, onPayload: onDatagram },
		put: (datagram) => socket.send(datagram, relay.port, relay.address, () => {}),
	});
	socket.on("message", session.hear);
	await session.connect();
	return session;
}

async function bound(address: string, port: number): Promise<Socket> {
	const socket = createSocket("udp4");
	socket.on("error", () => {});
	socket.bind(port, address);
	await once(socket, "listening");
	return socket;
}
