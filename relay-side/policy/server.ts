import { createServer, type Server, type Socket } from "node:net";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";

export interface PolicyOptions {
	port: number;
	/** Answers the text of a request with an action (access(5)); undefined when it is no request. */
	onRequest(text: string): string | undefined;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
}

export interface PolicyServer {
	start(): void;
	stop(): void;
}

/** Milliseconds until a port that could not be bound is tried again. */
const retryAfter = 1_000;

/** A request is some 40 short lines. */
const longestRequest = 64 * 1024;

/** Milliseconds that Postfix may keep a connection without asking; it closes its own after 300 s. */
const longestSilence = 600_000;

/** More than the smtpd(8) processes of a busy relay, each of which keeps a connection. */
const connections = 1_000;

/** Postfix's policy service (SMTPD_POLICY_README), on loopback: requests of name=value lines, an empty line ends each. */
export function servePolicy(options: PolicyOptions): PolicyServer {
	const sockets = new Set<Socket>();
	let server: Server | undefined;
	let stopped = false;

	function open(): void {
		if (stopped) return;
		const fresh = createServer(serve);
		fresh.maxConnections = connections;
		fresh.on("error", (error) => {
			if (server !== fresh) return;
			server = undefined;
			fresh.close();
			options.onTrouble(explain(error, options.port));
			setTimeout(open, retryAfter).unref();
		});
		fresh.listen({ host: "127.0.0.1", port: options.port }, () => options.onTrouble(undefined));
		server = fresh;
	}

	function serve(socket: Socket): void {
		let text = "";
		sockets.add(socket);
		socket.setEncoding("utf8");
		socket.setTimeout(longestSilence, () => socket.destroy());
		socket.on("error", () => socket.destroy());
		socket.on("close", () => sockets.delete(socket));
		socket.on("data", (chunk: string) => {
			text += chunk;
			for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
				const action = options.onRequest(text.slice(0, end));
				text = text.slice(end + 2);
				// Postfix takes a connection that ends for a service that is down: the mail waits.
				if (action === undefined) return void socket.destroy();
				socket.write(`action=${action}\n\n`);
			}
			if (text.length > longestRequest) socket.destroy();
		});
	}

	return {
		start: open,
		stop() {
			stopped = true;
			server?.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}

function explain(error: unknown, port: number): HeimwegError {
	if (codeOf(error) === "EADDRINUSE") {
		return new HeimwegError(`TCP port ${port} on 127.0.0.1 is in use by another program`, {
			remedy:
				'end that program ("ss -lntp" as root shows it), or choose another postfix.policy_port and run "heimweg-relay postfix --apply"',
		});
	}
	return new HeimwegError(`TCP port ${port} on 127.0.0.1 cannot be opened: ${messageOf(error)}`);
}
