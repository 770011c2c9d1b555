import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type Address, familyOf } from "../../shared/address.ts";
import type { HeimwegError } from "../../shared/errors.ts";
import { keepListening, type Place } from "../../shared/listen.ts";
import { portName } from "../../shared/port-holder.ts";

export interface SocketsOptions {
	/** The relay's own tunnel addresses; nothing else is listened on. */
	addresses: readonly Address[];
	port: number;
	onDatagram(socket: Socket, datagram: Buffer, from: RemoteInfo): void;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
}

export interface Sockets {
	start(): void;
	stop(): void;
	/** The one that reaches this address; undefined while it is not bound. */
	towards(address: Address): Socket | undefined;
}

/** The pulse port on each of our addresses, tried again until it is there. */
export function openSockets(options: SocketsOptions): Sockets {
	const { addresses, port } = options;
	const bound = new Map<string, Socket>();
	let stopped = false;

	function placeAt(address: Address): Place<Socket> {
		const where = { protocol: "udp", address, port } as const;
		return {
			name: portName(where),
			port: where,
			open() {
				const socket = createSocket({ type: familyOf(address) === 6 ? "udp6" : "udp4" });
				socket.on("message", (datagram, from) => {
					if (!stopped) options.onDatagram(socket, datagram, from);
				});
				socket.bind({ address, port, exclusive: true });
				return socket;
			},
		};
	}

	const listening = keepListening({
		places: addresses.map(placeAt),
		remedy: "end that program, or choose another pulse.port here and relays.pulse_port at every home",
		onTrouble: options.onTrouble,
		onListening: (socket, { name }) => void bound.set(name, socket),
		onClosed: (_, { name }) => void bound.delete(name),
	});

	return {
		start: listening.start,
		stop() {
			stopped = true;
			listening.stop();
		},
		towards(address) {
			const own = addresses.find((candidate) => familyOf(candidate) === familyOf(address));
			return own && bound.get(portName({ protocol: "udp", address: own, port }));
		},
	};
}

/** Sends a datagram, or loses it: what matters is said again. */
export function sendFrom(socket: Socket, datagram: Buffer, port: number, address: string): void {
	try {
		socket.send(datagram, port, address, () => {});
	} catch {
		// The socket was closed in between; it is opened anew.
	}
}
