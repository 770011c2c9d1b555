import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { promisify } from "node:util";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { askRelay } from "../../../agent/relay/client.ts";
import { parseAddress } from "../../../shared/address.ts";
import { checkinPath } from "../../../shared/protocol/checkin.ts";

const loopback = parseAddress("127.0.0.1");
const keys = { pulse: Buffer.alloc(32, 1), answer: Buffer.alloc(32, 2), checkin: Buffer.alloc(32, 3) };
const secret = "what-we-tell-the-relay";
const bearer = "a-bearer";

let server: Server | undefined;
afterEach(() => {
	server?.close();
});

/** Asks whoever listens; `remembered` is what is known of the relay. */
async function ask(remembered: { spoken: boolean }) {
	const { port } = server!.address() as AddressInfo;
	const spoken = {
		has: () => remembered.spoken,
		add: () => {
			remembered.spoken = true;
		},
	};
	const limits = { signal: new AbortController().signal, patience: 2_000, limit: 100_000 };
	return askRelay(
		{ relay: loopback, from: loopback, port, keys, spoken, bearer },
		checkinPath,
		{ secret },
		limits,
	);
}

async function listen(fresh: Server): Promise<void> {
	server = fresh;
	await new Promise<void>((done) => fresh.listen(0, loopback, done));
}

const run = promisify(execFile);

/** What an agent says that checks in over there and trusts this certificate as the public does its authorities. */
async function askTrusting(certificate: string): Promise<string> {
	const { port } = server!.address() as AddressInfo;
	const script = `
		const { askRelay } = await import(${JSON.stringify(join(import.meta.dirname, "../../../agent/relay/client.ts"))});
		const key = Buffer.alloc(32, 3);
		const port = { relay: "127.0.0.1", from: "127.0.0.1", port: ${port}, keys: { checkin: key }, bearer: "",
			spoken: { has: () => true, add() {} } };
		const limits = { signal: new AbortController().signal, patience: 2000, limit: 1000 };
		console.log(await askRelay(port, "/", { secret: "${secret}" }, limits).then(() => "taken", (e) => e.message));`;
	const argv = ["--import", "tsx", "--input-type=module", "--eval", script];
	const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
	return (await run(process.execPath, argv, { env, cwd: join(import.meta.dirname, "../../..") })).stdout;
}

test("an impostor with a certificate that everybody trusts hears nothing, and is not taken for the relay", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-tls-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const request =
		"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out cert -days 2 -subj /CN=relay -addext subjectAltName=DNS:relay,IP:127.0.0.1";
	await run("openssl", request.split(" "), { cwd: folder });
	let heard = "";
	const certificate = join(folder, "cert");
	const pair = { key: await readFile(join(folder, "key")), cert: await readFile(certificate) };
	await listen(
		createTlsServer({ ...pair, minVersion: "TLSv1.3" }, (socket) => {
			socket.on("error", () => {});
			socket.on("data", (data) => {
				heard += data;
			});
		}),
	);
	expect(await askTrusting(certificate)).toMatch(/did not prove to be our relay|instead of our key/);
	expect(heard).toBe("");
}, 30_000);

test("who holds the port learns neither what we tell nor the bearer from an agent that has seen version 2", async () => {
	let heard = "";
	await listen(
		createTcpServer((socket) => {
			socket.on("error", () => {});
			socket.on("data", (data) => {
				heard += data.toString("latin1");
				socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
			});
		}),
	);
	await expect(ask({ spoken: true })).rejects.toThrow(/did not prove to be our relay/);
	expect(heard.length).toBeGreaterThan(100);
	for (const word of [secret, bearer, "POST"]) expect(heard).not.toContain(word);
});

test("an impostor with another pre-shared key is refused", async () => {
	await listen(
		createTlsServer({
			...{ minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" },
			pskCallback: () => Buffer.alloc(32, 9),
		}),
	);
	await expect(ask({ spoken: true })).rejects.toThrow(/did not prove to be our relay/);
});

test("a relay of version 1 is spoken to without TLS, with the bearer, until it has spoken version 2", async () => {
	const bearers: Array<string | undefined> = [];
	const old = createHttpServer((request, response) => {
		bearers.push(request.headers.authorization);
		request.resume().on("end", () => response.end("{}"));
	});
	await listen(old);
	const remembered = { spoken: false };
	expect(await ask(remembered)).toEqual({ status: 200, text: "{}" });
	expect([bearers, remembered.spoken]).toEqual([[`Bearer ${bearer}`], false]);
	await expect(ask({ spoken: true })).rejects.toThrow(/did not answer as it should/);
	expect(bearers).toHaveLength(1);
});
