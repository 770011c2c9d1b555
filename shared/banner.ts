import { connect } from "node:net";
import type { Address } from "./address.ts";
import { codeOf, messageOf } from "./errors.ts";
import { say } from "./words/say.ts";

/** A mail server to look at. */
export interface MailServer {
	address: Address;
	port: number;
}

/** Connects, reads the greeting, leaves. Gives what is wrong as the rest of a sentence; undefined when all is well. */
export type AskBanner = (server: MailServer, signal: AbortSignal) => Promise<string | undefined>;

/** Milliseconds for a connection, so that a lost SYN costs no more; and for the greeting, which may wait for a DNS. */
const connectPatience = 1_500;
const greetingPatience = 15_000;

/** Milliseconds that its goodbye may take. */
const goodbyePatience = 5_000;

/** Bytes of a greeting's first line that are read: RFC 5321, 4.5.3.1.5, allows 512. */
const lineLimit = 1_024;

/** Asks over TCP (RFC 5321, 3.1: a server that is ready greets with 220). */
export const askBanner: AskBanner = ({ address, port }, signal) =>
	new Promise((resolve) => {
		const socket = connect({ host: address, port });
		let text = "";
		let timer = setTimeout(() => done(say`no connection in time`), connectPatience);
		let told = false;
		function done(reason: string | undefined): void {
			if (told) return;
			told = true;
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			if (reason === undefined) socket.setTimeout(goodbyePatience, () => socket.destroy()).end("QUIT\r\n");
			else socket.destroy();
			resolve(reason);
		}
		const end = () => done(say`it is not asked any more`);
		signal.addEventListener("abort", end);
		socket.setEncoding("latin1");
		socket.on("connect", () => {
			clearTimeout(timer);
			timer = setTimeout(() => done(say`it takes connections, but sends no greeting`), greetingPatience);
		});
		socket.on("data", (chunk: string) => {
			if (text.length < lineLimit) text += chunk;
			if (!text.includes("\n") && text.length < lineLimit) return;
			done(/^220[ -]/.test(text) ? undefined : say`its greeting is "${printable(text)}"`);
		});
		socket.on("error", (error) => done(sentenceOf(error)));
		socket.on("close", () => done(say`it closed the connection without a greeting`));
		socket.on("end", () => socket.destroy());
	});

const sentences: Record<string, string> = {
	ECONNREFUSED: say`nothing listens on this port`,
	EHOSTUNREACH: say`there is no way to it`,
	ENETUNREACH: say`there is no way to it`,
	ECONNRESET: say`it closed the connection without a greeting`,
};

function sentenceOf(error: unknown): string {
	return sentences[codeOf(error) ?? ""] ?? messageOf(error);
}

function printable(text: string): string {
	return text
		.split("\n")[0]!
		.replaceAll(/[^ -~]/g, "")
		.slice(0, 100);
}
