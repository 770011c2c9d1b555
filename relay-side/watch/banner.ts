import { connect } from "node:net";
import type { Address } from "../../shared/address.ts";
import { codeOf, messageOf } from "../../shared/errors.ts";

/** A mail server to look at. */
export interface MailServer {
	address: Address;
	port: number;
}

/** Connects, reads the greeting, leaves. Gives what is wrong as the rest of a sentence; undefined when all is well. */
export type AskBanner = (server: MailServer, signal: AbortSignal) => Promise<string | undefined>;

export interface BannerOptions {
	ask: AskBanner;
	/** The home's mail server greeted us. */
	onAnswer(home: string): void;
	/** It did not, why, and for how many milliseconds; it is asked again. */
	onSilence(home: string, reason: string, lasting: number): void;
	now?: () => number;
}

export interface BannerWatch {
	/** Looks until the home's mail server greets, then tells; does nothing while it already looks. */
	look(home: string, server: MailServer): void;
	/** Looks no longer. */
	forget(home: string): void;
	stop(): void;
}

/** It is asked again after a tenth of the time that it has been silent, within these bounds in milliseconds. */
const shortest = 500;
const longest = 10_000;

/** Looks for mail servers that do not answer, each by itself. */
export function watchBanners(options: BannerOptions): BannerWatch {
	const now = options.now ?? (() => performance.now());
	const looking = new Map<string, AbortController>();

	function look(home: string, server: MailServer): void {
		if (looking.has(home)) return;
		const ending = new AbortController();
		looking.set(home, ending);
		void search(home, server, ending.signal);
	}

	async function search(home: string, server: MailServer, signal: AbortSignal): Promise<void> {
		const began = now();
		for (;;) {
			const reason = await options.ask(server, signal).catch(messageOf);
			if (signal.aborted) return;
			if (reason === undefined) break;
			const lasting = now() - began;
			options.onSilence(home, reason, lasting);
			await pause(Math.min(Math.max(lasting / 10, shortest), longest), signal);
			if (signal.aborted) return;
		}
		looking.delete(home);
		options.onAnswer(home);
	}

	function forget(home: string): void {
		looking.get(home)?.abort();
		looking.delete(home);
	}

	return {
		look,
		forget,
		stop() {
			for (const home of [...looking.keys()]) forget(home);
		},
	};
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			resolve();
		};
		const timer = setTimeout(() => {
			signal.removeEventListener("abort", end);
			resolve();
		}, milliseconds);
		signal.addEventListener("abort", end, { once: true });
	});
}

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
		let timer = setTimeout(() => done("no connection in time"), connectPatience);
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
		const end = () => done("it is not asked any more");
		signal.addEventListener("abort", end);
		socket.setEncoding("latin1");
		socket.on("connect", () => {
			clearTimeout(timer);
			timer = setTimeout(() => done("it takes connections, but sends no greeting"), greetingPatience);
		});
		socket.on("data", (chunk: string) => {
			if (text.length < lineLimit) text += chunk;
			if (!text.includes("\n") && text.length < lineLimit) return;
			done(/^220[ -]/.test(text) ? undefined : `its greeting is "${printable(text)}"`);
		});
		socket.on("error", (error) => done(sentenceOf(error)));
		socket.on("close", () => done("it closed the connection without a greeting"));
		socket.on("end", () => socket.destroy());
	});

const sentences: Record<string, string> = {
	ECONNREFUSED: "nothing listens on this port",
	EHOSTUNREACH: "there is no way to it",
	ENETUNREACH: "there is no way to it",
	ECONNRESET: "it closed the connection without a greeting",
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
