import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { type CheckinOptions, serveCheckins } from "../../../relay-side/checkin/requests.ts";
import type { Known } from "../../../relay-side/identity.ts";
import { type Address, parseAddress } from "../../../shared/address.ts";
import { type Checkin, type CheckinAnswer, checkinLimit } from "../../../shared/protocol/checkin.ts";
import { MINUTE } from "../../../shared/time.ts";
import { random } from "../../shared/random.ts";
import { identityOf, publicKeys } from "../identities.ts";

// Here the homes speak version 1, without TLS; what is asked for is the same in both.

const relay = parseAddress("127.0.0.1");
const bearer = "b".repeat(43);
const anna = { id: "anna", publicKey: publicKeys.anna };
const waitOptions = { timeout: 20_000, interval: 20 };
/** A busy machine may need long to open hundreds of connections. */
const endless = 10 * MINUTE;
const answer: CheckinAnswer = { version: "1", home: "anna", domains: ["example.org"], notices: [] };
const good = JSON.stringify({ version: "1", addresses: { ipv4: "198.51.100.7" }, conditions: [] });

async function freePort(): Promise<number> {
	const server = createServer().listen(0, relay);
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return port;
}

async function serve(options: Partial<CheckinOptions> = {}) {
	const taken: Checkin[] = [];
	const refused: Array<[number, string | undefined]> = [];
	const troubles: Array<string | undefined> = [];
	const port = options.port ?? (await freePort());
	const server = serveCheckins({
		addresses: [relay],
		port,
		homeAt: (address: Address) => (address === "127.0.0.2" ? anna : undefined),
		identity: identityOf().identity,
		bearerOf: () => bearer,
		onCheckin(_, checkin) {
			taken.push(checkin);
			return answer;
		},
		onRecipients: async (_, { digest }) => ({ digest, held: false }),
		onRefused: (status, home) => refused.push([status, home]),
		onTrouble: (error) => troubles.push(error?.message),
		...options,
	});
	server.start();
	onTestFinished(() => server.stop());
	if (!options.port) await vi.waitFor(() => expect(troubles).toContain(undefined), waitOptions);
	return { server, port, taken, refused, troubles };
}

interface Call {
	port: number;
	body?: string | Buffer;
	from?: string;
	path?: string;
	method?: string;
	headers?: Record<string, string>;
}

function call({
	port,
	body = good,
	from = "127.0.0.2",
	path = "/v1/checkin",
	method = "POST",
	headers = {},
}: Call) {
	return new Promise<{ status: number; text: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
		const authorization = `Bearer ${bearer}`;
		const sent = request(
			{
				host: relay,
				port,
				localAddress: from,
				path,
				method,
				headers: { authorization, ...headers },
				agent: false,
			},
			(response) => {
				let text = "";
				response.setEncoding("utf8").on("data", (chunk) => {
					text += chunk;
				});
				response.on("end", () =>
					resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
				);
				response.on("error", reject);
			},
		);
		sent.on("error", reject);
		sent.end(body);
	});
}

test("a home's check-in reaches the relay as it was sent, and its answer comes back", async () => {
	const { port, taken } = await serve();
	const reply = await call({ port });
	expect(reply.status).toBe(200);
	expect(JSON.parse(reply.text)).toEqual(answer);
	expect(taken).toEqual([{ version: "1", addresses: { ipv4: "198.51.100.7" }, conditions: [] }]);
});

test("what a later version adds is ignored, and cannot reach into our objects", async () => {
	const { port, taken } = await serve();
	const body = `{"version":"9","news":{"deep":[1]},"addresses":{"ipv5":"x"},"conditions":[],"__proto__":{"home":"bert"}}`;
	expect((await call({ port, body })).status).toBe(200);
	expect(taken).toEqual([{ version: "9", addresses: {}, conditions: [] }]);
	expect((taken[0] as { home?: string }).home).toBeUndefined();
});

test("what Node would refuse by itself is judged and counted as everything else", async () => {
	const { port, refused, taken } = await serve();
	const say = (text: string) =>
		new Promise<string>((resolve) => {
			let said = "";
			const socket = connect({ host: relay, port, localAddress: "127.0.0.2" }, () => socket.end(text));
			socket.setEncoding("latin1").on("data", (data) => {
				said += data;
			});
			socket.on("error", () => {});
			socket.on("close", () => resolve(said.split("\r\n")[0]!));
		});
	const head = `POST /v1/checkin HTTP/1.1\r\nauthorization: Bearer ${bearer}\r\ncontent-length: `;
	expect(await say(`${head}2\r\n\r\n{}`)).toBe("HTTP/1.1 400 Bad Request");
	expect(await say(`${head}2\r\nhost: x\r\nexpect: tea\r\n\r\n{}`)).toBe("HTTP/1.1 400 Bad Request");
	expect(await say("CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n")).toBe("HTTP/1.1 405 Method Not Allowed");
	expect(refused.map(([status]) => status)).toEqual([400, 400, 405]);
	expect(await say(`${head}${good.length}\r\n\r\n${good}`)).toBe("HTTP/1.1 200 OK");
	expect(taken).toHaveLength(1);
});

test.each([
	["an address that is no home's", 403, { from: "127.0.0.9" }],
	["no bearer", 401, { headers: { authorization: "" } }],
	["a wrong bearer", 401, { headers: { authorization: `Bearer ${"c".repeat(43)}` } }],
	["a huge bearer", 401, { headers: { authorization: `Bearer ${"b".repeat(10_000)}` } }],
	["another path", 404, { path: "/v2/checkin" }],
	["a path behind ours", 404, { path: "/v1/checkin/../../etc" }],
	["another method", 405, { method: "PUT" }],
	["no JSON", 400, { body: "{" }],
	["nothing", 400, { body: "" }],
	["no check-in", 400, { body: "[]" }],
	["bytes that are no text", 400, { body: Buffer.from([0xff, 0xfe, 0x00, 0x80]) }],
	["deep nesting", 400, { body: "[".repeat(200_000) }],
	["an address that is none", 400, { body: good.replace("198.51.100.7", "fe80::1%eth0") }],
	[
		"too many conditions",
		400,
		{ body: JSON.stringify({ ...JSON.parse(good), conditions: Array(1_001).fill("x") }) },
	],
	["too long a text", 400, { body: JSON.stringify({ ...JSON.parse(good), version: "x".repeat(301) }) }],
	["too much", 413, { body: good.padEnd(checkinLimit + 1) }],
	["far too much", 413, { body: Buffer.alloc(20_000_000, "x") }],
] satisfies Array<[string, number, Partial<Call>]>)(
	"%s is refused with %i, counted, and changes nothing",
	async (_, status, options) => {
		const { port, taken, refused } = await serve();
		const reply = await call({ port, ...options });
		expect(reply.status).toBe(status);
		expect(JSON.parse(reply.text)).toEqual({ error: expect.any(String) });
		expect(reply.text).not.toContain(bearer);
		expect(refused).toEqual([[status, status === 403 ? undefined : "anna"]]);
		expect(taken).toEqual([]);
		expect((await call({ port })).status).toBe(200);
	},
);

test("the largest check-in that is allowed is taken", async () => {
	const { port } = await serve();
	expect((await call({ port, body: good.padEnd(checkinLimit) })).status).toBe(200);
});

test("over 60 in a minute from one home are refused with 429, also when they come at once", async () => {
	const { port, taken, refused } = await serve();
	const replies = [];
	for (let round = 0; round < 5; round++)
		replies.push(...(await Promise.all(Array.from({ length: 20 }, () => call({ port })))));
	expect(replies.filter(({ status }) => status === 200)).toHaveLength(60);
	expect(replies.filter(({ status }) => status === 429)).toHaveLength(40);
	expect(taken).toHaveLength(60);
	expect(refused).toHaveLength(40);
});

test("somebody without the bearer cannot use up a home's allowance", async () => {
	const { port } = await serve();
	for (let n = 0; n < 80; n++) await call({ port, headers: { authorization: "Bearer x" } });
	expect((await call({ port })).status).toBe(200);
});

/** Opens so many connections from a home's address that begin to say something; those that are closed are gone from the set. */
async function hold(port: number, count: number): Promise<Set<Socket>> {
	const held = new Set<Socket>();
	const opened = Array.from({ length: count }, async () => {
		const socket = connect({ host: relay, port, localAddress: "127.0.0.2" }).on("error", () => {});
		held.add(socket);
		socket.resume().on("close", () => held.delete(socket));
		socket.write("POST ");
		await Promise.race([once(socket, "connect"), once(socket, "close")]);
	});
	onTestFinished(() => {
		for (const socket of held) socket.destroy();
	});
	await Promise.all(opened);
	return held;
}

test("programs at home that hold all its connections keep its agent out no more than anybody else's", async () => {
	const homes: Record<string, Known> = {
		"127.0.0.2": anna,
		"127.0.0.3": { id: "bert", publicKey: publicKeys.bert },
	};
	const { port, refused } = await serve({ homeAt: (address) => homes[address], patience: endless });
	const held = await hold(port, 300);
	await vi.waitFor(() => expect(held.size).toBe(100), waitOptions);
	expect(refused).toHaveLength(200);
	expect((await call({ port, from: "127.0.0.3" })).status).toBe(200);
	expect((await call({ port })).status).toBe(200);
	expect((await call({ port })).status).toBe(200);
	expect(held.size).toBeGreaterThanOrEqual(98);
});

test("who has shown to be the home's agent is not cut off because others at home come in crowds", async () => {
	let judged = false;
	const bearerOf = () => {
		judged = true;
		return bearer;
	};
	const { port, taken } = await serve({ bearerOf, patience: endless });
	const head = `POST /v1/checkin HTTP/1.1\r\nauthorization: Bearer ${bearer}\r\nconnection: close\r\ncontent-length: ${good.length}\r\n\r\n`;
	const agent = connect({ host: relay, port, localAddress: "127.0.0.2" });
	let heard = "";
	agent.setEncoding("latin1").on("data", (text) => {
		heard += text;
	});
	agent.write(`${head}${good.slice(0, 10)}`);
	// The relay has read who speaks, and waits for the rest.
	await vi.waitFor(() => expect(judged).toBe(true), waitOptions);
	const others = await hold(port, 300);
	await vi.waitFor(() => expect(others.size).toBe(99), waitOptions);
	agent.write(good.slice(10));
	await once(agent, "close");
	expect(heard.split("\r\n")[0]).toBe("HTTP/1.1 200 OK");
	expect(taken).toHaveLength(1);
});

/** Opens a hundred connections from each of so many addresses, and says nothing on them. */
async function crowd(port: number, addresses: number): Promise<void> {
	const sockets = Array.from({ length: addresses * 100 }, (_, n) =>
		connect({ host: relay, port, localAddress: `127.0.9.${1 + (n % addresses)}` }).on("error", () => {}),
	);
	onTestFinished(() => {
		for (const socket of sockets) socket.destroy();
	});
	await Promise.all(sockets.map((socket) => Promise.race([once(socket, "connect"), once(socket, "close")])));
}

test("a process of the relay with a network of addresses keeps no home out", async () => {
	const { port, refused } = await serve({ patience: endless });
	await crowd(port, 12);
	expect((await call({ port })).status).toBe(200);
	expect(refused).toContainEqual([429, undefined]);
});

test("lists that a home begins to send and never ends are held one at a time, the newest", async () => {
	const { port, refused } = await serve();
	const head = `POST /v1/recipients HTTP/1.1\r\nauthorization: Bearer ${bearer}\r\ncontent-length: 16000000\r\n\r\n`;
	const begin = () => {
		const socket = connect({ host: relay, port, localAddress: "127.0.0.2" }).on("error", () => {});
		onTestFinished(() => void socket.destroy());
		socket.write(head);
		socket.write(Buffer.alloc(12_000_000, "x"));
		return socket;
	};
	const [first, second] = [begin(), begin()];
	await vi.waitFor(() => expect([first, second].filter(({ closed }) => closed)).toHaveLength(1), waitOptions);
	expect(refused).toEqual([[429, "anna"]]);
	expect((await call({ port })).status).toBe(200);
});

test("homes that conspire to use up all connections keep no quiet home out", async () => {
	const homeAt = (address: Address) => ({ ...anna, id: address });
	const { port, refused } = await serve({ homeAt, patience: endless });
	await crowd(port, 12);
	expect((await call({ port })).status).toBe(200);
	expect(refused).toContainEqual([429, undefined]);
});

test("1,000 random and damaged requests leave the server serving", async () => {
	const { port, taken } = await serve();
	const chance = random();
	const whole = Buffer.from(
		`POST /v1/checkin HTTP/1.1\r\nHost: r\r\nAuthorization: Bearer ${bearer}\r\nContent-Length: ${good.length}\r\nConnection: close\r\n\r\n${good}`,
	);
	const one = () =>
		new Promise<void>((resolve) => {
			const bytes = chance.below(4) ? Buffer.from(whole) : chance.bytes(chance.below(600));
			for (let damage = 1 + chance.below(5); damage > 0 && bytes.length > 0; damage--)
				bytes[chance.below(bytes.length)] = chance.below(256);
			const socket = connect({ host: relay, port, localAddress: "127.0.0.2" });
			socket.on("error", () => {}).on("close", () => resolve());
			socket.resume().end(bytes.subarray(0, chance.below(3) ? bytes.length : chance.below(bytes.length + 1)));
		});
	for (let round = 0; round < 50; round++) await Promise.all(Array.from({ length: 20 }, one));
	expect(taken.length).toBeLessThanOrEqual(60);
	const fresh = await call({ port });
	expect([200, 429]).toContain(fresh.status);
}, 120_000);

test("a relay that fails while it answers drops that request and goes on", async () => {
	let fails = true;
	const { port } = await serve({
		onCheckin() {
			if (fails) throw new Error("a defect");
			return answer;
		},
	});
	await expect(call({ port })).rejects.toThrow(/hang up|ECONNRESET/);
	fails = false;
	expect((await call({ port })).status).toBe(200);
});

test("a port in use is told, and served as soon as it is free", async () => {
	const port = await freePort();
	const other = createServer().listen(port, relay);
	await once(other, "listening");
	const { troubles } = await serve({ port });
	await vi.waitFor(() => expect(troubles[0]).toContain(`TCP port ${port} on 127.0.0.1`), waitOptions);
	await new Promise<void>((resolve) => other.close(() => resolve()));
	await vi.waitFor(() => expect(troubles.at(-1)).toBeUndefined(), waitOptions);
	expect((await call({ port })).status).toBe(200);
});

test("after a stop the port is free and no connection is left, also when it was stopped at once", async () => {
	for (let round = 0; round < 10; round++) {
		const port = await freePort();
		const { server } = await serve({ port });
		if (round % 2) {
			const socket = connect({ host: relay, port, localAddress: "127.0.0.2" }).on("error", () => {});
			await vi.waitFor(() => expect(socket.connecting).toBe(false), waitOptions);
			server.stop();
			if (!socket.closed) await once(socket, "close");
		} else server.stop();
		const next = createServer().listen(port, relay);
		await once(next, "listening");
		await new Promise<void>((resolve) => next.close(() => resolve()));
	}
});

test("bytes that are no HTTP are answered with 400 and counted", async () => {
	const { port, refused } = await serve();
	const socket = connect({ port, host: relay, localAddress: "127.0.0.2" });
	let text = "";
	socket.setEncoding("utf8").on("data", (chunk) => {
		text += chunk;
	});
	socket.write(Buffer.alloc(5_000, 0xff));
	await once(socket, "close");
	expect(text).toMatch(/^HTTP\/1.1 400 /);
	expect(refused).toEqual([[400, undefined]]);
	expect((await call({ port })).status).toBe(200);
});
