import { connect } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import {
	type CheckinAnswer,
	checkinCipher,
	checkinIdentity,
	checkinLimit,
	checkinPath,
} from "../../shared/protocol/checkin.ts";
import type { ProtocolKeys } from "../../shared/protocol/keys.ts";
import { recipientsPath } from "../../shared/protocol/recipients.ts";
import type { Random } from "../shared/random.ts";
import { damage, mutateJsonText, pick } from "./mutate.ts";
import { reaches } from "./pulses.ts";

/** Connections at once. */
const atOnce = 16;

const checkin = {
	version: "0.1.0",
	addresses: { ipv4: "198.51.100.7", ipv6: "2001:db8::7" },
	domains: ["example.org"],
	conditions: ["dns.failing"],
	recipients: { complete: true, reason: "none", delimiter: "+" },
	parts: { reach: { ports: [25, 993], addresses: ["127.0.0.1"] }, __proto__: { x: 1 } },
};
const good = Buffer.from(JSON.stringify(checkin));
const list = {
	digest: "0".repeat(32),
	base: "f".repeat(32),
	add: ["a@example.org"],
	remove: ["b@example.org"],
};

/** A whole check-in, as the agent sends it. */
export function goodCheckin(bearer: string): Buffer {
	return request({ bearer, body: good });
}

/** A request that is no good check-in. One that is not whole ends with its connection. */
interface Malformed {
	bytes: Buffer;
	whole: boolean;
	/** Without TLS, as a home that has spoken version 2 must not speak any more. */
	plain?: boolean;
	/** TLS that cannot come about: by which it is tried. */
	tls?: ConnectionOptions;
}

export function malformedCheckin(random: Random, bearer: string): Malformed {
	for (;;) {
		const how = random.below(22);
		if (how === 21) return { bytes: goodCheckin(bearer), whole: true, tls: wrongTls(random) };
		const bytes = nearly(random, bearer, how);
		// A connection over which nothing comes brings no check-in.
		if (bytes.toString("latin1").trim() !== "")
			return { bytes, whole: how > 5, plain: how === 0 || how === 6 };
	}
}

/** The right name with another key, another name, no pre-shared key at all, and a version of TLS that is not spoken. */
function wrongTls(random: Random): ConnectionOptions {
	const psk = random.bytes(32);
	return pick<ConnectionOptions>(random, [
		{ pskCallback: () => ({ psk, identity: checkinIdentity }) },
		{ pskCallback: () => ({ psk, identity: pick(random, ["anna", "", "x".repeat(200), "heimweg v1"]) }) },
		{ pskCallback: () => null },
		{ minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "DEFAULT" },
	]);
}

function nearly(random: Random, bearer: string, how: number): Buffer {
	const body = good;
	if (how === 0)
		return Buffer.concat([Buffer.from(pick(random, ["\0", "P", "{", "\x16"])), random.bytes(200)]);
	if (how < 4) return damage(random, request({ bearer, body: Buffer.alloc(0) }));
	if (how === 4) return request({ bearer, body, length: body.length + 1 + random.below(5) });
	if (how === 5) return chunked(random, bearer);
	if (how === 6) return request({ bearer: pick(random, [bearer, "no"]), body });
	if (how === 7) return request({ bearer, body, path: pick(random, paths) });
	if (how === 8) return request({ bearer, body, method: pick(random, methods) });
	if (how === 9 && random.below(50) === 0)
		return request({ bearer, body: Buffer.alloc(checkinLimit + 1, " ") });
	if (how === 10)
		return request({ bearer, header: pick(random, headers), body: mutateJsonText(random, checkin) });
	if (how < 15) return request({ bearer, body: mutateJsonText(random, checkin) });
	// The domain of another home.
	const base = how === 15 ? { ...list, base: undefined, add: ["ceo@anna.example"] } : list;
	return request({ bearer, path: recipientsPath, body: mutateJsonText(random, base) });
}

const paths = ["/", "/v1", `${checkinPath}/x`, "*"];
const methods = ["GET", "PUT", "DELETE", "OPTIONS", "CONNECT"];

/** Headers that change what becomes of a request. */
const headers = [
	"expect: tea",
	"upgrade: websocket\r\nconnection: upgrade",
	"transfer-encoding: gzip",
	"x: y",
];

interface Parts {
	bearer: string;
	body: Buffer;
	method?: string;
	path?: string;
	length?: number;
	header?: string;
}

function request({ bearer, body, method = "POST", path = checkinPath, length, header }: Parts): Buffer {
	const lines = [
		`${method} ${path} HTTP/1.1`,
		"host: relay",
		`authorization: Bearer ${bearer}`,
		...(header ? [header] : []),
		`content-length: ${length ?? body.length}`,
	];
	return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

/** A body in pieces, whose sizes are not what they should be. */
function chunked(random: Random, bearer: string): Buffer {
	const head = `POST ${checkinPath} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer ${bearer}\r\ntransfer-encoding: chunked\r\n\r\n`;
	const size = pick(random, ["zz", "-1", "ffffffffffffffffff", "5;x", "", "1"]);
	return Buffer.concat([Buffer.from(`${head}${size}\r\n`), good, Buffer.from("\r\n")]);
}

export interface CheckinFire {
	random: Random;
	count: number;
	/** The address that the one with this number comes from, and its bearer. */
	from(number: number): string;
	bearer: string;
	/** What who stands at this address shares with the relay. */
	keysOf(address: string): ProtocolKeys;
	to: string;
	port: number;
	/** Begin each connection with a good check-in, and send the bad one over the same connection. */
	greet: boolean;
	/** How many the program says it has refused. */
	refused(): Promise<number>;
}

/**
 * Sends so many malformed check-ins; returns how many of them were counted as refused, or taken: some are damaged where
 * it does no harm.
 */
export async function fireCheckins(fire: CheckinFire): Promise<number> {
	const { random, count, bearer, greet } = fire;
	const before = await fire.refused();
	let next = 0;
	let taken = 0;
	let extra = 0;
	const fireOn = async () => {
		while (next < count) {
			const from = fire.from(next);
			const bad = malformedCheckin(random, bearer);
			const greeting = greet && !bad.plain && !bad.tls ? [{ bytes: goodCheckin(bearer), whole: true }] : [];
			const requests = [...greeting, bad];
			next += 1;
			const statuses = await converse(fire, from, requests);
			// What is damaged can be two requests.
			extra += Math.max(0, statuses.length - requests.length);
			taken += statuses.slice(requests.length - 1).filter((status) => status === 200).length;
		}
	};
	await Promise.all(Array.from({ length: atOnce }, fireOn));
	await reaches(fire.refused, before + count + extra - taken);
	return (await fire.refused()) - before + taken - extra;
}

/** Sends the requests one after the other's answer over one connection; returns the statuses of the answers. */
function converse(
	{ to, port, keysOf }: CheckinFire,
	from: string,
	requests: readonly Malformed[],
): Promise<number[]> {
	return new Promise((resolve) => {
		const target = { host: to, port, localAddress: from };
		const { plain, tls } = requests.at(-1)!;
		const socket = plain
			? connect(target)
			: connectTls({
					...{ ...target, minVersion: "TLSv1.3", ciphers: checkinCipher, ca: [] },
					pskCallback: () => ({ psk: keysOf(from).checkin, identity: checkinIdentity }),
					...tls,
				});
		let text = "";
		let sent = 0;
		const statuses = () => [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => Number(code));
		const send = () => {
			const { bytes, whole } = requests[sent]!;
			socket[whole ? "write" : "end"](bytes);
			sent += 1;
		};
		socket.setTimeout(10_000, () => socket.destroy());
		socket.setEncoding("latin1");
		socket.on(plain ? "connect" : "secureConnect", send);
		socket.on("data", (data) => {
			text += data;
			if (statuses().length < sent || !isWhole(text)) return;
			if (sent < requests.length) send();
			else socket.end();
		});
		socket.on("error", () => {});
		socket.on("close", () => resolve(statuses()));
	});
}

/** The answer's JSON has come to its end. */
function isWhole(text: string): boolean {
	return /\r\n\r\n[\s\S]*\}/.test(text);
}

/** What a relay answers. */
export const checkinAnswer: CheckinAnswer = {
	version: "0.1.0",
	home: "anna",
	domains: ["example.org"],
	notices: [],
};
