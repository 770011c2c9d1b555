import { constants } from "node:fs";
import { access, chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

export interface PolicyOptions {
	/** Where the socket shall be; asked again after each failure. */
	path(): Promise<string>;
	/** Answers the text of a request with an action (access(5)); undefined when it is no request. */
	onRequest(text: string): string | undefined;
	/** What came is no request that can be answered, or too long for one. */
	onMalformed(): void;
	/** The socket cannot be served, or (undefined) it can again. */
	onTrouble(error: unknown): void;
}

export interface PolicyServer {
	start(): void;
	stop(): void;
}

/** Until a socket that could not be made is tried again. */
const retryAfter = 1 * SECOND;

/** A request is some 40 short lines. */
const longestRequest = 64 * 1024;

/** That Postfix may keep a connection without asking; it closes its own after 300 s. */
const longestSilence = 10 * MINUTE;

/** More than the smtpd(8) processes of a busy relay, each of which keeps a connection. */
const connections = 1_000;

/** Whoever gets into the folder may connect: its rights keep out all but Postfix. */
const socketMode = 0o666;

/**
 * Postfix's policy service (SMTPD_POLICY_README), on a socket in the file system: requests of name=value lines, an
 * empty line ends each.
 */
export function servePolicy(options: PolicyOptions): PolicyServer {
	const sockets = new Set<Socket>();
	let server: Server | undefined;
	let stopped = false;

	async function open(): Promise<void> {
		let path: string | undefined;
		try {
			path = await options.path();
			// listen(2) says EACCES for whatever is wrong with the folder.
			await access(dirname(path), constants.W_OK | constants.X_OK);
			// What a daemon that was killed has left; nobody else can make anything in this folder.
			await rm(path, { force: true });
			if (stopped) return;
			server = await listen(path);
			await chmod(path, socketMode);
			if (stopped) server.close();
			else options.onTrouble(undefined);
		} catch (error) {
			server?.close();
			if (stopped) return;
			options.onTrouble(path === undefined ? error : explain(error, path));
			setTimeout(open, retryAfter).unref();
		}
	}

	function listen(path: string): Promise<Server> {
		const fresh = createServer(serve);
		fresh.maxConnections = connections;
		return new Promise((resolve, reject) => {
			fresh.on("error", reject);
			fresh.listen({ path }, () => resolve(fresh));
		});
	}

	function serve(socket: Socket): void {
		let text = "";
		sockets.add(socket);
		socket.setEncoding("utf8");
		socket.setTimeout(longestSilence, () => socket.destroy());
		socket.on("error", () => socket.destroy());
		socket.on("close", () => sockets.delete(socket));
		const refuse = () => {
			options.onMalformed();
			socket.destroy();
		};
		socket.on("data", (chunk: string) => {
			if (socket.destroyed) return;
			text += chunk;
			for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
				const action = options.onRequest(text.slice(0, end));
				text = text.slice(end + 2);
				// Postfix takes a connection that ends for a service that is down: the mail waits.
				if (action === undefined) return refuse();
				socket.write(`action=${action}\n\n`);
			}
			if (text.length > longestRequest) refuse();
		});
	}

	return {
		start: () => void open(),
		stop() {
			stopped = true;
			server?.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}

function explain(error: unknown, path: string): HeimwegError {
	const folder = dirname(path);
	const code = codeOf(error);
	if (code === "ENOENT") {
		return new HeimwegError(`the folder ${folder} is missing`, {
			remedy: 'run "heimweg-relay postfix --apply", which makes it, and "systemctl restart heimweg-relay"',
		});
	}
	const problem = `the socket ${path} cannot be made: ${messageOf(error)}`;
	if (code === "EROFS") {
		return new HeimwegError(problem, {
			remedy: `run "systemctl restart heimweg-relay"; if that does not help, add ReadWritePaths=${folder} to its unit with "systemctl edit heimweg-relay"`,
		});
	}
	if (code === "EACCES" || code === "EPERM") {
		return new HeimwegError(problem, {
			remedy: `run "chown heimweg:postfix ${folder}" and "chmod 2710 ${folder}"`,
		});
	}
	return new HeimwegError(problem);
}
