import type { Address } from "../../../../shared/address.ts";

/** Which way a packet takes, in either direction: the relay's address, and the home's UDP port. */
export interface Way {
	relay: Address;
	port: number;
}

export interface Packet {
	kind: "initiation" | "response" | "data";
	/** The handshake, or the session that it made. */
	session: number;
	way: Way;
	/** The number of a pulse, or of the pulse that is answered; undefined in a keepalive. */
	pulse?: number | undefined;
}

interface Session {
	id: number;
	bornAt: number;
	initiator: boolean;
}

interface EndOptions {
	send(packet: Packet): void;
	/** A pulse, or an answer, came through the tunnel. */
	onPulse(pulse: number): void;
	/** A number from 0 up to, not including, `end`. */
	below(end: number): number;
	/** Where the end sends before it hears something. */
	way?: Way;
	/** Milliseconds between keepalives when nothing else is sent. */
	keepalive?: number;
}

/** WireGuard's times (whitepaper, 6), in milliseconds; with REKEY_TIMEOUT it tries a handshake again. */
const rekeyTimeout = 5_000;
const keepaliveTimeout = 10_000;
const rekeyAfter = 120_000;
const rejectAfter = 180_000;
const betweenInitiations = 20;
const triesAtMost = 18;

let sessions = 0;

/** One end's WireGuard with its one peer, as Linux does it (drivers/net/wireguard: send.c, receive.c, timers.c). */
export function wireguardEnd({ send, onPulse, below, keepalive, way: firstWay }: EndOptions) {
	const timers = new Map<string, NodeJS.Timeout>();
	let way = firstWay;
	/** In use; used before; made by the other end's handshake and not confirmed. */
	let current: Session | undefined;
	let previous: Session | undefined;
	let next: Session | undefined;
	let initiation: number | undefined;
	let initiatedAt = Number.NEGATIVE_INFINITY;
	let acceptedAt = Number.NEGATIVE_INFINITY;
	let tries = 0;
	let again = false;
	let handshake = 0;
	/** What waits for a session. */
	let waiting: Array<number | undefined> = [];

	const good = (session: Session | undefined) =>
		session !== undefined && performance.now() - session.bornAt < rejectAfter;

	function arm(name: string, milliseconds: number, act: () => void): void {
		disarm(name);
		timers.set(
			name,
			setTimeout(() => {
				timers.delete(name);
				act();
			}, milliseconds),
		);
	}

	function disarm(name: string): void {
		clearTimeout(timers.get(name));
		timers.delete(name);
	}

	function emit(packet: Omit<Packet, "way">): void {
		disarm("keepalive");
		traversed();
		if (way) send({ ...packet, way });
	}

	function traversed(): void {
		if (keepalive) arm("persistent", keepalive, sendKeepalive);
	}

	function initiate(isAgain = false): void {
		if (!isAgain) tries = 0;
		if (performance.now() - initiatedAt < rekeyTimeout) return;
		initiatedAt = performance.now();
		sessions += 1;
		initiation = sessions;
		emit({ kind: "initiation", session: initiation });
		arm("retry", rekeyTimeout + below(333), () => {
			if (tries >= triesAtMost) waiting = [];
			else initiate(true);
			tries += 1;
		});
	}

	function sendKeepalive(): void {
		if (waiting.length === 0) waiting.push(undefined);
		flush();
	}

	function flush(): void {
		if (waiting.length === 0 || !way) return;
		if (!current || !good(current)) {
			initiate();
			return;
		}
		for (const pulse of waiting.splice(0)) {
			emit({ kind: "data", session: current.id, pulse });
			if (pulse !== undefined && !timers.has("unanswered"))
				arm("unanswered", keepaliveTimeout + rekeyTimeout + below(333), initiate);
		}
		if (current.initiator && performance.now() - current.bornAt >= rekeyAfter) initiate();
	}

	function heard(from: Way): void {
		way = from;
		disarm("unanswered");
		traversed();
	}

	function shookHands(): void {
		disarm("retry");
		tries = 0;
		handshake = Math.floor(Date.now() / 1_000);
	}

	function takeInitiation({ session, way: from }: Packet): void {
		if (performance.now() - acceptedAt < betweenInitiations) return;
		acceptedAt = performance.now();
		heard(from);
		initiation = undefined;
		next = { id: session, bornAt: performance.now(), initiator: false };
		previous = undefined;
		initiatedAt = performance.now();
		emit({ kind: "response", session });
	}

	function takeResponse({ session, way: from }: Packet): void {
		if (initiation !== session) return;
		initiation = undefined;
		heard(from);
		previous = next ?? current;
		next = undefined;
		current = { id: session, bornAt: performance.now(), initiator: true };
		shookHands();
		sendKeepalive();
	}

	function takeData({ session, pulse, way: from }: Packet): void {
		const used = [current, previous, next].find((one) => one?.id === session);
		if (!used || !good(used)) return;
		heard(from);
		if (used === next) {
			previous = current;
			current = next;
			next = undefined;
			shookHands();
			flush();
		}
		if (pulse === undefined) return;
		if (timers.has("keepalive")) again = true;
		else armKeepalive();
		onPulse(pulse);
	}

	/** Who only hears says so once in a while. */
	function armKeepalive(): void {
		arm("keepalive", keepaliveTimeout, () => {
			sendKeepalive();
			if (again) armKeepalive();
			again = false;
		});
	}

	return {
		receive(packet: Packet): void {
			if (packet.kind === "initiation") takeInitiation(packet);
			else if (packet.kind === "response") takeResponse(packet);
			else takeData(packet);
		},
		transmit(pulse: number): void {
			waiting.push(pulse);
			flush();
		},
		sendKeepalive,
		/** Sends elsewhere; what waits goes there. */
		turnTo(to: Way): void {
			way = to;
			flush();
		},
		way: () => way,
		session: () => current?.id,
		handshake: () => handshake,
		forget(): void {
			for (const timer of timers.values()) clearTimeout(timer);
			timers.clear();
		},
	};
}

export type End = ReturnType<typeof wireguardEnd>;
