import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Address } from "../../shared/address.ts";
import { codeOf, type HeimwegError } from "../../shared/errors.ts";
import { keepListening, type Listener, type Place } from "../../shared/listen.ts";
import { portName } from "../../shared/port-holder.ts";
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
import { keyedRate } from "../../shared/rate.ts";
import { MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { Identity, Known } from "../identity.ts";
import { Refused } from "../refused.ts";
import { createBodies } from "./bodies.ts";
import { addressOf, type Front, openFront, type Speaker } from "./listener.ts";

export interface CheckinOptions {
	/** The relay's own tunnel addresses; nothing else is listened on. */
	addresses: readonly Address[];
	port: number;
	/** Which home a tunnel address belongs to. */
	homeAt(address: Address): Known | undefined;
	identity: Identity;
	/** What its agent must show while it has never spoken version 2. */
	bearerOf(home: Known): string;
	/** Takes a home's check-in and answers what the relay does for it. */
	onCheckin(home: string, checkin: Checkin): CheckinAnswer;
	/** Takes a home's list of recipients; throws Refused. */
	onRecipients(home: string, list: ReturnType<typeof recipientsSchema.parse>): Promise<RecipientsAnswer>;
	/** A request was refused with this status. */
	onRefused(status: number, home?: string): void;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
	/** Milliseconds that somebody may take to say what he wants; the listener has its own. */
	patience?: number;
}

export interface CheckinServer {
	start(): void;
	stop(): void;
}

const statusOf: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Requests of one home in a minute. */
const perMinute = 60;

/**
 * Takes the homes' check-ins, on the tunnel addresses. A home is known by its key; in version 1, until it has spoken
 * version 2, by its bearer.
 */
export function serveCheckins(options: CheckinOptions): CheckinServer {
	const { identity } = options;
	const rate = keyedRate([{ count: perMinute, window: MINUTE }]);
	const bodies = createBodies({ onGivenWay: (home) => options.onRefused(429, home) });

	function placeAt(address: Address): Place<Listener> {
		const where = { protocol: "tcp", address, port: options.port } as const;
		return { name: portName(where), port: where, open: () => openAt(address) };
	}

	function openAt(address: Address): Listener {
		const front = openFront({
			address,
			port: options.port,
			isHome: (from) => options.homeAt(from) !== undefined,
			keyOf(from) {
				const home = options.homeAt(from);
				return home && identity.keysOf(home)?.checkin;
			},
			onRequest(request, response, speaker) {
				answer(request, response, speaker, front).catch(() => response.destroy());
			},
			onNoRequest: noRequest,
			onNoTls(from) {
				const home = from && options.homeAt(from);
				if (home) identity.doubt(home);
				options.onRefused(401, home?.id);
			},
			onClosed: (status) => options.onRefused(status),
			...(options.patience === undefined ? {} : { patience: options.patience }),
		});
		return front;
	}

	/** What came is no HTTP, or no whole request in time. */
	function noRequest(error: Error | "CONNECT", socket: Duplex): void {
		if (error === "CONNECT") refuseSocket(socket, 405);
		else if (codeOf(error) === "ECONNRESET" || !socket.writable) socket.destroy();
		else refuseSocket(socket, statusOf[codeOf(error) ?? ""] ?? 400);
	}

	function refuseSocket(socket: Duplex, status: number): void {
		options.onRefused(status);
		socket.on("error", () => {});
		socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n\r\n`, () =>
			socket.destroy(),
		);
	}

	async function answer(
		request: IncomingMessage,
		response: ServerResponse,
		speaker: Speaker,
		front: Front,
	): Promise<void> {
		const refuse = (status: number, error: string, home?: string) => {
			options.onRefused(status, home);
			response.writeHead(status, { "content-type": "application/json", connection: "close" });
			response.end(`${JSON.stringify({ error })}\n`);
		};
		const from = addressOf(request.socket);
		const home = from && options.homeAt(from);
		if (!home) return refuse(403, say`this address is no home's`);
		const doubt = doubtsIn(home, speaker, request.headers.authorization);
		if (doubt) return refuse(401, doubt, home.id);
		front.believe(request.socket);
		if (!rate.take(home.id)) return refuse(429, say`more than ${perMinute} check-ins in a minute`, home.id);
		const isList = request.url === recipientsPath;
		if (!isList && request.url !== checkinPath) return refuse(404, `there is only ${checkinPath}`, home.id);
		if (request.method !== "POST") return refuse(405, "a check-in is a POST", home.id);
		const limit = isList ? recipientBytes : checkinLimit;
		const text = await bodies.read(home.id, request, limit);
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

	/** Why the speaker is not taken for this home; a connection may be older than the home's present key. */
	function doubtsIn(home: Known, speaker: Speaker, authorization: string | undefined): string | undefined {
		if (speaker !== "unproven") {
			if (!identity.keysOf(home)?.checkin.equals(speaker.key)) return say`this is another home's key by now`;
			identity.spoke(home);
			return undefined;
		}
		if (identity.hasSpoken(home)) return say`this home speaks TLS here, and nothing else is believed`;
		if (isBearer(authorization, options.bearerOf(home))) return undefined;
		return say`the bearer is not the one that follows from the two WireGuard keys`;
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

	return keepListening({
		places: options.addresses.map(placeAt),
		remedy: "end that program, or choose another checkin.port here and relays.checkin_port at every home",
		onTrouble: options.onTrouble,
	});
}

function parse<T>(text: string, schema: { parse(value: unknown): T }): T | undefined {
	try {
		return schema.parse(JSON.parse(text));
	} catch {
		return undefined;
	}
}
