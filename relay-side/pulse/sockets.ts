import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from "node:dgram";
import { type Address, familyOf } from "../../shared/address.ts";
import type { HeimwegError } from "../../shared/errors.ts";
import { keepListening, type Place } from "../../shared/listen.ts";
import { portName } from "../../shared/port-holder.ts";
import { SECOND } from "../../shared/time.ts";

export interface SocketsOptions {
	/** The relay's own tunnel addresses; nothing else is listened on. */
	addresses: readonly Address[];
	port: number;
	onDatagram(socket: Socket, datagram: Buffer, from: RemoteInfo): void;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
}

type UdpLookup = NonNullable<SocketOptions["lookup"]>;

export interface Sockets {
	start(): void;
	stop(): void;
	/** Calls when every datagram that had come by now was read. */
	caughtUp(then: () => void): void;
	/** The one that reaches this address; undefined while it is not bound. */
	towards(address: Address): Socket | undefined;
}

/** Bytes of datagrams that may wait for us, far more than systems give: each gives the most that it has. */
export const wantedRoom = 32 * 1024 * 1024;

/** Milliseconds after which whoever waits for what has come goes on: more comes than can be read. */
const patience = 2 * SECOND;

/** The pulse port on each of our addresses, tried again until it is there. */
export function openSockets(options: SocketsOptions): Sockets {
	const { addresses, port } = options;
	const bound = new Map<string, Socket>();
	let stopped = false;
	/** How many datagrams have come. */
	let received = 0;

	function placeAt(address: Address): Place<Socket> {
		const where = { protocol: "udp", address, port } as const;
		return {
			name: portName(where),
			port: where,
			open() {
				const family = familyOf(address);
				// Addresses are all that is ever sent to: Node would come back to each in a later turn. Only our own is
				// bound then, when those who want to hear of it listen.
				const lookup: UdpLookup = (text, _, done) => {
					if (text === address) process.nextTick(done, null, text, family);
					else done(null, text, family);
				};
				const socket = createSocket({ type: family === 6 ? "udp6" : "udp4", lookup });
				socket.on("listening", () => enlarge(socket));
				socket.on("message", (datagram, from) => {
					received += 1;
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
		caughtUp(then) {
			const began = performance.now();
			const wait = () => {
				const before = received;
				setImmediate(() => (received === before || performance.now() - began > patience ? then() : wait()));
			};
			// The sockets are read once between two of what is immediate, and perhaps not before the first.
			setImmediate(wait);
		},
		towards(address) {
			const own = addresses.find((candidate) => familyOf(candidate) === familyOf(address));
			return own && bound.get(portName({ protocol: "udp", address: own, port }));
		},
	};
}

/** Has the system keep as many datagrams for us as it keeps for anybody (net.core.rmem_max). */
export function enlarge(socket: Socket): void {
	try {
		socket.setRecvBufferSize(wantedRoom);
	} catch {
		// What it gives by itself has to do.
	}
}

/** Sends a datagram, or loses it: what matters is said again. */
export function sendFrom(socket: Socket, datagram: Buffer, port: number, address: string): void {
	try {
		// Without a callback, which Node would call for each in a later turn; an error is then told to nobody.
		socket.send(datagram, port, address);
	} catch {
		// The socket was closed in between; it is opened anew.
	}
}
