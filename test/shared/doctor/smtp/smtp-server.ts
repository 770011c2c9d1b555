import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

/** A mail server on loopback, as a test wants it to be. */
export interface SmtpServer {
	port: number;
	banner: string;
	/** What it calls itself in answer to EHLO. */
	ehlo: string;
	/** PEM; undefined: no STARTTLS. `broken`: it offers TLS, and ends the connection instead. */
	tls: { key: string; cert: string } | "broken" | undefined;
	/** The reply to `RCPT TO`, with what stands between its angle brackets. */
	recipient(address: string): string;
	/** Commands that came. */
	heard: string[];
	stop(): Promise<void>;
}

export async function smtpServer(name: string): Promise<SmtpServer> {
	const open = new Set<Socket>();
	const tcp = createServer((socket) => {
		open.add(socket.on("close", () => open.delete(socket)));
		serve(server, socket, true);
	}).listen(0, "127.0.0.1");
	await once(tcp, "listening");
	const server: SmtpServer = {
		port: (tcp.address() as { port: number }).port,
		...{ banner: `220 ${name} ESMTP Postfix`, ehlo: name, tls: undefined, heard: [] },
		recipient: () => "250 2.1.5 Ok",
		async stop() {
			for (const socket of open) socket.destroy();
			await new Promise((done) => tcp.close(done));
		},
	};
	return server;
}

function serve(server: SmtpServer, socket: Socket, greets: boolean): void {
	socket.on("error", () => {});
	const say = (...lines: string[]) => socket.write(lines.map((line) => `${line}\r\n`).join(""));
	if (greets && server.banner) say(server.banner);
	const { tls } = server;
	socket.on("data", (bytes) => {
		const line = bytes.toString("latin1").trim();
		server.heard.push(line);
		if (line.startsWith("EHLO"))
			return say(`250-${server.ehlo}`, ...(tls && greets ? ["250-STARTTLS"] : []), "250 8BITMIME");
		if (line === "STARTTLS") {
			say("220 2.0.0 Ready to start TLS");
			if (tls === "broken" || !tls) return socket.end();
			socket.removeAllListeners("data");
			const secureContext = createSecureContext(tls);
			return serve(server, new TLSSocket(socket, { isServer: true, secureContext }), false);
		}
		const recipient = /^RCPT TO:<(.*)>$/.exec(line)?.[1];
		if (recipient !== undefined) return say(server.recipient(recipient));
		say(line === "QUIT" ? "221 2.0.0 Bye" : "250 2.0.0 Ok");
	});
}
