import type { Server, Socket } from "node:net";

/**
 * Connections that one home may keep open, and all who are no home together. A home's agent uses one at a time; the rest
 * is for other programs at home, whose slow ones must not keep the agent out.
 */
const each = 100;

/** All together. */
const most = 1_000;

/**
 * Lets nobody use up the connections of all: one over somebody's share is closed, and one over all makes who has the
 * most lose the oldest, so that many who conspire keep no quiet home out. Those that are closed are told.
 */
export function shareConnections(
	server: Server,
	options: {
		/** Whether it comes from a home's address. Processes of this machine have a whole network of others. */
		isHome(socket: Socket): boolean;
		onClosed(): void;
	},
): void {
	const open = new Map<string, Set<Socket>>();
	let total = 0;

	function forget(holder: string, socket: Socket): void {
		const own = open.get(holder);
		if (!own?.delete(socket)) return;
		total -= 1;
		if (own.size === 0) open.delete(holder);
	}

	function makeRoom(): void {
		const [first, ...others] = open;
		const [holder, sockets] = others.reduce((most, one) => (one[1].size > most[1].size ? one : most), first!);
		const [oldest] = sockets;
		forget(holder, oldest!);
		oldest!.destroy();
		options.onClosed();
	}

	server.on("connection", (socket: Socket) => {
		const holder = options.isHome(socket) ? (socket.remoteAddress ?? "") : "";
		const own = open.get(holder) ?? new Set();
		if (own.size >= each) {
			socket.destroy();
			options.onClosed();
			return;
		}
		own.add(socket);
		open.set(holder, own);
		total += 1;
		socket.once("close", () => forget(holder, socket));
		if (total > most) makeRoom();
	});
}
