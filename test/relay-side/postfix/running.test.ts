import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createPostfixWatch, postfixListens } from "../../../relay-side/postfix/running.ts";
import { silentHealth } from "../../shared/silent.ts";

let directory: string;
let pickup: string;
beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), "heimweg-queue-"));
	pickup = join(directory, "public", "pickup");
	await mkdir(join(directory, "public"));
	onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

/** As master(8) does, whose socket stays when it is killed; the returned function kills it. */
async function master(): Promise<() => Promise<void>> {
	const script = 'require("net").createServer().listen(process.argv[1], () => console.log("listens"))';
	const child = spawn(process.execPath, ["-e", script, pickup], { stdio: ["ignore", "pipe", "inherit"] });
	await once(child.stdout, "data");
	return async () => {
		child.kill("SIGKILL");
		await once(child, "exit");
	};
}

test("Postfix listens until it ends, also when its socket is still there", async () => {
	expect(await postfixListens(directory)).toBe(false);
	const kill = await master();
	expect(await postfixListens(directory)).toBe(true);
	await kill();
	expect(await postfixListens(directory)).toBe(false);
});

test("where something else lies in the socket's place there is no telling", async () => {
	await writeFile(pickup, "");
	expect(await postfixListens(directory)).toBeUndefined();
});

test("it is told when two looks in a row find it down, and over with the first that finds it", async () => {
	const health = silentHealth();
	const look = createPostfixWatch({ run: async () => `${directory}\n`, health });
	await look();
	expect(health.list()).toEqual([]);
	await look();
	expect(health.list()).toMatchObject([{ code: "postfix.not_running", blocksMail: true }]);
	const server = createServer((socket) => socket.end()).listen(pickup);
	await once(server, "listening");
	await look();
	expect(health.list()).toEqual([]);
	server.close();
	await once(server, "close");
	await look();
	expect(health.list()).toEqual([]);
});

test("where postconf does not tell the queue's folder, nothing is said", async () => {
	const health = silentHealth();
	const look = createPostfixWatch({ run: () => Promise.reject(new Error("no postconf")), health });
	await look();
	await look();
	expect(health.list()).toEqual([]);
});
