import { once } from "node:events";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type PolicyServer, servePolicy } from "../../../relay-side/policy/server.ts";
import type { HeimwegError } from "../../../shared/errors.ts";

let server: PolicyServer | undefined;
const sockets: Socket[] = [];
let folder: string;
let path: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-policy-"));
	path = join(folder, "heimweg", "policy");
});

afterEach(() => {
	server?.stop();
	for (const socket of sockets.splice(0)) socket.destroy();
	return rm(folder, { recursive: true });
});

/** A server that repeats what it is asked, and one who asks. */
async function stage() {
	await mkdir(join(folder, "heimweg"), { recursive: true });
	const requests: string[] = [];
	const listening = new Promise<void>((resolve) => {
		server = servePolicy({
			path: async () => path,
			onRequest(text) {
				requests.push(text);
				return text.startsWith("bad") ? undefined : `OK ${text.split("\n").length} ${text.length}`;
			},
			onMalformed: () => requests.push("malformed"),
			onTrouble: (error) => error ?? resolve(),
		});
		server.start();
	});
	await listening;
	const socket = connect(path).setEncoding("utf8");
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
	return { requests, socket, answers };
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
])("%s ends the connection without an answer, and is counted", async (_, text) => {
	const { socket, requests } = await stage();
	let answered = false;
	socket.on("data", () => {
		answered = true;
	});
	const closed = once(socket, "close");
	socket.write(text);
	await closed;
	expect(answered).toBe(false);
	expect(requests.filter((one) => one === "malformed")).toHaveLength(1);
});

test("whoever gets into the folder may connect, whatever the umask; an ended server leaves no socket", async () => {
	const before = process.umask(0o077);
	try {
		await stage();
	} finally {
		process.umask(before);
	}
	expect((await stat(path)).mode & 0o777).toBe(0o666);
	server?.stop();
	await expect.poll(() => stat(path).catch(() => "gone")).toBe("gone");
});

test("a socket that a killed daemon left is replaced", async () => {
	await mkdir(join(folder, "heimweg"));
	const killed = createServer().listen(path);
	await once(killed, "listening");
	const { socket, answers } = await stage();
	socket.write("a=1\n\n");
	expect(await answers(1)).toBe("action=OK 1 3\n\n");
	killed.close();
});

test("a folder that is missing is told of with a remedy, and served once it is there", async () => {
	const told: Array<HeimwegError | undefined> = [];
	const served = new Promise<void>((resolve) => {
		server = servePolicy({
			path: async () => path,
			onRequest: () => "OK",
			onMalformed: () => {},
			async onTrouble(error) {
				told.push(error as HeimwegError | undefined);
				if (error) await mkdir(join(folder, "heimweg"));
				else resolve();
			},
		});
		server.start();
	});
	await served;
	expect(told[0]?.message).toBe(`the folder ${join(folder, "heimweg")} is missing`);
	expect(told[0]?.remedy).toContain("heimweg-relay postfix --apply");
	expect(told.at(-1)).toBeUndefined();
});
