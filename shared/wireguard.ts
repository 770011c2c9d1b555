import { type Address, type Cidr, type Endpoint, endpointText, parseAddress } from "./address.ts";
import { CommandError, type RunCommand } from "./command.ts";
import { HeimwegError } from "./errors.ts";
import {
	type Device,
	type EndpointLine,
	type Peer,
	parseEndpoints,
	parseInSlices,
	rememberedNetworks,
} from "./wireguard-output.ts";

export { type Device, type Peer, presharedKeyMark } from "./wireguard-output.ts";

/** How a peer should be. */
export interface PeerSettings {
	publicKey: string;
	endpoint?: Endpoint | undefined;
	allowed: readonly Address[];
	/** Path of a file that holds the key; the key itself must not stand in a process list. */
	presharedKeyFile?: string | undefined;
	/** Seconds. */
	keepalive?: number;
}

/** The `wg` command for one interface. */
export interface WireGuard {
	/** Reads the device; undefined when there is no such interface, or it is none of WireGuard's. */
	device(signal?: AbortSignal): Promise<Device | undefined>;
	/** Endpoint by public key, for peers that have one; the same object for what is as it was at the call before. */
	endpoints(signal?: AbortSignal): Promise<Map<string, Endpoint>>;
	setInterface(settings: { privateKeyFile?: string; listenPort?: number }): Promise<void>;
	/** Adds or changes peers in one go, without touching their sessions. */
	setPeers(peers: readonly PeerSettings[]): Promise<void>;
	removePeers(publicKeys: readonly string[]): Promise<void>;
	/**
	 * Removes and adds a peer again: the only way to force a handshake, and the only way to make this side forget the
	 * newest handshake time that it saw of the peer (WireGuard's replay protection).
	 */
	renewPeer(peer: PeerSettings): Promise<void>;
}

/** How many peers go into one command, to stay far under the kernel's limit for arguments. */
const batch = 500;

export function wireguard(run: RunCommand, name: string): WireGuard {
	const set = async (...args: string[]) => {
		try {
			await run("wg", ["set", name, ...args]);
		} catch (error) {
			throw withoutKey(error);
		}
	};

	let lines = new Map<string, EndpointLine>();
	const networks = rememberedNetworks();

	async function show(what: string, signal?: AbortSignal): Promise<string> {
		return run("wg", ["show", name, what], signal ? { signal } : {});
	}

	async function eachBatch<T>(
		items: readonly T[],
		act: (items: readonly T[]) => Promise<void>,
	): Promise<void> {
		for (let at = 0; at < items.length; at += batch) await act(items.slice(at, at + batch));
	}

	return {
		async device(signal) {
			try {
				return await parseInSlices(await show("dump", signal), networks);
			} catch (error) {
				const gone =
					/No such device|Operation not supported|Not supported|Unable to access interface: Protocol/;
				if (error instanceof CommandError && gone.test(error.stderr)) return undefined;
				throw error;
			}
		},
		async endpoints(signal) {
			lines = await parseEndpoints(await show("endpoints", signal), lines);
			const found = new Map<string, Endpoint>();
			for (const [key, { endpoint }] of lines) if (endpoint) found.set(key, endpoint);
			return found;
		},
		setInterface: ({ privateKeyFile, listenPort }) =>
			set(
				...(listenPort === undefined ? [] : ["listen-port", String(listenPort)]),
				...(privateKeyFile === undefined ? [] : ["private-key", privateKeyFile]),
			),
		setPeers: (peers) => eachBatch(peers, (some) => set(...some.flatMap(peerArguments))),
		removePeers: (keys) => eachBatch(keys, (some) => set(...some.flatMap((key) => ["peer", key, "remove"]))),
		// One command: between two, every connection attempt would fail with "host unreachable".
		renewPeer: (peer) => set("peer", peer.publicKey, "remove", ...peerArguments(peer)),
	};
}

/** Of a key file that holds no key, `wg` prints what it holds instead. */
function withoutKey(error: unknown): unknown {
	if (!(error instanceof CommandError) || !/^Key is not the correct/m.test(error.stderr)) return error;
	return new HeimwegError("wg refused a key: a key file does not hold a WireGuard key any more", {
		remedy: 'look at the files that private_key_file and preshared_key_file name; "wg genkey" makes a key',
	});
}

function peerArguments(peer: PeerSettings): string[] {
	return [
		"peer",
		peer.publicKey,
		// /dev/null holds no key: that is how wg(8) takes one away.
		"preshared-key",
		peer.presharedKeyFile ?? "/dev/null",
		...(peer.endpoint ? ["endpoint", endpointText(peer.endpoint)] : []),
		...(peer.keepalive === undefined ? [] : ["persistent-keepalive", String(peer.keepalive)]),
		"allowed-ips",
		peer.allowed.map((address) => hostNetwork(address)).join(","),
	];
}

/** The network that holds just this address. */
export function hostNetwork(address: Address): Cidr {
	// To read it as a network would take 75 us, for each address of thousands of homes.
	return `${address}/${address.includes(":") ? 128 : 32}` as Cidr;
}

/** The tunnel address of a peer that has just one network of the family, as ours do. */
export function addressesOf(peer: Peer): Address[] {
	return peer.allowed.map((network) => parseAddress(network.slice(0, network.indexOf("/"))));
}
