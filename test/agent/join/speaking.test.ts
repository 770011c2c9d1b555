import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { askRelay } from "../../../agent/join/ask-relay.ts";
import { joinCommand } from "../../../agent/join/command.ts";
import { firstPulse } from "../../../agent/join/first-pulse.ts";
import { createIdentity } from "../../../relay-side/identity.ts";
import { listenForEnrolments } from "../../../relay-side/invite/listener.ts";
import { servePulses } from "../../../relay-side/pulse/server.ts";
import { parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { CommandError } from "../../../shared/command.ts";
import { longestRequest } from "../../../shared/invitation/exchange.ts";
import { Interrupted } from "../../../shared/prompt.ts";
import { homeKeys, publicKeys, relayKey } from "../../relay-side/identities.ts";
import { modelRelay } from "./model.ts";

const relay = parseAddress("127.0.0.1");
const home = parseAddress("127.0.0.2");
const stranger = parseAddress("127.0.0.3");
const signal = new AbortController().signal;

async function freePort(): Promise<number> {
	const server = createServer().listen(0, relay);
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	await new Promise((done) => server.close(done));
	return port;
}

async function listen(answer: (line: string) => Promise<string | undefined>) {
	const port = await freePort();
	const listener = listenForEnrolments({
		...{ address: relay, port },
		isEnrolling: (from) => from === home,
		answer: async (from, line) => (from === home ? answer(line) : "never\n"),
		onTrouble() {},
	});
	onTestFinished(() => listener.stop());
	await new Promise((done) => setTimeout(done, 50));
	return port;
}

const ask = (port: number, line: string, from = home, patience = 5_000) =>
	askRelay({ to: relay, port, from, line, patience, signal });

test("one line is asked and one answered; who has proven nothing hears nothing, a stranger is hung up on", async () => {
	const port = await listen(async (line) => (line === "known" ? "yes\n" : undefined));
	expect(await ask(port, "known\n")).toBe("yes");
	expect(await ask(port, "unknown\n")).toBeUndefined();
	expect(await ask(port, "known\n", stranger)).toBeUndefined();
	expect(await ask(await freePort(), "known\n")).toBeUndefined();
});

test("a line that never ends, and one that comes in pieces or in two, cost nobody else anything", async () => {
	const heard: string[] = [];
	const port = await listen(async (line) => {
		heard.push(line);
		return "yes\n";
	});
	const long = connect({ host: relay, port, localAddress: home });
	long.on("error", () => {});
	long.write("x".repeat(longestRequest + 10));
	await once(long, "close");
	const pieces: Socket = connect({ host: relay, port, localAddress: home });
	for (const piece of ["pie", "ces\nmore", "\n"]) {
		pieces.write(piece);
		await new Promise((done) => setTimeout(done, 20));
	}
	const [answer] = await once(pieces, "data");
	expect(String(answer)).toBe("yes\n");
	expect(heard).toEqual(["pieces"]);
});

test("who has a code and holds the port with idle connections keeps no other home from joining", async () => {
	const port = await freePort();
	const listener = listenForEnrolments({
		...{ address: relay, port },
		isEnrolling: () => true,
		answer: async () => "yes\n",
		onTrouble() {},
	});
	onTestFinished(() => listener.stop());
	await new Promise((done) => setTimeout(done, 50));
	const idle: Socket[] = [];
	onTestFinished(() => idle.forEach((socket) => void socket.destroy()));
	for (let at = 0; at < 40; at++) {
		const socket = connect({ host: relay, port, localAddress: stranger }).on("error", () => {});
		idle.push(socket);
		await once(socket, "connect");
	}
	expect(await ask(port, "known\n", home, 1_000)).toBe("yes");
	expect(await ask(port, "known\n", stranger, 1_000)).toBe("yes");
});

test("a relay that says nothing, garbage without an end, or is cut off ends the question in time", async () => {
	const silent = await listen(() => new Promise(() => {}));
	expect(await ask(silent, "known\n", home, 200)).toBeUndefined();
	const server = createServer((socket) => socket.on("error", () => {}).write("x".repeat(2_000_000))).listen(
		0,
		relay,
	);
	onTestFinished(() => void server.close());
	await once(server, "listening");
	expect(await ask((server.address() as { port: number }).port, "known\n")).toBeUndefined();
});

test("a pulse counts when the relay's own answer to it came; a stranger's answers are none", async () => {
	const socket = createSocket("udp4").bind(0, relay);
	await once(socket, "listening");
	const { port } = socket.address();
	socket.on("message", (datagram, from) => socket.send(datagram, from.port, from.address));
	const pulse = (patience: number) =>
		firstPulse({ from: home, to: relay, port, keys: homeKeys.anna, patience, signal });
	expect(await pulse(300)).toBe(false);
	await new Promise<void>((done) => socket.close(() => done()));

	let counted = 0;
	const server = servePulses({
		...{ addresses: [relay], port },
		identity: createIdentity({
			privateKey: relayKey,
			state: { read: async () => undefined, write: async () => {}, stop() {} },
		}),
		homeAt: () => ({ id: "anna", publicKey: publicKeys.anna }),
		endpoints: async () => new Map([[publicKeys.anna, parseEndpoint("198.51.100.7:1")]]),
		onPulse: () => {
			counted += 1;
		},
		...{ onEndpoint() {}, onUnproven() {}, onDropped() {}, onTrouble() {} },
	});
	server.start();
	onTestFinished(() => server.stop());
	expect(await pulse(20_000)).toBe(true);
	expect(counted).toBeGreaterThan(0);
});

test("the code is read from standard input; an end without one is said, and nothing is waited for", async () => {
	const run = async (command: string) => {
		throw new CommandError(command, "none here", { exitCode: 3 });
	};
	const paths = { folder: "/nowhere/etc", runFolder: `/tmp/heimweg-join-${process.pid}` };
	const join = async (text: string) => {
		const input = new PassThrough();
		input.end(text);
		return joinCommand({ run, input, say() {}, signal, paths }).catch((error: Error) => error.message);
	};
	expect(await join("")).toContain("expected a code on standard input");
	expect(await join("\n")).toContain("expected a code on standard input");
	expect(await join("hello\n")).toContain('expected a code that begins with "hw1-"');
	expect(await join(`hw1-${"A".repeat(100_000)}`)).toContain('expected a code that begins with "hw1-"');
});

test.each(["Ctrl-C", "Ctrl-D"])(
	"%s where the code is to be pasted ends with the status of an interruption, and says so",
	async (pressed) => {
		const run = async (command: string) => {
			throw new CommandError(command, "none here", { exitCode: 3 });
		};
		const stop = new AbortController();
		const input = Object.assign(new PassThrough(), { isTTY: true });
		const say = () => {
			if (pressed === "Ctrl-D") input.end();
			else setImmediate(() => stop.abort(new Interrupted()));
		};
		const paths = { folder: "/nowhere/etc", runFolder: `/tmp/heimweg-join-${process.pid}` };
		const ended = joinCommand({ run, input, say, signal: stop.signal, paths });
		await expect(ended).rejects.toMatchObject({
			exitStatus: 130,
			message: "ended at your wish; run the same command again to go on",
		});
	},
);

test("a home that joins anew goes on as it is until there is a code that can be read", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-join-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	await writeFile(join(folder, "heimweg.toml"), "# a home\n");
	const run = async (command: string) => {
		throw new CommandError(command, "none here", { exitCode: 3 });
	};
	let made = 0;
	const anew = async (text: string, makeRoom?: () => Promise<void>) => {
		const input = new PassThrough();
		input.end(text);
		const options = {
			run,
			input,
			say() {},
			signal,
			paths: { folder, runFolder: join(folder, "run") },
			makeRoom,
		};
		return joinCommand(options).catch((error: Error) => error.message);
	};
	const room = async () => {
		made += 1;
		throw new Error("made room");
	};
	expect(await anew("", room)).toContain("expected a code on standard input");
	expect(await anew("hw1-garbled\n", room)).toMatch(/code/);
	expect(made).toBe(0);
	const code = await (await modelRelay()).invite("anna");
	expect(await anew(`${code}\n`)).toContain("a home already");
	expect(await anew(`${code}\n`, room)).toBe("made room");
	expect(made).toBe(1);
});
