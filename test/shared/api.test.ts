import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type ApiOptions, createApi } from "../../shared/api.ts";
import { askDaemon } from "../../shared/ask.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { createMetrics } from "../../shared/metrics.ts";
import { PortTaken } from "../../shared/port-holder.ts";
import { failing, silent, silentHealth } from "./silent.ts";

let socketPath: string;
beforeEach(async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-api-"));
	socketPath = join(folder, "control.sock");
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function freePort(): Promise<number> {
	const server = createTcpServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return port;
}

async function serve(changes: Partial<ApiOptions> = {}, at?: number, host = "127.0.0.1") {
	const health = silentHealth();
	const is = { ready: true, live: true };
	const api = createApi({
		health,
		metrics: createMetrics("heimweg", "1.2.3", health),
		log: silent,
		ready: () => is.ready,
		mailFlows: () => is.ready && health.mailFlows,
		live: () => is.live,
		status: () => ({ version: "1.2.3" }),
		...changes,
	});
	const port = at ?? (await freePort());
	await api.listen({ host, port }, socketPath);
	onTestFinished(() => api.close());
	return { api, health, is, port };
}

interface Target {
	port?: number;
	socketPath?: string;
	path: string;
	method?: string;
	body?: string;
}

function call({ port, socketPath: over, path, method = "GET", body }: Target) {
	const to = over ? { socketPath: over } : { host: "127.0.0.1", port };
	return new Promise<{ status: number; text: string; type: string }>((resolve, reject) => {
		const sent = request({ ...to, path, method, agent: false }, (response) => {
			let text = "";
			response.setEncoding("utf8").on("data", (chunk) => {
				text += chunk;
			});
			response.on("end", () =>
				resolve({ status: response.statusCode ?? 0, text, type: response.headers["content-type"] ?? "" }),
			);
		});
		sent.on("error", reject);
		sent.end(body);
	});
}

const ask = (path: string, body?: string) =>
	askDaemon(socketPath, path, { unit: "heimweg", ...(body === undefined ? {} : { method: "POST", body }) });

test("health tells what holds for many as one, each of it when asked for all, and what holds of one home", async () => {
	const { health, port } = await serve();
	for (let n = 0; n < 100; n++) health.set(failing, `home-${n}`, { error: "no" });
	const told = async (query: string) =>
		JSON.parse((await call({ port, path: `/healthz${query}` })).text).conditions;
	expect(await told("")).toMatchObject([{ code: "test.failing", count: 100 }]);
	expect(await told("?all")).toHaveLength(100);
	expect(await told("?home=home-7")).toMatchObject([{ subject: "home-7" }]);
});

test("status is asked for as much as somebody wants", async () => {
	await serve({ status: (scope) => ({ scope }) });
	const asked = async (query: string) =>
		JSON.parse((await call({ socketPath, path: `/status${query}` })).text);
	expect(await asked("")).toEqual({ scope: { all: false } });
	expect(await asked("?all=&home=a")).toEqual({ scope: { all: true, home: "a" } });
});

test("livez, readyz and healthz say how it is, and healthz why", async () => {
	const { health, is, port } = await serve();
	for (const path of ["/livez", "/readyz"])
		expect(await call({ port, path })).toMatchObject({ status: 200, text: "ok\n" });
	const well = await call({ port, path: "/healthz" });
	expect([well.status, JSON.parse(well.text)]).toEqual([
		200,
		{ mailFlows: true, ready: true, conditions: [] },
	]);
	health.set(failing, "", { error: "no" });
	Object.assign(is, { ready: false, live: false });
	for (const path of ["/livez", "/readyz"]) expect((await call({ port, path })).status).toBe(503);
	const ill = await call({ port, path: "/healthz" });
	expect(ill.status).toBe(503);
	expect(JSON.parse(ill.text)).toMatchObject({
		mailFlows: false,
		conditions: [
			{
				code: "test.failing",
				severity: "error",
				since: expect.any(String),
				text: "the work fails: no",
				remedy: "look at the work",
			},
		],
	});
	is.ready = true;
	health.clear(failing);
	expect((await call({ port, path: "/healthz" })).status).toBe(200);
});

test("metrics are Prometheus's, and a condition's words cannot break out of them", async () => {
	const { health, port } = await serve();
	health.set(failing, 'a"b\\c\nheimweg_forged 1', { error: "no" });
	const { status, text, type } = await call({ port, path: "/metrics" });
	expect(status).toBe(200);
	expect(type).toContain("text/plain");
	expect(text).toContain('heimweg_info{version="1.2.3"} 1');
	expect(text).toContain('subject="a\\"b\\\\c\\nheimweg_forged 1"');
	expect(text).not.toMatch(/^heimweg_forged/m);
});

test("the status and the commands are for the socket alone, which others cannot open", async () => {
	const { port } = await serve({ commands: { greet: async (name) => `hello ${name}` } });
	expect((await stat(socketPath)).mode & 0o777).toBe(0o660);
	expect((await call({ port, path: "/status" })).status).toBe(404);
	expect((await call({ port, path: "/greet", method: "POST" })).status).toBe(405);
	expect(await ask("/status")).toEqual({ version: "1.2.3" });
	expect(await ask("/greet", "Käthe")).toEqual({ text: "hello Käthe" });
});

test("a command that fails tells why and what to do; one that is not there is none, whatever its name", async () => {
	await serve({
		commands: { fail: () => Promise.reject(new HeimwegError("mail waits", { remedy: "use --force" })) },
	});
	await expect(ask("/fail", "")).rejects.toMatchObject({ message: "mail waits", remedy: "use --force" });
	for (const name of ["other", "constructor", "toString", "__proto__", "hasOwnProperty", ""])
		await expect(ask(`/${name}`, "")).rejects.toThrow(`there is no command "${name}"`);
});

test("a command's argument that is too long is refused, however long", async () => {
	await serve({ commands: { greet: async (name) => name } });
	expect(await ask("/greet", "x".repeat(4_096))).toEqual({ text: "x".repeat(4_096) });
	for (const length of [4_097, 20_000_000])
		await expect(ask("/greet", "x".repeat(length))).rejects.toThrow("too long");
});

test("other paths and methods are refused, and garbage leaves the interface serving", async () => {
	const { port } = await serve();
	expect((await call({ port, path: "/" })).status).toBe(404);
	expect((await call({ port, path: "/../../etc/passwd" })).status).toBe(404);
	expect((await call({ port, path: "/healthz", method: "DELETE" })).status).toBe(405);
	for (const bytes of [
		"GET // HTTP/1.1\r\nHost: x\r\n\r\n",
		"\0\0\0",
		`GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`,
		"GET /metrics HTTP/1.1\r\nHost: x\r\n",
	]) {
		await new Promise<void>((resolve) => {
			const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
			socket
				.resume()
				.on("error", () => {})
				.on("close", () => resolve());
		});
	}
	expect((await call({ port, path: "/livez" })).status).toBe(200);
});

test("a status that cannot be made costs that request", async () => {
	let fails = true;
	const { port } = await serve({
		status() {
			if (fails) throw new Error("a defect");
			return {};
		},
	});
	await expect(ask("/status")).rejects.toMatchObject({
		message: "the daemon broke off its answer",
		remedy: expect.stringContaining("journalctl -u heimweg"),
	});
	fails = false;
	expect(await ask("/status")).toEqual({});
	expect((await call({ port, path: "/livez" })).status).toBe(200);
});

test("a port that another program holds is told, and served once it is free; the socket is there at once", async () => {
	const holder = createTcpServer();
	const port = await freePort();
	await new Promise<void>((resolve) => holder.listen(port, "127.0.0.1", resolve));
	const troubles: Array<HeimwegError | undefined> = [];
	await serve({ onTrouble: (error) => void troubles.push(error) }, port);
	expect(await ask("/status")).toEqual({ version: "1.2.3" });
	await expect.poll(() => troubles.length).toBeGreaterThan(0);
	expect(troubles[0]).toBeInstanceOf(PortTaken);
	await new Promise((resolve) => holder.close(resolve));
	await expect.poll(() => troubles.at(-1), { timeout: 5_000 }).toBeUndefined();
	expect((await call({ port, path: "/livez" })).status).toBe(200);
});

test("an address of another machine is told, and keeps nobody from the socket", async () => {
	const troubles: Array<HeimwegError | undefined> = [];
	await serve({ onTrouble: (error) => void troubles.push(error) }, await freePort(), "192.0.2.1");
	await expect.poll(() => troubles[0]?.message).toMatch(/192\.0\.2\.1 cannot be opened: .*EADDRNOTAVAIL/);
	expect(await ask("/status")).toEqual({ version: "1.2.3" });
});

test("a socket that a killed daemon left behind is replaced", async () => {
	const first = await serve();
	first.api.close();
	await serve();
	expect(await ask("/status")).toEqual({ version: "1.2.3" });
});

test("without a daemon, or with one that was killed, asking says how to start it", async () => {
	await expect(ask("/status")).rejects.toMatchObject({
		message: "the daemon does not run",
		remedy: 'run "systemctl start heimweg", and look at "journalctl -u heimweg"',
	});
});

test.each([
	["no JSON", (): string => "<html>"],
	["nothing", (): string => ""],
])("an answer of %s is told as one that cannot be read", async (_, body) => {
	const server = createServer((_, response) => response.end(body()));
	await new Promise<void>((resolve) => server.listen(socketPath, resolve));
	onTestFinished(() => void server.close());
	await expect(ask("/status")).rejects.toThrow("cannot be read");
});

test("an answer without an end is cut off", async () => {
	const server = createServer((_, response) => {
		const chunk = "x".repeat(1024 * 1024);
		const more = () => {
			while (!response.destroyed && response.write(chunk));
			response.once("drain", more);
		};
		more();
	});
	await new Promise<void>((resolve) => server.listen(socketPath, resolve));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	await expect(ask("/status")).rejects.toThrow("too long");
}, 60_000);
