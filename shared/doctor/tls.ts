import type { X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { connect, type TLSSocket } from "node:tls";
import { codeOf } from "../errors.ts";
import { SECOND } from "../time.ts";
import { say } from "../words/say.ts";
import { chainFrom, type Link } from "./chain.ts";

/** For the connection, what is said in clear, and the handshake together. */
const patience = 4 * SECOND;

/** Where TLS is looked at, and how it begins: at once, or after a word in clear. */
export interface TlsPlace {
	host: string;
	port: number;
	/** The name that is asked for (SNI), and that the certificate should have. */
	name: string;
	begins: "tls" | "smtp" | "imap" | "sieve";
}

/** What a server showed. */
export interface Shown {
	certificate: Pick<X509Certificate, "validTo" | "subjectAltName" | "checkHost" | "issuer">;
	/** The server's own, then those above it, as far as they were sent. */
	chain: Link[];
	/** Why a client would not believe the chain; undefined when it would. The name is not part of that. */
	distrust?: string;
}

/** Why nothing was shown. */
export interface TlsTrouble {
	is: "refused" | "silent" | "no_starttls" | "broken";
	place: string;
	/** What was said instead. */
	said?: string;
}

export type SeeTls = (place: TlsPlace) => Promise<Shown | TlsTrouble>;

/** How each protocol goes over to TLS: what is waited for, said, and waited for again (RFC 3207; RFC 3501; RFC 5804). */
const beginnings = {
	smtp: [/^220 /, "EHLO heimweg.invalid", /^250 /, "STARTTLS", /^220/],
	imap: [/^\* OK/, "a STARTTLS", /^a OK/],
	sieve: [/^OK/, "STARTTLS", /^OK/],
} as const;

/** Looks at the certificate that a server shows. Sends nothing but what it takes to begin; never throws. */
export const seeTls: SeeTls = async ({ host, port, name, begins }) => {
	const place = `${host}:${port}`;
	const timer = AbortSignal.timeout(patience);
	const tcp = connectTcp({ host, port, signal: timer });
	try {
		await new Promise<void>((done, fail) => tcp.once("connect", done).once("error", fail));
		const said = begins === "tls" ? undefined : await beginTls(tcp, beginnings[begins], timer);
		if (said !== undefined) return { is: "no_starttls", place, said };
		return shownBy(await handshake(tcp, name, timer));
	} catch (error) {
		if (timer.aborted) return { is: "silent", place };
		if (codeOf(error) === "ECONNREFUSED") return { is: "refused", place };
		return { is: "broken", place, said: codeOf(error) ?? (error as Error).message };
	} finally {
		tcp.destroy();
	}
};

/** What is wrong, in words. */
export function tlsTroubleText({ is, place, said }: TlsTrouble): string {
	switch (is) {
		case "refused":
			return say`nothing listens at ${place}`;
		case "silent":
			return say`${place} did not answer in time`;
		case "no_starttls":
			return say`${place} does not go over to TLS: ${said ?? ""}`;
		case "broken":
			return say`the TLS handshake with ${place} failed: ${said ?? ""}`;
	}
}

/** Speaks in clear until TLS may begin; what the server said instead, else undefined. */
async function beginTls(
	tcp: Socket,
	words: ReadonlyArray<RegExp | string>,
	signal: AbortSignal,
): Promise<string | undefined> {
	const reader = createInterface({ input: tcp, signal });
	const lines = reader[Symbol.asyncIterator]();
	try {
		for (const word of words) {
			if (typeof word === "string") {
				tcp.write(`${word}\r\n`);
				continue;
			}
			for (;;) {
				const { value: line = "", done } = await lines.next();
				if (word.test(line)) break;
				const goesOn = /^(?:\d{3}-|\* |")/.test(line);
				if (done || !goesOn) return line.slice(0, 100);
			}
		}
		return undefined;
	} finally {
		tcp.pause();
		reader.close();
		tcp.removeAllListeners("data");
	}
}

function handshake(tcp: Socket, name: string, signal: AbortSignal): Promise<TLSSocket> {
	return new Promise((resolve, reject) => {
		const tls = connect({
			...{ socket: tcp, rejectUnauthorized: false, checkServerIdentity: () => undefined },
			...(isIP(name) ? {} : { servername: name }),
		});
		signal.addEventListener("abort", () => tls.destroy(new Error("it took too long")));
		tls.once("secureConnect", () => resolve(tls)).once("error", reject);
	});
}

function shownBy(tls: TLSSocket): Shown | TlsTrouble {
	const own = tls.getPeerX509Certificate();
	if (!own) return { is: "broken", place: "", said: "it showed no certificate" };
	// With rejectUnauthorized off, it is a code and no error.
	const distrust = tls.authorizationError as unknown as string | null;
	return {
		certificate: own,
		chain: chainFrom(own),
		...(tls.authorized || !distrust ? {} : { distrust: String(distrust) }),
	};
}
