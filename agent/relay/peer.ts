import { type Address, type Endpoint, endpointText } from "../../shared/address.ts";
import {
	type Device,
	hostNetwork,
	type Peer,
	type PeerSettings,
	type WireGuard,
} from "../../shared/wireguard.ts";

/** What makes the relay our interface's peer. */
export interface RelayPeerSettings {
	publicKey: string;
	addresses: readonly Address[];
	presharedKeyFile: string | undefined;
	/** Stands for the key in that file. */
	presharedKeyMark: string | undefined;
}

/** The relay as the one peer of our interface. */
export interface RelayPeer {
	/** The peer as it is, on a device that was just looked at or is looked at now; removes all others. */
	find(signal?: AbortSignal, device?: Device): Promise<Peer | undefined>;
	/** True when it is as configured, and its packets go to this endpoint. */
	isAsWanted(peer: Peer, endpoint: Endpoint): boolean;
	/** Adds or changes it; a session lives on. */
	set(endpoint: Endpoint): Promise<void>;
	/** Removes and adds it, which throws the session away and forces a handshake. */
	renew(endpoint: Endpoint): Promise<void>;
	/** Has WireGuard send from another UDP port, which the kernel chooses; a session lives on. */
	changePort(): Promise<void>;
	/** Seconds since the latest handshake; infinite when there was none since the peer was added. */
	handshakeAge(): Promise<number>;
}

/** Seconds between WireGuard's own keepalives: they hold the NAT open should the agent not run. */
const keepalive = 25;

/** Keeps the relay among the peers of this interface. */
export function relayPeer(wireguard: WireGuard, relay: RelayPeerSettings, clock: () => Date): RelayPeer {
	async function peers(signal?: AbortSignal, device?: Device): Promise<readonly Peer[]> {
		return (device ?? (await wireguard.device(signal)))?.peers ?? [];
	}

	const isRelay = ({ publicKey }: Peer) => publicKey === relay.publicKey;

	function settings(endpoint: Endpoint): PeerSettings {
		return {
			publicKey: relay.publicKey,
			endpoint,
			allowed: relay.addresses,
			presharedKeyFile: relay.presharedKeyFile,
			keepalive,
		};
	}

	return {
		async find(signal, device) {
			const all = await peers(signal, device);
			const strangers = all.filter((peer) => !isRelay(peer));
			if (strangers.length > 0) await wireguard.removePeers(strangers.map(({ publicKey }) => publicKey));
			return all.find(isRelay);
		},
		isAsWanted: (peer, endpoint) =>
			peer.endpoint !== undefined &&
			endpointText(peer.endpoint) === endpointText(endpoint) &&
			peer.keepalive === keepalive &&
			peer.presharedKeyMark === relay.presharedKeyMark &&
			[...peer.allowed].sort().join() === [...relay.addresses].map(hostNetwork).sort().join(),
		set: (endpoint) => wireguard.setPeers([settings(endpoint)]),
		renew: (endpoint) => wireguard.renewPeer(settings(endpoint)),
		changePort: () => wireguard.setInterface({ listenPort: 0 }),
		async handshakeAge() {
			const latest = (await peers()).find(isRelay)?.latestHandshake;
			if (!latest) return Number.POSITIVE_INFINITY;
			// By the wall clock, which may have been set back since.
			return Math.abs(clock().getTime() / 1_000 - latest);
		},
	};
}
