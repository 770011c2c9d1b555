import { connect, type Socket } from "node:net";
import { SECOND } from "../../time.ts";
import { type Certificate, secured } from "./certificate.ts";

/** For a connection; a lost SYN is sent again after one second, and after three. */
const connectPatience = 3 * SECOND;

/** For a greeting, which postscreen holds back for six seconds, and for each reply. */
const replyPatience = 8 * SECOND;

/** Bytes of a reply that are read. */
const mostBytes = 8_192;

/** What is asked of a mail server. */
export interface SmtpQuestion {
	address: string;
	port?: number;
	/** The name that its certificate should have. */
	name: string;
	/** How this machine calls itself. */
	helo: string;
	/** Whom it is asked to take mail for; nothing is ever sent. As they stand between `RCPT TO:<` and `>`. */
	recipients?: readonly string[];
	/** Greetings come late; and the end of all of it, in milliseconds. */
	patience?: number;
	/** Certificates of authorities that are believed, PEM; those of this machine. */
	authorities?: readonly string[];
}

/** What a mail server showed. */
export type SmtpSeen =
	| {
			/** No connection: nobody listens, no answer came, or there is no way from here. */
			is: "refused" | "silent" | "no_way";
	  }
	| {
			/** It takes connections, and does not greet as a mail server does (RFC 5321, 3.1). */
			is: "no_greeting";
			said: string;
	  }
	| {
			is: "greets";
			banner: string;
			/** What it calls itself in answer to EHLO. */
			ehlo: string;
			/** The certificate; `none` without STARTTLS, `failed` when no TLS came of it. */
			tls: Certificate | "none" | "failed";
			/** A reply for each recipient, as far as it got. */
			replies: string[];
	  };

/** Speaks to a mail server as far as it shows what it is, and ends without a mail. Never throws. */
export async function lookAtSmtp(question: SmtpQuestion): Promise<SmtpSeen> {
	const { address, port = 25, patience = 3 * replyPatience } = question;
	const socket = connect({ host: address, port });
	socket.on("error", () => {});
	const late = setTimeout(() => socket.destroy(new Error("late")), patience);
	try {
		const failure = await connected(socket);
		return failure ? { is: failure } : await conversation(socket, question);
	} finally {
		clearTimeout(late);
		socket.destroy();
	}
}

const noWay = new Set(["ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "EACCES", "EPERM", "ENETDOWN"]);

function connected(socket: Socket): Promise<"refused" | "silent" | "no_way" | undefined> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => resolve("silent"), connectPatience);
		const end = (outcome: "refused" | "silent" | "no_way" | undefined) => {
			clearTimeout(timer);
			resolve(outcome);
		};
		socket.once("connect", () => end(undefined));
		socket.once("error", ({ code = "" }: NodeJS.ErrnoException) =>
			end(code === "ECONNREFUSED" ? "refused" : noWay.has(code) ? "no_way" : "silent"),
		);
	});
}

async function conversation(socket: Socket, question: SmtpQuestion): Promise<SmtpSeen> {
	const { helo, recipients = [] } = question;
	let ask = speaking(socket);
	const greeting = await ask();
	if (!greeting?.startsWith("220")) return { is: "no_greeting", said: shortened(greeting ?? "") };
	const hello = (await ask(`EHLO ${helo}`)) ?? "";
	const seen = {
		...{ is: "greets" as const, banner: shortened(greeting.slice(4)), ehlo: hello.slice(4).split(/\s/)[0]! },
		replies: [] as string[],
	};
	let tls: Certificate | "none" | "failed" = "none";
	if (/^250[ -]STARTTLS\s*$/im.test(hello)) {
		const ready = await ask("STARTTLS");
		const secure = ready?.startsWith("220") ? await secured(socket, question) : undefined;
		if (!secure) return { ...seen, tls: "failed" };
		tls = secure.certificate;
		ask = speaking(secure.socket);
		await ask(`EHLO ${helo}`);
	}
	for (const recipient of recipients) {
		await ask("MAIL FROM:<>");
		const reply = await ask(`RCPT TO:<${recipient}>`);
		if (reply === undefined) break;
		seen.replies.push(shortened(reply));
		await ask("RSET");
	}
	await ask("QUIT");
	return { ...seen, tls };
}

/** One command, one reply: its lines, or undefined when none came. */
function speaking(socket: Socket): (command?: string) => Promise<string | undefined> {
	let text = "";
	let told = () => {};
	socket.setEncoding("latin1");
	socket.on("data", (piece) => {
		text = (text + piece).slice(-mostBytes);
		told();
	});
	socket.on("close", () => told());
	return (command) =>
		new Promise((resolve) => {
			const timer = setTimeout(() => resolve(undefined), replyPatience);
			const end = (reply: string | undefined) => {
				clearTimeout(timer);
				told = () => {};
				resolve(reply);
			};
			told = () => {
				// A hyphen after the code: more lines of the same reply come (RFC 5321, 4.2.1).
				const [whole] = /^(?:\d{3}-.*\r?\n)*\d{3}(?: .*)?\r?\n/.exec(text) ?? [];
				if (whole !== undefined) {
					text = text.slice(whole.length);
					end(whole.trimEnd());
				} else if (socket.destroyed || (text.includes("\n") && !/^\d{3}[ -]/.test(text)))
					end(text.trimEnd() || undefined);
			};
			if (command !== undefined && !socket.destroyed) socket.write(`${command}\r\n`);
			told();
		});
}

/** As people read it: one line, and no longer than a terminal is wide. */
function shortened(text: string): string {
	return text
		.split(/\r?\n/)
		.at(-1)!
		.replaceAll(/[^ -~]/g, "")
		.slice(0, 160);
}
