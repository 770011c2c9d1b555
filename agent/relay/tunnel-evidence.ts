import { spanOf } from "../../shared/health.ts";
import { SECOND } from "../../shared/time.ts";
import type { Peer } from "../../shared/wireguard.ts";
import { say } from "../../shared/words/say.ts";

/** What a silent tunnel shows of its cause. */
export interface TunnelEvidence {
	/** The relay as WireGuard's peer; undefined when it is none. */
	seePeer(peer: Pick<Peer, "latestHandshake" | "received"> | undefined): void;
	/** Whether the relay is reached outside the tunnel; undefined when that cannot be told. */
	seePath(works: boolean | undefined): void;
	/** Whether the relay's name is resolved: somebody in the internet answers. */
	seeNames(resolved: boolean): void;
	sentences(): string[];
	/** The same without what grows by itself, for sentences that stand for a while. */
	lasting(): string[];
}

/** Collects it while the tunnel is looked after. */
export function tunnelEvidence(clock: () => Date): TunnelEvidence {
	let peer: { latestHandshake: number; received: number } | undefined;
	let arrives: boolean | undefined;
	let path: boolean | undefined;
	let names = false;

	function seen(): string[] {
		const said: string[] = [];
		if (arrives !== undefined) said.push(arrives ? say`bytes arrive from it` : say`no byte arrives from it`);
		if (path) said.push(say`it is reached outside the tunnel`);
		// Then somebody in the internet answers, at least the provider.
		if (path === false)
			said.push(
				names
					? say`it is not reached outside the tunnel, though names are resolved`
					: say`it is not reached outside the tunnel`,
			);
		return said;
	}

	function handshake(): string {
		if (!peer?.latestHandshake) return say`no WireGuard handshake comes about with it`;
		const age = Math.max(0, Math.round(clock().getTime() / SECOND - peer.latestHandshake));
		return say`the last handshake was ${spanOf(age)} ago`;
	}

	return {
		seePeer(found) {
			arrives = found && peer ? found.received > peer.received : undefined;
			peer = found && { latestHandshake: found.latestHandshake, received: found.received };
		},
		seePath(works) {
			path = works;
		},
		seeNames(resolved) {
			names = resolved;
		},
		sentences: () => [handshake(), ...seen()],
		lasting: () => (peer?.latestHandshake ? seen() : [handshake(), ...seen()]),
	};
}
