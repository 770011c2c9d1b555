import {
	createServer,
	type IncomingMessage,
	type Server,
	type ServerResponse,
	STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import { type Address, parseAddress } from "../../shared/address.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { isBearer } from "../../shared/protocol/bearer.ts";
import {
	type Checkin,
	type CheckinAnswer,
	checkinLimit,
	checkinPath,
	checkinSchema,
} from "../../shared/protocol/checkin.ts";
import {
	type RecipientsAnswer,
	recipientBytes,
	recipientsPath,
	recipientsSchema,
} from "../../shared/protocol/recipients.ts";
import { Refused } from "../refused.ts";
import { shareConnections } from "./connections.ts";

export interface CheckinOptions {
	/** The relay's own tunnel addresses; nothing else is listened on. */
	addresses: readonly Address[];
	port: number;
	/** Which home a tunnel address belongs to, and the bearer that its agent must show. */
	homeAt(address: Address): { id: string; bearer: string } | undefined;
	/** Takes a home's check-in and answers what the relay does for it. */
	onCheckin(home: string, checkin: Checkin): CheckinAnswer;
	/** Takes a home's list of recipients; throws Refused. */
	onRecipients(home: string, list: ReturnType<typeof recipientsSchema.parse>): Promise<RecipientsAnswer>;
	/** A request was refused with this status. */
	onRefused(status: number, home?: string): void;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
}

export interface CheckinServer {
	start(): void;
	stop(): void;
}

/** Milliseconds until a port that could not be bound is tried again. */
const retryAfter = 1_000;

/** Milliseconds between two looks for requests that take too long; Node's own 30 s would let slow ones pile up. */
const lookEvery = 2_000;

const statusOf: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Requests of one home in a minute. */
const perMinute = 60;

/** Takes the homes' check-ins, over HTTP on the tunnel addresses. */
export function serveCheckins(options: CheckinOptions): CheckinServer {
	const servers = new Set<Server>();
	/** What keeps an address from being served. */
	const troubles = new Map<Address, HeimwegError>();
	const asked = new Map<string, number[]>();
	let stopped = false;

	function open(address: Address): void {
		if (stopped) return;
		const take = (request: IncomingMessage, response: ServerResponse) => {
			answer(request, response).catch(() => response.destroy());
		};
		// What Node would refuse by itself would not be counted.
		const server = createServer({ connectionsCheckingInterval: lookEvery, requireHostHeader: false }, take);
		server.on("checkExpectation", take);
		server.on("connect", (_, socket) => refuseSocket(socket, 405));
		server.on("clientError", noRequest);
		// A long list over a slow line.
		server.requestTimeout = 120_000;
		server.headersTimeout = 5_000;
		shareConnections(server, () => options.onRefused(429));
		server.maxHeadersCount = 50;
		server.on("error", (error) => {
			if (!servers.delete(server)) return;
			// It may still listen (no file descriptor was left for a connection): two cannot.
			server.close();
			troubles.set(address, explain(error, address, options.port));
			tell();
			setTimeout(open, retryAfter, address).unref();
		});
		server.listen({ host: address, port: options.port }, () => {
			troubles.delete(address);
			tell();
		});
		servers.add(server);
	}

	/** The first trouble stands for all, so that two of them do not take turns. */
	function tell(): void {
		const [first] = options.addresses.flatMap((address) => troubles.get(address) ?? []);
		options.onTrouble(first);
	}

	/** What came is no HTTP, or no whole request in time. */
	function noRequest(error: Error, socket: Duplex): void {
		if (codeOf(error) === "ECONNRESET" || !socket.writable) return void socket.destroy();
		refuseSocket(socket, statusOf[codeOf(error) ?? ""] ?? 400);
	}

	function refuseSocket(socket: Duplex, status: number): void {
		options.onRefused(status);
		socket.on("error", () => {});
		socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n\r\n`, () =>
			socket.destroy(),
		);
	}

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const refuse = (status: number, error: string, home?: string) => {
			options.onRefused(status, home);
			response.writeHead(status, { "content-type": "application/json", connection: "close" });
			response.end(`${JSON.stringify({ error })}\n`);
		};
		const home = options.homeAt(parseAddress(request.socket.remoteAddress ?? ""));
		if (!home) return refuse(403, "this address is no home's");
		if (!isBearer(request.headers.authorization, home.bearer)) {
			return refuse(401, "the bearer is not the one that follows from the two WireGuard keys", home.id);
		}
		if (tooOften(home.id)) return refuse(429, `more than ${perMinute} check-ins in a minute`, home.id);
		const isList = request.url === recipientsPath;
		if (!isList && request.url !== checkinPath) return refuse(404, `there is only ${checkinPath}`, home.id);
		if (request.method !== "POST") return refuse(405, "a check-in is a POST", home.id);
		const limit = isList ? recipientBytes : checkinLimit;
		const text = await read(request, limit);
		if (text === undefined) {
			return refuse(
				413,
				`a ${isList ? "list of recipients" : "check-in"} has at most ${limit} bytes`,
				home.id,
			);
		}
		try {
			const body = isList ? await takeList(home.id, text) : takeCheckin(home.id, text);
			response.writeHead(200, { "content-type": "application/json" });
			response.end(JSON.stringify(body));
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			refuse(error.status, error.message, home.id);
		}
	}

	function takeCheckin(home: string, text: string): CheckinAnswer {
		const checkin = parse(text, checkinSchema);
		if (!checkin) throw new Refused(400, "this is no check-in");
		return options.onCheckin(home, checkin);
	}

	async function takeList(home: string, text: string): Promise<RecipientsAnswer> {
		const list = parse(text, recipientsSchema);
		if (!list) throw new Refused(400, "this is no list of recipients");
		return options.onRecipients(home, list);
	}

	function tooOften(home: string): boolean {
		const now = performance.now();
		const recent = (asked.get(home) ?? []).filter((at) => now - at < 60_000);
		if (recent.length >= perMinute) return true;
		asked.set(home, [...recent, now]);
		return false;
	}

	return {
		start() {
			for (const address of options.addresses) open(address);
		},
		stop() {
			stopped = true;
			for (const server of servers) {
				server.close();
				server.closeAllConnections();
			}
		},
	};
}

function explain(error: unknown, address: Address, port: number): HeimwegError {
	if (codeOf(error) === "EADDRINUSE") {
		return new HeimwegError(`TCP port ${port} on ${address} is in use by another program`, {
			remedy: "end that program, or choose another checkin.port here and relays.checkin_port at every home",
		});
	}
	return new HeimwegError(`TCP port ${port} on ${address} cannot be opened: ${messageOf(error)}`);
}

async function read(request: IncomingMessage, limit: number): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	let length = 0;
	// Without this the connection would be closed before the refusal is sent.
	const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
	for await (const chunk of body) {
		length += chunk.length;
		if (length > limit) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function parse<T>(text: string, schema: { parse(value: unknown): T }): T | undefined {
	try {
		return schema.parse(JSON.parse(text));
	} catch {
		return undefined;
	}
}
