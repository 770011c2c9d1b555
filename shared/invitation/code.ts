import { crc32 } from "node:zlib";
import {
	type Address,
	addressOfBytes,
	bytesOf,
	type Cidr,
	type Family,
	familyOf,
	familyOfCidr,
	inNetwork,
	networkOf,
	parseAddress,
} from "../address.ts";
import { hostnameSchema } from "../config.ts";
import { HeimwegError } from "../errors.ts";
import { enrolmentAddress } from "./slots.ts";

/** What an invitation tells a home, and nothing else: it is data, and none of it is a command, a file or a URL. */
export interface Invitation {
	/** What both sides derive the keys of enrolment from; whoever has it may join in the home's place. */
	seed: Buffer;
	/** Where the relay is found from outside. */
	host: string;
	/** WireGuard's UDP port there. */
	port: number;
	/** The relay's WireGuard key, base64. */
	relayKey: string;
	/** The relay's addresses inside the tunnel, one a family at most, IPv4 first, and the networks that they lie in. */
	relayAddresses: Address[];
	networks: Cidr[];
	/** Which of the addresses kept for enrolment is this invitation's. */
	slot: number;
	/** The TCP port of enrolment on the relay's tunnel addresses. */
	enrolPort: number;
}

/** Bytes of the seed. */
export const seedLength = 16;

const prefix = "hw1-";

/** Longer ones cannot be ours, and are not read: a host name has at most 253 characters. */
const longest = 600;

/** The fields before the addresses: version, seed, key, two ports, which families. */
const fixed = 1 + seedLength + 32 + 2 + 2 + 1;

const version = 1;

/** Shortest and longest tunnel networks that a relay can have and still invite. */
const lengths = { 4: { least: 8, most: 30 }, 6: { least: 16, most: 126 } } as const;

/**
 * Writes the code: a version, the fields, and CRC-32 behind them, in base64url. The check is against slips of the hand (it
 * finds every change of one character, and all of up to four bytes in a row); what proves anything is the seed.
 */
export function encodeInvitation(invitation: Invitation): string {
	const { seed, host, port, relayKey, relayAddresses, networks, slot, enrolPort } = invitation;
	const head = Buffer.alloc(fixed);
	head[0] = version;
	seed.copy(head, 1);
	Buffer.from(relayKey, "base64").copy(head, 1 + seedLength);
	head.writeUInt16BE(port, 49);
	head.writeUInt16BE(enrolPort, 51);
	const families = relayAddresses.map(familyOf);
	head[53] = (families.includes(4) ? 1 : 0) | (families.includes(6) ? 2 : 0);
	const inside = relayAddresses.map((address, at) =>
		Buffer.concat([bytesOf(address), Buffer.from([lengthOf(networks[at]!)])]),
	);
	const body = Buffer.concat([head, ...inside, Buffer.from([slot]), Buffer.from(host, "latin1")]);
	return prefix + Buffer.concat([body, checkOf(body)]).toString("base64url");
}

/**
 * Reads a code as a person pasted it: spaces and line ends in it do not matter. Throws a HeimwegError that says what came;
 * the code itself is never part of it.
 */
export function readCode(text: string): Invitation {
	const code = text.replaceAll(/\s+/g, "");
	if (code === "") throw wrong("nothing was entered");
	const [, other] = /^hw(\d+)-/i.exec(code) ?? [];
	if (other !== undefined && other !== "1")
		throw new HeimwegError("this code was made by another version of heimweg-relay than this one can read", {
			remedy: "install the same version of Heimweg on both machines, and make a new code",
		});
	if (!code.startsWith(prefix)) throw wrong("what came does not");
	if (code.length > longest) throw wrong(`${code.length} characters came, which is too long for a code`);
	const coded = code.slice(prefix.length);
	const bytes = Buffer.from(coded, "base64url");
	// Node reads over what is no base64url, and over bits that stand for nothing.
	if (bytes.toString("base64url") !== coded || bytes.length < fixed + 4 || !isWhole(bytes))
		throw wrong("it was not copied whole, or a character of it is another");
	const invitation = fieldsOf(bytes.subarray(0, -4));
	if (!invitation) throw wrong("it is whole, but says what no relay can mean");
	return invitation;
}

function wrong(reason: string): HeimwegError {
	return new HeimwegError(
		`expected a code that begins with "${prefix}", as "heimweg-relay invite" prints it: ${reason}`,
		{
			remedy: "copy the whole line that it printed on the relay, and paste it again",
		},
	);
}

/** Undefined for values that would have to be refused later, when something was touched already. */
function fieldsOf(body: Buffer): Invitation | undefined {
	const families = body[53]!;
	if (body[0] !== version || families < 1 || families > 3) return undefined;
	const present: Family[] = [...(families & 1 ? [4 as const] : []), ...(families & 2 ? [6 as const] : [])];
	const relayAddresses: Address[] = [];
	const networks: Cidr[] = [];
	let at = fixed;
	for (const family of present) {
		const size = family === 4 ? 4 : 16;
		const length = body[at + size];
		if (length === undefined || length < lengths[family].least || length > lengths[family].most)
			return undefined;
		const address = addressOfBytes(body.subarray(at, at + size));
		const network = networkOf(address, length);
		if (familyOf(address) !== family || network.startsWith(`${address}/`)) return undefined;
		relayAddresses.push(address);
		networks.push(network);
		at += size + 1;
	}
	const slot = body[at];
	const host = body.toString("latin1", at + 1);
	const port = body.readUInt16BE(49);
	const enrolPort = body.readUInt16BE(51);
	if (slot === undefined || port === 0 || enrolPort === 0 || !isHost(host, networks)) return undefined;
	const enrolment = enrolmentAddress(networks[0]!, slot);
	if (!enrolment || relayAddresses.includes(enrolment)) return undefined;
	return {
		seed: Buffer.from(body.subarray(1, 1 + seedLength)),
		relayKey: body.toString("base64", 1 + seedLength, 1 + seedLength + 32),
		...{ host, port, relayAddresses, networks, slot, enrolPort },
	};
}

/** A name, or an address that does not lie in the tunnel, in the one form that we write. */
function isHost(host: string, networks: readonly Cidr[]): boolean {
	if (hostnameSchema.safeParse(host).success) return true;
	try {
		const address = parseAddress(host);
		return address === host && !networks.some((network) => inNetwork(address, network));
	} catch {
		return false;
	}
}

/** The networks in which addresses of these families lie can be told by an invitation. */
export function canInvite(networks: readonly Cidr[]): boolean {
	return networks.every((network) => {
		const { least, most } = lengths[familyOfCidr(network)];
		return lengthOf(network) >= least && lengthOf(network) <= most;
	});
}

function lengthOf(network: Cidr): number {
	return Number(network.slice(network.indexOf("/") + 1));
}

function checkOf(body: Buffer): Buffer {
	const check = Buffer.alloc(4);
	check.writeUInt32BE(crc32(body));
	return check;
}

function isWhole(bytes: Buffer): boolean {
	return checkOf(bytes.subarray(0, -4)).equals(bytes.subarray(-4));
}
