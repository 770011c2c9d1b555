import { createHash } from "node:crypto";
import {
	type Address,
	type Cidr,
	type Endpoint,
	endpointText,
	parseAddress,
	parseCidr,
	parseEndpoint,
} from "./address.ts";
import { CommandError, type RunCommand } from "./command.ts";
import { HeimwegError } from "./errors.ts";

/** A peer as `wg show IFACE dump` tells. */
export interface Peer {
	publicKey: string;
	/** Stands for the preshared key, which is never kept; undefined without one. */
	presharedKeyMark: string | undefined;
	endpoint: Endpoint | undefined;
	allowed: Cidr[];
	/** Seconds since 1970; 0 when there was none. */
	latestHandshake: number;
	/** Seconds; 0 for off. */
	keepalive: number;
	received: number;
	sent: number;
}

/** A WireGuard interface as `wg show IFACE dump` tells; its private key is never kept. */
export interface Device {
	/** Empty when no private key is set. */
	publicKey: string;
	/** 0 until the interface was up. */
	listenPort: number;
	peers: Peer[];
}

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
				return parseDump(await show("dump", signal));
			} catch (error) {
				const gone =
					/No such device|Operation not supported|Not supported|Unable to access interface: Protocol/;
				if (error instanceof CommandError && gone.test(error.stderr)) return undefined;
				throw error;
			}
		},
		async endpoints(signal) {
			lines = parseEndpoints(await show("endpoints", signal), lines);
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
	return parseCidr(`${address}/${address.includes(":") ? 128 : 32}`);
}

/** Stands for a preshared key where two are compared. */
export function presharedKeyMark(key: string): string {
	return createHash("sha256").update(key).digest("base64url");
}

/** A WireGuard key as `wg` prints it. */
const keyText = /^[A-Za-z0-9+/]{43}=$/;

/** Fields of a peer's line in a dump; the interface's own has fewer. */
const peerFields = 8;

/** Stands for a public key that could not be read; it is nobody's, and no blank interface's. */
const unreadKey = "?";

/**
 * Reads `wg show IFACE dump`: tab-separated, the interface first. A field that cannot be read costs that field (a
 * packet with UDP source port 0 gives a peer the endpoint `IP:0`), a line without a peer's key that line.
 */
export function parseDump(text: string): Device {
	const lines = text.split("\n").filter(Boolean);
	const own = lines[0]?.split("\t") ?? ["", "(none)"];
	const [, publicKey = unreadKey, listenPort = ""] = own.length < peerFields ? own : [];
	return {
		publicKey: publicKey === "(none)" ? "" : keyText.test(publicKey) ? publicKey : unreadKey,
		listenPort: readCount(listenPort),
		peers: lines.slice(own.length < peerFields ? 1 : 0).flatMap(parsePeer),
	};
}

function parsePeer(line: string): Peer[] {
	const [publicKey = "", preshared = "", endpoint = "", allowed = "", handshake, received, sent, keepalive] =
		line.split("\t");
	if (!keyText.test(publicKey)) return [];
	return [
		{
			publicKey,
			presharedKeyMark: preshared === "(none)" ? undefined : presharedKeyMark(preshared),
			endpoint: readEndpoint(endpoint),
			allowed: allowed.split(",").flatMap(readNetwork),
			latestHandshake: readCount(handshake),
			received: readCount(received),
			sent: readCount(sent),
			keepalive: readCount(keepalive),
		},
	];
}

/** A peer's line of `wg show IFACE endpoints`. */
interface EndpointLine {
	text: string;
	endpoint: Endpoint | undefined;
}

/** Of thousands of peers few have moved since the lines were read before: these alone are parsed. */
function parseEndpoints(text: string, before: ReadonlyMap<string, EndpointLine>): Map<string, EndpointLine> {
	const found = new Map<string, EndpointLine>();
	for (const line of text.split("\n")) {
		const tab = line.indexOf("\t");
		const key = line.slice(0, Math.max(tab, 0));
		const known = before.get(key);
		if (known?.text === line) found.set(key, known);
		else if (keyText.test(key)) found.set(key, { text: line, endpoint: readEndpoint(line.slice(tab + 1)) });
	}
	return found;
}

/** A whole number; 0, which stands for "none" and "off", for everything else. */
function readCount(text = ""): number {
	const number = /^\d+$/.test(text) ? Number(text) : 0;
	return Number.isSafeInteger(number) ? number : 0;
}

function readEndpoint(text: string): Endpoint | undefined {
	try {
		return parseEndpoint(text);
	} catch {
		return undefined;
	}
}

function readNetwork(text: string): Cidr[] {
	try {
		return [parseCidr(text)];
	} catch {
		return [];
	}
}

/** The tunnel address of a peer that has just one network of the family, as ours do. */
export function addressesOf(peer: Peer): Address[] {
	return peer.allowed.map((network) => parseAddress(network.slice(0, network.indexOf("/"))));
}
