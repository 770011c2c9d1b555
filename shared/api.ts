import { chmod, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, isIP } from "node:net";
import { dirname, join } from "node:path";
import { parseAddress } from "./address.ts";
import { ConfigError, codeOf, type HeimwegError, messageOf, remedyOf } from "./errors.ts";
import type { Health } from "./health.ts";
import { keepListening } from "./listen.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { StatusScope } from "./part.ts";
import { portName } from "./port-holder.ts";
import { conditionsIn } from "./program-status.ts";

export interface ApiOptions {
	health: Health;
	metrics: Metrics;
	log: Logger;
	/** True once the program serves. */
	ready: () => boolean;
	/** False while mail is known not to flow. */
	mailFlows: () => boolean;
	/** True while no duty is stuck. */
	live: () => boolean;
	/** What `status` shows. */
	status: (scope: StatusScope) => unknown;
	/** What the command line may ask for, by name; answers a sentence. Only over the socket. */
	commands?: Record<string, (argument: string) => Promise<string>>;
	/** The TCP port cannot be served, or (undefined) it can again. */
	onTrouble?(error: HeimwegError | undefined): void;
}

/** The largest body of a command. */
const commandLimit = 4_096;

/**
 * The program's own HTTP interface: health and figures on a TCP address (loopback by default), and the same with
 * `status` and the commands on a socket in the file system, which only root and the service's group can open.
 */
export interface Api {
	/**
	 * Resolves when the socket is served. The TCP port is tried again each second: any user of the machine may hold it, and
	 * must not keep the program from its work.
	 */
	listen(tcp: { host: string; port: number } | undefined, socket: string | undefined): Promise<void>;
	close(): Promise<void>;
}

export function createApi(options: ApiOptions): Api {
	const servers = new Set<Server>();
	let endTcp = () => {};

	async function answer(request: IncomingMessage, response: ServerResponse, trusted: boolean): Promise<void> {
		const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://heimweg");
		const scope = { all: searchParams.has("all"), home: searchParams.get("home") ?? undefined };
		if (trusted && request.method === "POST") return command(path.slice(1), request, response);
		if (request.method !== "GET" && request.method !== "HEAD")
			return json(response, 405, { error: "GET only" });
		if (path === "/livez") return plain(response, options.live());
		if (path === "/readyz") return plain(response, options.ready());
		if (path === "/healthz") return health(response, scope);
		if (path === "/status" && trusted) return json(response, 200, options.status(scope));
		if (path === "/metrics") {
			const { type, text } = await options.metrics.expose();
			response.writeHead(200, { "content-type": type }).end(text);
			return;
		}
		json(response, 404, { error: "try /healthz, /livez, /readyz or /metrics" });
	}

	function health(response: ServerResponse, scope: StatusScope): void {
		const flows = options.mailFlows();
		const conditions = conditionsIn(options.health, scope).map(
			({ visibleAfter: _, mail: __, ...shown }) => shown,
		);
		json(response, flows ? 200 : 503, { mailFlows: flows, ready: options.ready(), conditions });
	}

	async function command(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
		const commands = options.commands ?? {};
		const act = Object.hasOwn(commands, name) ? commands[name] : undefined;
		if (!act) return json(response, 404, { error: `there is no command "${name}"` });
		let body = "";
		// Without this the connection would be closed before the refusal is sent.
		const chunks: AsyncIterable<string> = request.setEncoding("utf8").iterator({ destroyOnReturn: false });
		for await (const chunk of chunks) {
			body += chunk;
			if (body.length <= commandLimit) continue;
			response.setHeader("connection", "close");
			return json(response, 413, { error: "too long" });
		}
		try {
			json(response, 200, { text: await act(body) });
		} catch (error) {
			json(response, 409, { error: messageOf(error), remedy: remedyOf(error) });
		}
	}

	function make(trusted: boolean): Server {
		const server = createServer((request, response) => {
			answer(request, response, trusted).catch((error) => {
				options.log.debug({ err: error }, "a request to the status interface failed");
				response.destroy();
			});
		});
		server.requestTimeout = 10_000;
		server.headersTimeout = 5_000;
		server.maxConnections = 50;
		servers.add(server);
		return server;
	}

	function end(server: Server): void {
		servers.delete(server);
		server.close();
		server.closeAllConnections();
	}

	async function serveSocket(path: string): Promise<void> {
		await rm(path, { force: true });
		const server = make(true);
		await listening(server, { path }).catch((error) => Promise.reject(explain(error, { path })));
		// No file descriptor left for a connection, for instance: that costs the connection, not the program.
		server.on("error", (error) => options.log.debug({ err: error }, "the status interface had a failure"));
		await chmod(path, 0o660);
	}

	function serveTcp({ host, port }: { host: string; port: number }): void {
		const where = { protocol: "tcp", address: parseAddress(host), port } as const;
		const tcp = keepListening<Server>({
			places: [{ name: portName(where), port: where, open: () => make(false).listen({ host, port }) }],
			remedy: "end that program, or choose another port for http.listen",
			onTrouble: options.onTrouble ?? (() => {}),
			close: end,
		});
		endTcp = tcp.stop;
		tcp.start();
	}

	return {
		async listen(tcp, socket) {
			if (tcp) serveTcp(tcp);
			if (socket) await serveSocket(socket);
		},
		async close() {
			endTcp();
			for (const server of servers) end(server);
		},
	};
}

/**
 * Tries whether the status interface could be served, as sentences when not; the port may be taken by the daemon that
 * runs already.
 */
export async function listenProblems(config: {
	http: { listen: { host: string; port: number } };
	run_dir: string;
}): Promise<string[]> {
	const server = createServer();
	try {
		if (config.http.listen.port < (await firstFreePort()))
			throw Object.assign(new Error(), { code: "EACCES" });
		await listening(server, config.http.listen);
		return [];
	} catch (error) {
		if (codeOf(error) === "EADDRINUSE" && (await answers(join(config.run_dir, "control.sock")))) return [];
		const explained = explain(error, config.http.listen);
		return explained instanceof ConfigError ? explained.problems : [messageOf(error)];
	} finally {
		server.close();
	}
}

/** The first port that a program without privileges may have (ip(7)). */
async function firstFreePort(): Promise<number> {
	return Number(await readFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8").catch(() => 1024));
}

function answers(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ path, timeout: 5_000 });
		const end = (answer: boolean) => {
			socket.destroy();
			resolve(answer);
		};
		socket
			.once("connect", () => end(true))
			.once("error", () => end(false))
			.once("timeout", () => end(false));
	});
}

function listening(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(where, resolve);
	});
}

function explain(error: unknown, where: { host: string; port: number } | { path: string }): unknown {
	const code = codeOf(error);
	if ("path" in where) {
		const folder = dirname(where.path);
		if (code === "ENOENT" || code === "ENOTDIR")
			return new ConfigError([
				`run_dir: there is no folder ${folder}: leave run_dir out of the config, and the unit makes one`,
			]);
		if (code === "EACCES")
			return new ConfigError([
				`run_dir: the user heimweg cannot write to ${folder}: leave run_dir out of the config, and the unit makes one`,
			]);
		return error;
	}
	const { host, port } = where;
	const shown = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
	if (code === "EADDRINUSE") {
		return new ConfigError([`http.listen: ${shown} is in use by another program: choose another port`]);
	}
	if (code === "EADDRNOTAVAIL") {
		return new ConfigError([`http.listen: ${shown} is not an address of this machine: use 127.0.0.1`]);
	}
	if (code === "EACCES")
		return new ConfigError([`http.listen: ${shown} needs root: choose a port of 1024 or more`]);
	return error;
}

function plain(response: ServerResponse, good: boolean): void {
	response.writeHead(good ? 200 : 503, { "content-type": "text/plain" }).end(good ? "ok\n" : "not ok\n");
}

function json(response: ServerResponse, status: number, body: unknown): void {
	response
		.writeHead(status, { "content-type": "application/json" })
		.end(`${JSON.stringify(body, null, 2)}\n`);
}
