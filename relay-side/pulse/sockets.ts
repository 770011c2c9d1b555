import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type Address, familyOf } from "../../shared/address.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { PortTaken } from "../../shared/port-holder.ts";
import { SECOND } from "../../shared/time.ts";

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

/** Milliseconds until a port that could not be bound is tried again. */
const retryAfter = 1 * SECOND;

/** The pulse port on each of our addresses, tried again until it is there. */
export function openSockets(options: SocketsOptions): Sockets {
	/** Those that are bound, and all there are: one that is still being bound has to be closed too. */
	const sockets = new Map<Address, Socket>();
	const opened = new Set<Socket>();
	const timers = new Map<Address, NodeJS.Timeout>();
	/** What keeps an address from being served. */
	const troubles = new Map<Address, HeimwegError>();
	let stopped = false;

	function open(address: Address): void {
		if (stopped) return;
		const socket = createSocket({ type: familyOf(address) === 6 ? "udp6" : "udp4" });
		socket.on("message", (datagram, from) => {
			if (!stopped) options.onDatagram(socket, datagram, from);
		});
		socket.on("listening", () => {
			sockets.set(address, socket);
			troubles.delete(address);
			tell();
		});
		socket.on("error", (error) => {
			if (!opened.delete(socket)) return;
			sockets.delete(address);
			socket.close();
			troubles.set(address, explain(error, address, options.port));
			tell();
			timers.set(address, setTimeout(open, retryAfter, address));
		});
		opened.add(socket);
		socket.bind({ address, port: options.port, exclusive: true });
	}

	/** The first trouble stands for all, so that two of them do not take turns. */
	function tell(): void {
		const [first] = options.addresses.flatMap((address) => troubles.get(address) ?? []);
		options.onTrouble(first);
	}

	return {
		start() {
			for (const address of options.addresses) open(address);
		},
		stop() {
			stopped = true;
			for (const timer of timers.values()) clearTimeout(timer);
			for (const socket of opened) socket.close();
			opened.clear();
		},
		towards(address) {
			const own = options.addresses.find((candidate) => familyOf(candidate) === familyOf(address));
			return own && sockets.get(own);
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

function explain(error: Error, address: Address, port: number): HeimwegError {
	if (codeOf(error) === "EADDRINUSE") {
		return new PortTaken(
			{ protocol: "udp", address, port },
			"end that program, or choose another pulse.port here and relays.pulse_port at every home",
		);
	}
	return new HeimwegError(`UDP port ${port} on ${address} cannot be opened: ${messageOf(error)}`);
}
