import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { SECOND } from "../../shared/time.ts";

/**
 * Connections that one home may keep open, and all who are no home together. A home's agent uses one at a time; the rest
 * is for other programs at home, which must not keep the agent out.
 */
const each = 100;

/** All together. */
const most = 1_000;

/**
 * Milliseconds that a check-in may take while everybody has one connection. When thousands come at once, to close those who
 * came first would end each just before its answer.
 */
const itsTime = 5 * SECOND;

/** The other end of a connection, by which it is known: what is spoken on it over TLS comes from another object. */
export interface End {
	remoteAddress?: string | undefined;
	remotePort?: number | undefined;
}

export interface SharedConnections {
	/** Whoever speaks on it has shown to be the home's agent: it gives way to no newcomer. */
	believe(end: End): void;
}

/** Connections of one, the oldest first: whether they are believed, and since when they are open. */
type Share = Map<Socket, { believed: boolean; since: number }>;

/**
 * Lets nobody use up the connections of all: one over somebody's share takes the place of the oldest of it on which nobody has
 * shown to be the home, and one over all that of the oldest of who has the most, so that many who conspire keep no quiet
 * home out; where nobody has more than one, who came first has its time, unless its last one came to nothing. Those that are
 * closed are told. Who is to show it has two seconds: in that time the guard (the chain checkin_flood) takes no more newcomers
 * of one address than make a share. Only a burst after a pause is quicker, and the agent comes again.
 */
export function shareConnections(
	server: Pick<EventEmitter, "on">,
	options: {
		/** Whether it comes from a home's address. Processes of this machine have a whole network of others. */
		isHome(socket: Socket): boolean;
		onClosed(): void;
		/** Milliseconds, steadily growing. */
		now?: () => number;
	},
): SharedConnections {
	const now = options.now ?? (() => performance.now());
	const open = new Map<string, Share>();
	/** Whose last connection took its place and showed nothing: of these the next one has no time of its own. */
	const idle = new Set<string>();
	let total = 0;

	function forget(holder: string, socket: Socket): void {
		const own = open.get(holder);
		const state = own?.get(socket);
		if (!own || !state) return;
		own.delete(socket);
		total -= 1;
		if (own.size > 0) return;
		open.delete(holder);
		if (!state.believed) idle.add(holder);
	}

	function close(socket: Socket): void {
		socket.destroy();
		options.onClosed();
	}

	/** Closes the oldest that is not believed; false when there is none. */
	function giveWay(holder: string, own: Share): boolean {
		for (const [socket, { believed }] of own) {
			if (believed) continue;
			forget(holder, socket);
			close(socket);
			return true;
		}
		return false;
	}

	/** Closes one, which may be the newcomer. */
	function makeRoom(newcomer: string, socket: Socket): void {
		const [first, ...others] = open;
		const [holder, own] = others.reduce((most, one) => (one[1].size > most[1].size ? one : most), first!);
		const [oldest] = own.keys();
		const isShared = own.size === 1;
		if (isShared && giveWayOfIdle()) return;
		if (isShared && now() - own.get(oldest!)!.since < itsTime) {
			forget(newcomer, socket);
			// It was given no time to show anything.
			idle.delete(newcomer);
			close(socket);
		} else if (!giveWay(holder, own)) {
			forget(holder, oldest!);
			close(oldest!);
		}
	}

	function giveWayOfIdle(): boolean {
		for (const [holder, own] of open) if (idle.has(holder) && giveWay(holder, own)) return true;
		return false;
	}

	server.on("connection", (socket: Socket) => {
		const holder = options.isHome(socket) ? (socket.remoteAddress ?? "") : "";
		const own: Share = open.get(holder) ?? new Map();
		if (own.size >= each && !giveWay(holder, own)) return close(socket);
		own.set(socket, { believed: false, since: now() });
		open.set(holder, own);
		total += 1;
		socket.once("close", () => forget(holder, socket));
		if (total > most) makeRoom(holder, socket);
	});

	return {
		believe({ remoteAddress = "", remotePort }) {
			const own = open.get(remoteAddress);
			idle.delete(remoteAddress);
			for (const [socket, state] of own ?? []) if (socket.remotePort === remotePort) state.believed = true;
		},
	};
}
