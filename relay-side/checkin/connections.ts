import type { Server, Socket } from "node:net";

/**
 * Connections that one address may keep open. A home's agent uses one at a time; the rest is for other programs at home,
 * whose slow ones must not keep the agent out.
 */
const perAddress = 100;

/** All together. */
const most = 1_000;

/** Lets no address use up the connections of all: those over its share are closed, and told. */
export function shareConnections(server: Server, onClosed: () => void): void {
	const open = new Map<string, number>();
	server.maxConnections = most;
	server.on("connection", (socket: Socket) => {
		const from = socket.remoteAddress ?? "";
		const count = (open.get(from) ?? 0) + 1;
		if (count > perAddress) {
			socket.destroy();
			onClosed();
			return;
		}
		open.set(from, count);
		socket.once("close", () => {
			const left = open.get(from)! - 1;
			if (left > 0) open.set(from, left);
			else open.delete(from);
		});
	});
}
