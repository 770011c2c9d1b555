import { createServer, type Server, type Socket } from "node:net";
import { type Address, parseAddress } from "../../shared/address.ts";
import type { HeimwegError } from "../../shared/errors.ts";
import { longestRequest } from "../../shared/invitation/exchange.ts";
import { mostSlots } from "../../shared/invitation/slots.ts";
import { keepListening } from "../../shared/listen.ts";
import { portName } from "../../shared/port-holder.ts";
import { SECOND } from "../../shared/time.ts";

/** How long a connection may take to say what it wants, and to take the answer. */
const patience = 10 * SECOND;

/** Connections at once; each is for one short line. */
const mostOpen = 16;

/** Of them, one invitation's: whoever has a code must not keep the others out. A new one ends the oldest. */
const mostEach = mostOpen / mostSlots;

export interface EnrolmentListener {
	stop(): void;
}

/**
 * Listens for the one line of a home that wants to join, and sends the one line that answers it. Whose line is
 * undefined gets none: it has proven nothing.
 */
export function listenForEnrolments(options: {
	/** Ours inside the tunnel. */
	address: Address;
	port: number;
	/** Whether an invitation has this address now; others are hung up on. */
	isEnrolling(from: Address): boolean;
	answer(from: Address, line: string): Promise<string | undefined>;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
}): EnrolmentListener {
	const { address, port } = options;
	/** In the order of their coming, with their addresses. */
	const open = new Map<Socket, Address | undefined>();
	const where = { protocol: "tcp", address, port } as const;

	function take(socket: Socket): void {
		const from = addressOf(socket);
		const others = [...open].filter(([one, address]) => address === from && !one.destroyed);
		if (others.length >= mostEach) others[0]![0].destroy();
		open.set(socket, from);
		socket.once("close", () => open.delete(socket));
		// Whoever breaks off asks again.
		socket.on("error", () => {});
		if (from === undefined || !options.isEnrolling(from)) return void socket.destroy();
		const timer = setTimeout(() => socket.destroy(), patience);
		socket.once("close", () => clearTimeout(timer));
		let text = "";
		let asked = false;
		socket.setEncoding("latin1").on("data", (chunk: string) => {
			if (asked) return;
			text += chunk;
			const end = text.indexOf("\n");
			if (end < 0 && text.length <= longestRequest) return;
			asked = true;
			if (end < 0 || end > longestRequest) return void socket.destroy();
			options.answer(from, text.slice(0, end)).then(
				(line) => (line === undefined ? socket.destroy() : socket.end(line)),
				() => socket.destroy(),
			);
		});
	}

	const listening = keepListening<Server>({
		places: [
			{
				name: portName(where),
				port: where,
				open() {
					const server = createServer({ noDelay: true }, take);
					server.maxConnections = mostOpen;
					return server.listen({ host: address, port, exclusive: true });
				},
			},
		],
		remedy: "end that program, or choose another invite.port; codes that were made before are then void",
		onTrouble: options.onTrouble,
		close: end,
	});

	function end(server: Server): void {
		server.close();
		for (const socket of open.keys()) socket.destroy();
	}

	listening.start();
	return { stop: listening.stop };
}

function addressOf({ remoteAddress = "" }: Socket): Address | undefined {
	try {
		return parseAddress(remoteAddress.replace(/%.*/, ""));
	} catch {
		return undefined;
	}
}
