import { constants } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { type Address, parseAddress } from "../../shared/address.ts";
import type { Listener } from "../../shared/listen.ts";
import { checkinCipher, checkinIdentity } from "../../shared/protocol/checkin.ts";
import { SECOND } from "../../shared/time.ts";
import { type End, shareConnections } from "./connections.ts";

/** Who spoke: with which key over TLS, or without one. */
export type Speaker = { key: Buffer } | "unproven";

export interface Front extends Listener {
	/** The connection is that of the home's agent, and is not closed for another one's sake. */
	believe(end: End): void;
}

export interface FrontOptions {
	address: Address;
	port: number;
	isHome(address: Address): boolean;
	/** The pre-shared key of the home with this tunnel address. */
	keyOf(address: Address): Buffer | undefined;
	onRequest(request: IncomingMessage, response: ServerResponse, speaker: Speaker): void;
	/** What came is no HTTP, or a method that asks for a tunnel. */
	onNoRequest(error: Error | "CONNECT", socket: Duplex): void;
	/** TLS did not come about; the address that it was tried from. */
	onNoTls(address: Address | undefined): void;
	/** A connection was one too many, or said nothing. */
	onClosed(status: number): void;
	/** Milliseconds until a connection has said what it wants: its first byte, TLS's handshake, HTTP's header. */
	patience?: number;
}

/** How long a connection may take, unless told, to say what it wants. */
const usualPatience = 5 * SECOND;

/** How long a long list may take over a slow line. */
const requestPatience = 120 * SECOND;

/** How often requests that take too long are looked for; Node's own 30 s would let slow ones pile up. */
const lookEvery = 2 * SECOND;

/** The first byte of TLS: a record of the handshake (RFC 8446, section 5.1). No method of HTTP begins with it. */
const handshakeRecord = 0x16;

/**
 * HTTP on one port, over TLS with a pre-shared key or, as in version 1, without. There is no certificate: who has not
 * the home's key gets nowhere. Tickets are off, because a session that is resumed never asks for the key, and a home
 * that was removed would go on.
 */
export function openFront(options: FrontOptions): Front {
	const { patience = usualPatience } = options;
	/** With which key a connection was proven. */
	const proven = new WeakMap<object, Buffer>();
	const secured = new WeakSet<object>();
	const open = new Set<Socket>();

	const take = (request: IncomingMessage, response: ServerResponse) => {
		const { socket } = request;
		if (!(socket instanceof TLSSocket)) return options.onRequest(request, response, "unproven");
		const key = proven.get(socket);
		if (key) options.onRequest(request, response, { key });
		else socket.destroy();
	};
	const httpOptions = { connectionsCheckingInterval: lookEvery, requireHostHeader: false };
	const plain = createHttpServer(httpOptions, take);
	const secure = createHttpsServer(
		{
			...httpOptions,
			minVersion: "TLSv1.3",
			ciphers: checkinCipher,
			secureOptions: constants.SSL_OP_NO_TICKET,
			handshakeTimeout: patience,
			pskCallback(socket, identity) {
				const from = addressOf(socket);
				const key = identity === checkinIdentity && from ? options.keyOf(from) : undefined;
				if (key) proven.set(socket, key);
				return key ?? null;
			},
		},
		take,
	);
	secure.on("secureConnection", (socket) => secured.add(socket));
	for (const server of [plain, secure]) {
		// What Node would refuse by itself would not be counted.
		server.on("checkExpectation", take);
		server.on("connect", (_, socket) => options.onNoRequest("CONNECT", socket));
		server.on("clientError", (error, socket) => {
			if (!(socket instanceof TLSSocket) || secured.has(socket)) options.onNoRequest(error, socket);
			else {
				const from = addressOf(socket);
				socket.destroy();
				options.onNoTls(from);
			}
		});
		server.requestTimeout = requestPatience;
		server.headersTimeout = patience;
		server.maxHeadersCount = 50;
		// Neither listens itself: only with this does it look for requests that take too long.
		server.emit("listening");
	}

	const front = createServer({ allowHalfOpen: true, noDelay: true });
	const { believe } = shareConnections(front, {
		isHome(socket) {
			const from = addressOf(socket);
			return from !== undefined && options.isHome(from);
		},
		onClosed: () => options.onClosed(429),
	});
	front.on("connection", (socket: Socket) => {
		if (socket.destroyed) return;
		open.add(socket);
		socket.once("close", () => open.delete(socket));
		const ignore = () => {};
		socket.on("error", ignore);
		const end = (status: number) => {
			socket.destroy();
			options.onClosed(status);
		};
		const timer = setTimeout(end, patience, 408);
		socket.once("close", () => clearTimeout(timer));
		socket.once("readable", () => {
			clearTimeout(timer);
			const first: Buffer | null = socket.read();
			// It was closed without a word.
			if (!first) return void socket.destroy();
			socket.unshift(first);
			begin(() => {
				socket.off("error", ignore);
				if (!socket.destroyed) (first[0] === handshakeRecord ? secure : plain).emit("connection", socket);
			});
		});
	});
	const begin = oneEachTurn();
	front.listen({ host: options.address, port: options.port });

	return {
		on: (event: "error" | "listening", act: (error: Error) => void) => front.on(event, act),
		believe,
		close() {
			for (const server of [front, plain, secure]) server.close();
			for (const socket of open) socket.destroy();
		},
	};
}

/**
 * Does one thing in each turn of the loop. A handshake takes a millisecond, and of pulses no more than 32 are read in a
 * turn: with a hundred handshakes in each, as when all homes come at once, most pulses would be lost.
 */
function oneEachTurn(): (act: () => void) => void {
	const waiting: Array<() => void> = [];
	const next = () => {
		waiting.shift()?.();
		if (waiting.length > 0) setImmediate(next);
	};
	return (act) => {
		if (waiting.push(act) === 1) setImmediate(next);
	};
}

/**
 * The address at the other end; undefined when it is closed by now. A neighbour's may be link-local, with an interface
 * behind it, while the guard is being set again: nothing here may throw, since nobody would catch it.
 */
export function addressOf({
	remoteAddress = "",
}: {
	remoteAddress?: string | undefined;
}): Address | undefined {
	try {
		return parseAddress(remoteAddress.replace(/%.*/, ""));
	} catch {
		return undefined;
	}
}
