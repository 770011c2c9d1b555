import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { Agent, type buildConnector, request } from "undici";
import { type Address, familyOf } from "../../shared/address.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { failedConnection } from "../../shared/failed-connection.ts";
import { checkinCipher, checkinIdentity } from "../../shared/protocol/checkin.ts";
import type { ProtocolKeys } from "../../shared/protocol/keys.ts";
import type { SpokenBy } from "../../shared/protocol/spoken.ts";
import { within } from "../../shared/signal.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";

/** The relay's check-in port, and how it and we know each other. */
export interface RelayPort {
	/** The relay's tunnel address, and our own. */
	relay: Address;
	from: Address;
	port: number;
	keys: ProtocolKeys;
	/** Whether this relay has ever proven that it speaks version 2. */
	spoken: SpokenBy;
	/** What proves us in version 1. */
	bearer: string;
}

export interface RelayAnswer {
	status: number;
	text: string;
}

interface Limits {
	signal: AbortSignal;
	/** Milliseconds for the answer. */
	patience: number;
	/** Bytes of the answer. */
	limit: number;
}

/** How long a connection may take to come about. */
const connectPatience = 5 * SECOND;

/**
 * POSTs JSON to the relay through the tunnel, over TLS with our pre-shared key; without TLS, as version 1 has it, only
 * where that fails and the relay has never proven that it speaks version 2. Throws a HeimwegError when no answer came in
 * time.
 */
export async function askRelay(port: RelayPort, path: string, body: unknown, limits: Limits) {
	const { spoken } = port;
	try {
		const answer = await ask(port, path, body, limits, true);
		spoken.add();
		return answer;
	} catch (error) {
		if (spoken.has() || limits.signal.aborted) throw error;
		return ask(port, path, body, limits, false);
	}
}

async function ask(
	port: RelayPort,
	path: string,
	body: unknown,
	{ signal, patience, limit }: Limits,
	proven: boolean,
): Promise<RelayAnswer> {
	const timeout = Math.min(patience, connectPatience);
	const inTime = within(signal, patience);
	const dispatcher = new Agent({
		connect: connectTo(() => (proven ? tlsTo(port) : plainTo(port)), timeout),
		maxResponseSize: limit,
		pipelining: 0,
	});
	try {
		const { statusCode, body: answer } = await request(`${proven ? "https" : "http"}://relay${path}`, {
			method: "POST",
			dispatcher,
			signal: inTime.signal,
			headersTimeout: patience,
			headers: {
				"content-type": "application/json",
				...(proven ? {} : { authorization: `Bearer ${port.bearer}` }),
			},
			body: JSON.stringify(body),
		});
		return { status: statusCode, text: await answer.text() };
	} catch (error) {
		throw noAnswer(port.relay, port.port, reasonOf(error, patience));
	} finally {
		inTime.end();
		await dispatcher.destroy();
	}
}

/** A way to connect that ends after so many milliseconds. */
function connectTo(open: () => Socket | TLSSocket, timeout: number): buildConnector.connector {
	return (_, callback) => {
		const socket = open();
		const timer = setTimeout(() => {
			socket.destroy(new Error(`no connection within ${timeout / SECOND} s`));
		}, timeout);
		const fail = (error: Error) => {
			clearTimeout(timer);
			callback(error, null);
		};
		socket.once("error", fail);
		socket.once("encrypted" in socket ? "secureConnect" : "connect", () => {
			clearTimeout(timer);
			socket.off("error", fail);
			callback(null, socket);
		});
	};
}

function plainTo({ relay, from, port }: RelayPort): Socket {
	return connectTcp({ host: relay, port, localAddress: from });
}

/**
 * No certificate is ever good enough: the form that Node's manual shows for pre-shared keys, with a checkServerIdentity
 * that says nothing, takes any server with a certificate that the public trusts.
 */
function tlsTo({ relay, from, port, keys }: RelayPort): TLSSocket {
	return connectTls({
		...{ host: relay, port, localAddress: from },
		...{ minVersion: "TLSv1.3", ciphers: checkinCipher, ca: [], rejectUnauthorized: true },
		pskCallback: () => ({ psk: keys.checkin, identity: checkinIdentity }),
		checkServerIdentity: () => new Error(say`the relay showed a certificate instead of our key`),
	});
}

/** What the relay answered, by `schema`; throws a HeimwegError when it is something else. */
export function readAnswer<T>(
	{ relay, port }: RelayPort,
	text: string,
	schema: { parse(value: unknown): T },
): T {
	try {
		return schema.parse(JSON.parse(text));
	} catch (error) {
		throw noAnswer(relay, port, reasonOf(error, 0));
	}
}

function noAnswer(relay: Address, port: number, reason: string): HeimwegError {
	const host = familyOf(relay) === 6 ? `[${relay}]` : relay;
	return new HeimwegError(
		`the relay's check-in port ${host}:${port} did not answer as it should (${reason})`,
		{
			remedy:
				'look on the relay whether "heimweg-relay status" is well, compare checkin.port with relays.checkin_port here, and the public and preshared keys on both sides',
		},
	);
}

function reasonOf(error: unknown, patience: number): string {
	if (error instanceof SyntaxError) return say`the answer is not JSON`;
	if ((error as Error).name === "ZodError") return say`the answer does not have the agreed form`;
	if ((error as Error).name === "TimeoutError") return say`no answer within ${patience / 1000} s`;
	const code = codeOf(error);
	if (code && /^(ERR_SSL_|ERR_TLS_|EPROTO|UNABLE_|SELF_|CERT_|DEPTH_)/.test(code)) {
		return say`who answers there did not prove to be our relay: ${code}`;
	}
	return failedConnection(error)?.why ?? code ?? messageOf(error);
}

/** Why the relay said no. */
export function refusalOf(status: number, text = ""): HeimwegError {
	const causes: Record<number, [string, string]> = {
		401: [
			say`the relay does not accept what follows from the two WireGuard keys`,
			say`compare relays.public_key here with the relay's key, and the home's public_key on the relay with ours`,
		],
		403: [
			say`the relay does not know our tunnel address`,
			say`compare tunnel.addresses here with the home's file in homes.d on the relay`,
		],
		429: [say`the relay says that we check in too often`, say`look for a second agent with the same keys`],
	};
	const [what, remedy] = causes[status] ?? [
		text ? say`the relay answered ${status} (${text})` : say`the relay answered ${status}`,
		say`look on the relay at "journalctl -u heimweg-relay"`,
	];
	return new HeimwegError(what, { remedy, ...(status === 429 ? { retryAfter: 60_000 } : {}) });
}
