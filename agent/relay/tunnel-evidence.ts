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
	sentences(): string[];
}

/** Collects it while the tunnel is looked after. */
export function tunnelEvidence(clock: () => Date): TunnelEvidence {
	let peer: { latestHandshake: number; received: number } | undefined;
	let arrives: boolean | undefined;
	let path: boolean | undefined;

	function handshake(): string {
		if (!peer?.latestHandshake) return say`WireGuard has made no handshake with it`;
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
		sentences() {
			const said = [handshake()];
			if (arrives !== undefined)
				said.push(arrives ? say`bytes arrive from it` : say`no byte arrives from it`);
			if (path !== undefined)
				said.push(path ? say`it is reached outside the tunnel` : say`nor is it reached outside the tunnel`);
			return said;
		},
	};
}
