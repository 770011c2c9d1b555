import { once } from "node:events";
import { connect as connectTcp, createServer } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { askRelay, type RelayPort } from "../../../agent/relay/client.ts";
import { addressOf } from "../../../relay-side/checkin/listener.ts";
import { type CheckinOptions, serveCheckins } from "../../../relay-side/checkin/requests.ts";
import type { Known } from "../../../relay-side/identity.ts";
import { type Address, parseAddress } from "../../../shared/address.ts";
import {
	type CheckinAnswer,
	checkinCipher,
	checkinIdentity,
	checkinPath,
} from "../../../shared/protocol/checkin.ts";
import { SECOND } from "../../../shared/time.ts";
import { homeKeys, identityOf, publicKeys } from "../identities.ts";

const relay = parseAddress("127.0.0.1");
const bearer = "b".repeat(43);
const waitOptions = { timeout: 20_000, interval: 20 };
const answer: CheckinAnswer = { version: "1", home: "anna", domains: [], notices: [] };
const report = { version: "1", addresses: {}, conditions: [] };
const limits = () => ({ signal: new AbortController().signal, patience: 3_000, limit: 100_000 });

async function freePort(): Promise<number> {
	const server = createServer().listen(0, relay);
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return port;
}

async function serve(options: Partial<CheckinOptions> = {}) {
	const port = await freePort();
	const { identity, saved } = identityOf();
	const taken: string[] = [];
	const refused: Array<[number, string | undefined]> = [];
	const homes: Record<string, Known> = {
		"127.0.0.2": { id: "anna", publicKey: publicKeys.anna },
		"127.0.0.3": { id: "bert", publicKey: publicKeys.bert },
	};
	let up = false;
	const server = serveCheckins({
		...{ addresses: [relay], port, identity, bearerOf: () => bearer },
		homeAt: (address: Address) => homes[address],
		onCheckin(home) {
			taken.push(home);
			return answer;
		},
		onRecipients: async (_, { digest }) => ({ digest, held: false }),
		onRefused: (status, home) => refused.push([status, home]),
		onTrouble: (error) => {
			up = !error;
		},
		...options,
	});
	server.start();
	onTestFinished(() => server.stop());
	await vi.waitFor(() => expect(up).toBe(true), waitOptions);
	return { port, identity, saved, taken, refused, homes };
}

function agentAt(port: number, changes: Partial<RelayPort> = {}, hasSpoken = true) {
	const spoken = { has: () => hasSpoken, add: vi.fn() };
	const keys = homeKeys.anna;
	const whole = { relay, from: parseAddress("127.0.0.2"), port, keys, spoken, bearer, ...changes };
	return { spoken, ask: () => askRelay(whole, checkinPath, report, limits()) };
}

/** A connection with a home's key, or another, from an address. */
async function secured(port: number, psk: Buffer, from = "127.0.0.2", more = {}): Promise<TLSSocket> {
	const socket = connect({
		...{ host: relay, port, localAddress: from, minVersion: "TLSv1.3", ciphers: checkinCipher, ca: [] },
		pskCallback: () => ({ psk, identity: checkinIdentity }),
		...more,
	});
	socket.on("error", () => {});
	onTestFinished(() => void socket.destroy());
	await once(socket, "secureConnect");
	return socket;
}

const request = `POST ${checkinPath} HTTP/1.1\r\nhost: r\r\ncontent-length: ${JSON.stringify(report).length}\r\n\r\n${JSON.stringify(report)}`;

/** The status of the answer to a whole request; "closed" when none comes. */
async function statusOf(socket: TLSSocket): Promise<string> {
	let text = "";
	socket.setEncoding("latin1").on("data", (data) => {
		text += data;
	});
	socket.write(request);
	await vi.waitFor(() => expect(text.includes("\r\n\r\n") || socket.destroyed).toBe(true), waitOptions);
	return /^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? "closed";
}

test("an agent with the home's key checks in over TLS, and each side remembers that the other can", async () => {
	const { port, taken, saved } = await serve();
	const { ask, spoken } = agentAt(port, {}, false);
	expect((await ask()).status).toBe(200);
	expect([taken, saved]).toEqual([["anna"], [[publicKeys.anna]]]);
	expect(spoken.add).toHaveBeenCalled();
});

test("another home's key, a wrong one, and another key's name get nowhere, from whatever address", async () => {
	const { port, taken, refused } = await serve();
	for (const [key, from] of [
		[homeKeys.bert.checkin, "127.0.0.2"],
		[homeKeys.anna.checkin, "127.0.0.3"],
		[homeKeys.anna.checkin, "127.0.0.9"],
		[homeKeys.anna.answer, "127.0.0.2"],
	] as const)
		await expect(secured(port, key, from)).rejects.toThrow();
	const other = { pskCallback: () => ({ psk: homeKeys.anna.checkin, identity: "anna" }) };
	const older = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "PSK" };
	for (const more of [other, older])
		await expect(secured(port, homeKeys.anna.checkin, "127.0.0.2", more)).rejects.toThrow();
	await vi.waitFor(() => expect(refused).toHaveLength(6), waitOptions);
	expect([taken, new Set(refused.map(([status]) => status))]).toEqual([[], new Set([401])]);
});

test("a home that has spoken version 2 is not believed without TLS, although its bearer is right", async () => {
	const { port, taken, refused, identity, homes } = await serve();
	const plain = async () => {
		const socket = connectTcp({ host: relay, port, localAddress: "127.0.0.2" });
		let text = "";
		socket.setEncoding("latin1").on("data", (data) => {
			text += data;
		});
		socket.write(request.replace("\r\n", `\r\nauthorization: Bearer ${bearer}\r\nconnection: close\r\n`));
		await once(socket, "close");
		return text.split(" ")[1];
	};
	expect(await plain()).toBe("200");
	identity.spoke(homes["127.0.0.2"]!);
	expect(await plain()).toBe("401");
	expect([taken, refused]).toEqual([["anna"], [[401, "anna"]]]);
});

test("no session is resumed, and an open one counts no more, once the home was removed or has another key", async () => {
	const { port, taken, homes } = await serve();
	const sessions: Buffer[] = [];
	const socket = await secured(port, homeKeys.anna.checkin);
	socket.on("session", (session) => sessions.push(session));
	expect(await statusOf(socket)).toBe("200");
	await new Promise((done) => setTimeout(done, 100));
	homes["127.0.0.2"] = { id: "anna", publicKey: publicKeys.cora };
	expect(await statusOf(socket)).toBe("401");
	delete homes["127.0.0.2"];
	for (const session of sessions) {
		const attempt = secured(port, Buffer.alloc(32), "127.0.0.2", { session, pskCallback: undefined });
		await expect(attempt).rejects.toThrow();
	}
	expect(await statusOf(await secured(port, homeKeys.anna.checkin).catch(() => socket))).not.toBe("200");
	expect(taken).toEqual(["anna"]);
});

test("somebody who connects and says nothing, or half a handshake, is closed when its time is over", async () => {
	const { port, refused } = await serve({ patience: SECOND });
	const sockets = [Buffer.alloc(0), Buffer.from("16030100", "hex"), Buffer.from("POST ")].map((bytes) => {
		const socket = connectTcp({ host: relay, port, localAddress: "127.0.0.2" }).on("error", () => {});
		socket.resume().write(bytes);
		return once(socket, "close");
	});
	await Promise.all(sockets);
	await vi.waitFor(
		() => expect(refused.map(([status]) => status).sort()).toEqual([401, 408, 408]),
		waitOptions,
	);
}, 30_000);

test.each([
	["fe80::1%eth0", "fe80::1"],
	["::ffff:10.86.0.2", "10.86.0.2"],
	["", undefined],
	[undefined, undefined],
	["?", undefined],
])("whoever comes from %s is somebody or nobody, and no defect", (remoteAddress, address) => {
	expect(addressOf({ remoteAddress })).toBe(address);
});
