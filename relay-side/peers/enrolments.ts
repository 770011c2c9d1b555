import { readKey } from "../../shared/keys.ts";
import { MINUTE } from "../../shared/time.ts";
import { type Peer, type PeerSettings, presharedKeyMark } from "../../shared/wireguard.ts";
import type { EnrolmentPeer } from "../facts.ts";

/** What an enrolment's peer must be like. */
export interface WantedEnrolment extends PeerSettings {
	presharedKeyMark: string;
}

/** Milliseconds of silence after which such a peer is made anew, and between two such times. */
export const silentFor = 1 * MINUTE;

/** The peers through which homes may ask to join. */
export interface Enrolments {
	/** Those that can be set now: not with a key that is a home's, nor at an address that is; homes come first. */
	wanted(
		peers: readonly EnrolmentPeer[],
		taken: { keys: ReadonlySet<string>; addresses: ReadonlySet<string> },
	): Promise<WantedEnrolment[]>;
	/**
	 * Those that have been silent long enough to be made anew: a machine without a clock that was started again speaks from
	 * the past, and WireGuard drops that until it has forgotten the peer.
	 */
	silent(wanted: readonly WantedEnrolment[], present: ReadonlyMap<string, Peer>): WantedEnrolment[];
}

export function createEnrolments(options: {
	/** Milliseconds, steadily growing. */
	now: () => number;
	/** Seconds since 1970, as WireGuard counts handshakes. */
	wallClock: () => number;
}): Enrolments {
	const { now, wallClock } = options;
	/** When each was made, or made anew. */
	const madeAt = new Map<string, number>();

	return {
		async wanted(peers, { keys, addresses }) {
			const wanted: WantedEnrolment[] = [];
			for (const { publicKey, presharedKeyFile, address } of peers) {
				if (keys.has(publicKey) || addresses.has(address)) continue;
				// Without its preshared key it would let in who has not the whole code.
				const key = await readKey("preshared key", presharedKeyFile).catch(() => undefined);
				if (key === undefined) continue;
				wanted.push({
					publicKey,
					allowed: [address],
					presharedKeyFile,
					presharedKeyMark: presharedKeyMark(key),
				});
			}
			return wanted;
		},
		silent(wanted, present) {
			const known = new Set(wanted.map(({ publicKey }) => publicKey));
			for (const key of madeAt.keys()) if (!known.has(key)) madeAt.delete(key);
			const time = now();
			return wanted.filter(({ publicKey }) => {
				const made = madeAt.get(publicKey) ?? time;
				madeAt.set(publicKey, made);
				const { latestHandshake = 0 } = present.get(publicKey) ?? {};
				const heard = Math.abs(wallClock() - latestHandshake) * 1_000 < silentFor;
				if (heard || time - made < silentFor) return false;
				madeAt.set(publicKey, time);
				return true;
			});
		},
	};
}
