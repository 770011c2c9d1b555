import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type PolicyServer, servePolicy } from "../../../relay-side/policy/server.ts";
import type { HeimwegError } from "../../../shared/errors.ts";

let server: PolicyServer | undefined;
const sockets: Socket[] = [];

afterEach(() => {
	server?.stop();
	for (const socket of sockets.splice(0)) socket.destroy();
});

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, "127.0.0.1");
	await once(probe, "listening");
	const { port } = probe.address() as { port: number };
	probe.close();
	await once(probe, "close");
	return port;
}

/** A server that repeats what it is asked, and one who asks. */
async function stage() {
	const port = await freePort();
	const requests: string[] = [];
	const listening = new Promise<void>((resolve) => {
		server = servePolicy({
			port,
			onRequest(text) {
				requests.push(text);
				return text.startsWith("bad") ? undefined : `OK ${text.split("\n").length} ${text.length}`;
			},
			onTrouble: (error) => error ?? resolve(),
		});
		server.start();
	});
	await listening;
	const socket = connect(port, "127.0.0.1").setEncoding("utf8");
	sockets.push(socket);
	let received = "";
	socket.on("data", (text: string) => {
		received += text;
	});
	socket.on("error", () => {});
	await once(socket, "connect");
	const answers = async (count: number) => {
		while (received.split("\n\n").length <= count) await once(socket, "data");
		return received;
	};
	return { port, requests, socket, answers };
}

test("each request of a connection gets one answer, also when they come in pieces or together", async () => {
	const { socket, answers, requests } = await stage();
	socket.write("a=1\nb=");
	socket.write("2\n\nc=3\n\nd=");
	await answers(2);
	socket.write("4\n");
	socket.write("\n");
	expect(await answers(3)).toBe("action=OK 2 7\n\naction=OK 1 3\n\naction=OK 1 3\n\n");
	expect(requests).toEqual(["a=1\nb=2", "c=3", "d=4"]);
});

test.each([
	["what is no request", "bad\n\n"],
	["a request without an end", "x".repeat(70 * 1024)],
])("%s ends the connection without an answer", async (_, text) => {
	const { socket } = await stage();
	let answered = false;
	socket.on("data", () => {
		answered = true;
	});
	const closed = once(socket, "close");
	socket.write(text);
	await closed;
	expect(answered).toBe(false);
});

test("a port that another program holds is told of, and served once it is free", async () => {
	const port = await freePort();
	const other = createServer().listen(port, "127.0.0.1");
	await once(other, "listening");
	const told: Array<HeimwegError | undefined> = [];
	const served = new Promise<void>((resolve) => {
		server = servePolicy({
			port,
			onRequest: () => "OK",
			onTrouble(error) {
				told.push(error);
				if (error) other.close();
				else resolve();
			},
		});
		server.start();
	});
	await served;
	expect(told[0]?.message).toBe(`TCP port ${port} on 127.0.0.1 is in use by another program`);
	expect(told[0]?.remedy).toContain("postfix.policy_port");
	expect(told.at(-1)).toBeUndefined();
});
