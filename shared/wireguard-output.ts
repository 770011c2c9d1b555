import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type Cidr, type Endpoint, parseCidr, parseEndpoint } from "./address.ts";

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
	const networksOf = rememberedNetworks();
	const { device, lines } = startOfDump(text);
	return { ...device, peers: lines.flatMap((line) => parsePeer(line, networksOf)) };
}

/** Lines of a dump that are read before others have their turn. */
const slice = 500;

/** The same for thousands of peers, in slices. */
export async function parseInSlices(text: string, networksOf: NetworksOf): Promise<Device> {
	const { device, lines } = startOfDump(text);
	for (let at = 0; at < lines.length; at += slice) {
		if (at > 0) await setImmediate();
		for (const line of lines.slice(at, at + slice)) device.peers.push(...parsePeer(line, networksOf));
	}
	return device;
}

/** The interface, and the lines of its peers. */
function startOfDump(text: string): { device: Device; lines: string[] } {
	const lines = text.split("\n").filter(Boolean);
	const own = lines[0]?.split("\t") ?? ["", "(none)"];
	const [, publicKey = unreadKey, listenPort = ""] = own.length < peerFields ? own : [];
	const device = {
		publicKey: publicKey === "(none)" ? "" : keyText.test(publicKey) ? publicKey : unreadKey,
		listenPort: readCount(listenPort),
		peers: [],
	};
	return { device, lines: lines.slice(own.length < peerFields ? 1 : 0) };
}

function parsePeer(line: string, networksOf: NetworksOf): Peer[] {
	const [publicKey = "", preshared = "", endpoint = "", allowed = "", handshake, received, sent, keepalive] =
		line.split("\t");
	if (!keyText.test(publicKey)) return [];
	return [
		{
			publicKey,
			presharedKeyMark: preshared === "(none)" ? undefined : presharedKeyMark(preshared),
			endpoint: readEndpoint(endpoint),
			allowed: networksOf(allowed),
			latestHandshake: readCount(handshake),
			received: readCount(received),
			sent: readCount(sent),
			keepalive: readCount(keepalive),
		},
	];
}

/** Reads the networks of a peer. */
type NetworksOf = (text: string) => Cidr[];

/** Texts that are remembered, more than a relay has homes. */
const mostRemembered = 50_000;

/** To read the networks of thousands of peers takes a second, and they are mostly those of the dump before. */
export function rememberedNetworks(): NetworksOf {
	const read = new Map<string, Cidr[]>();
	return (text) => {
		const known = read.get(text) ?? text.split(",").flatMap(readNetwork);
		if (read.size >= mostRemembered) read.clear();
		read.set(text, known);
		return [...known];
	};
}

/** A peer's line of `wg show IFACE endpoints`. */
export interface EndpointLine {
	text: string;
	endpoint: Endpoint | undefined;
}

/** Of thousands of peers few have moved since the lines were read before: these alone are parsed, in slices. */
export async function parseEndpoints(
	text: string,
	before: ReadonlyMap<string, EndpointLine>,
): Promise<Map<string, EndpointLine>> {
	const found = new Map<string, EndpointLine>();
	let parsed = 0;
	for (const line of text.split("\n")) {
		const tab = line.indexOf("\t");
		const key = line.slice(0, Math.max(tab, 0));
		const known = before.get(key);
		if (known?.text === line) found.set(key, known);
		else if (keyText.test(key)) {
			found.set(key, { text: line, endpoint: readEndpoint(line.slice(tab + 1)) });
			parsed += 1;
			if (parsed % slice === 0) await setImmediate();
		}
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
