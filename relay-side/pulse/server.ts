import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type Address, type Endpoint, familyOf, parseAddress } from "../../shared/address.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { decodePulse, encodeAnswer, encodeNudge, type Pulse } from "../../shared/protocol/pulse.ts";

export interface PulseOptions {
	/** The relay's own tunnel addresses; nothing else is listened on. */
	addresses: readonly Address[];
	port: number;
	/** Which home a tunnel address belongs to, and its key. */
	homeAt(address: Address): { id: string; publicKey: string } | undefined;
	/** Endpoint by public key, as WireGuard sees it now. */
	endpoints(): Promise<ReadonlyMap<string, Endpoint>>;
	onPulse(home: string, interval: number): void;
	onEndpoint(home: string, endpoint: Endpoint): void;
	/** A datagram was not taken, and why. */
	onDropped(reason: "stranger" | "garbage" | "rate", home?: string): void;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
}

export interface PulseServer {
	start(): void;
	stop(): void;
	/** Sends the home a datagram that says nothing: WireGuard then starts a handshake from our side. */
	nudge(home: Address): void;
}

/**
 * Pulses that a home may send each second, and how many it may save up: its WireGuard keeps up to 128 packets while
 * there is no session (MAX_STAGED_PACKETS), and sends them in one go after an outage.
 */
const rate = 5;
const burst = 150;

/** Milliseconds until a port that could not be bound is tried again. */
const retryAfter = 1_000;

interface Waiting {
	pulse: Pulse;
	home: { id: string; publicKey: string };
	length: number;
	from: RemoteInfo;
	socket: Socket;
}

/**
 * Answers the homes' pulses with the endpoint under which WireGuard sees them. Who a home is follows from its tunnel
 * address alone, which WireGuard and the guard vouch for. Reads of the endpoints are shared and never cached: one is
 * under way at most, and it answers only pulses that came before it began.
 */
export function servePulses(options: PulseOptions): PulseServer {
	/** Those that are bound, and all there are: one that is still being bound has to be closed too. */
	const sockets = new Map<Address, Socket>();
	const opened = new Set<Socket>();
	const timers = new Map<Address, NodeJS.Timeout>();
	/** What keeps an address from being served. */
	const troubles = new Map<Address, HeimwegError>();
	const allowance = new Map<string, { tokens: number; at: number }>();
	let waiting: Waiting[] = [];
	let reading = false;
	let stopped = false;

	function open(address: Address): void {
		if (stopped) return;
		const socket = createSocket({ type: familyOf(address) === 6 ? "udp6" : "udp4" });
		socket.on("message", (datagram, from) => receive(socket, datagram, from));
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

	function receive(socket: Socket, datagram: Buffer, from: RemoteInfo): void {
		if (stopped) return;
		const home = options.homeAt(parseAddress(from.address.replace(/%.*/, "")));
		const pulse = decodePulse(datagram);
		if (!home || !pulse || !take(home.id)) {
			options.onDropped(home ? (pulse ? "rate" : "garbage") : "stranger", home?.id);
			return;
		}
		options.onPulse(home.id, pulse.interval);
		waiting.push({ pulse, home, length: datagram.length, from, socket });
		void answerAll();
	}

	function take(home: string): boolean {
		const now = performance.now();
		const { tokens, at } = allowance.get(home) ?? { tokens: burst, at: now };
		const filled = Math.min(burst, tokens + ((now - at) / 1_000) * rate);
		const granted = filled >= 1;
		// What is refused costs nothing: else a home that sends too much would never get through again.
		allowance.set(home, { tokens: granted ? filled - 1 : filled, at: now });
		return granted;
	}

	async function answerAll(): Promise<void> {
		if (reading) return;
		reading = true;
		while (waiting.length > 0 && !stopped) {
			const batch = waiting;
			waiting = [];
			let endpoints: ReadonlyMap<string, Endpoint> = new Map();
			try {
				endpoints = await options.endpoints();
			} catch {
				// The pulse is answered all the same: the tunnel works, only the address is not known.
			}
			for (const one of batch) answer(one, endpoints.get(one.home.publicKey));
		}
		reading = false;
	}

	function answer({ pulse, home, length, from, socket }: Waiting, endpoint: Endpoint | undefined): void {
		if (endpoint) options.onEndpoint(home.id, endpoint);
		send(socket, encodeAnswer(pulse.nonce, endpoint, length), from.port, from.address);
	}

	function send(socket: Socket, datagram: Buffer, port: number, address: string): void {
		try {
			// An answer that cannot be sent is a lost one; the next pulse asks again.
			socket.send(datagram, port, address, () => {});
		} catch {
			// The socket was closed in between; it is opened anew.
		}
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
		nudge(home) {
			const own = options.addresses.find((address) => familyOf(address) === familyOf(home));
			const socket = own && sockets.get(own);
			if (socket) send(socket, encodeNudge(), options.port, home);
		},
	};
}

function explain(error: Error, address: Address, port: number): HeimwegError {
	if (codeOf(error) === "EADDRINUSE") {
		return new HeimwegError(`UDP port ${port} on ${address} is in use by another program`, {
			remedy: "end that program, or choose another pulse.port here and relays.pulse_port at every home",
		});
	}
	return new HeimwegError(`UDP port ${port} on ${address} cannot be opened: ${messageOf(error)}`);
}
