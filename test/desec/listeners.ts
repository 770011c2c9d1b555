import { once } from "node:events";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

export interface ListenAt {
	host: string;
	/** 0 takes a free one, and the same again after `closeAll`. */
	port: number;
}

export interface Listeners {
	/** Where it listens, in the order asked for. */
	addresses: readonly ListenAt[];
	/** Stops listening and cuts every connection. */
	close(): Promise<void>;
	/** Listens again on the same ports. */
	open(): Promise<void>;
}

/**
 * HTTP, or HTTPS when a certificate is given, on several addresses. While `garbled()` is true a connection is answered
 * with something that is neither.
 */
export async function listen(
	handler: RequestListener,
	at: readonly ListenAt[],
	tls: { cert: string | Buffer; key: string | Buffer } | undefined,
	garbled: () => boolean,
): Promise<Listeners> {
	const http = tls ? createHttps(tls, handler) : createHttp(handler);
	const sockets = new Set<Socket>();
	const accept = (socket: Socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		socket.on("error", () => socket.destroy());
		if (garbled()) socket.end("220 mail.example.net ESMTP\r\n");
		else http.emit("connection", socket);
	};
	const addresses = at.map((one) => ({ ...one }));
	let servers: Server[] = [];

	async function open() {
		if (servers.length > 0) return;
		for (const address of addresses) {
			const server = createServer(accept);
			servers.push(server);
			server.listen(address.port, address.host);
			await once(server, "listening");
			address.port = (server.address() as AddressInfo).port;
		}
	}

	async function close() {
		const closing = servers.map((server) => new Promise((done) => server.close(done)));
		servers = [];
		for (const socket of sockets) socket.destroy();
		await Promise.all(closing);
	}

	try {
		await open();
	} catch (error) {
		await close();
		throw error;
	}
	return { addresses, open, close };
}
