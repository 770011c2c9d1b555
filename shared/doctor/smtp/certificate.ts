import type { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { connect, rootCertificates, type TLSSocket } from "node:tls";
import { SECOND } from "../../time.ts";
import { chainFrom, type Link } from "../chain.ts";

/** For a handshake. */
const patience = 5 * SECOND;

/** The authorities that this machine believes; Debian's place. */
const systemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

/** A server's certificate, as far as it matters here. */
export interface Certificate {
	/** DNS names that it is for, small letters. */
	names: string[];
	/** It is for the name that was asked for, as TLS clients compare (RFC 6125). */
	fits: boolean;
	/** When it ends, ISO 8601. */
	ends: string;
	/** Why no chain leads to an authority that is known here; undefined when one does. */
	distrust: string | undefined;
	/** It, then those above it, as far as they were sent. */
	chain: Link[];
}

/** Ends the plain conversation and begins TLS; whoever the server is, its certificate is taken. Undefined: no TLS came of it. */
export async function secured(
	socket: Socket,
	{ name, authorities }: { name: string; authorities?: readonly string[] },
): Promise<{ socket: TLSSocket; certificate: Certificate } | undefined> {
	const ca = [...(authorities ?? (await known()))];
	return new Promise((resolve) => {
		socket.removeAllListeners("data");
		const secure = connect({ socket, servername: name, rejectUnauthorized: false, ca });
		const timer = setTimeout(() => resolve(undefined), patience);
		secure.on("error", () => resolve(undefined));
		secure.once("close", () => resolve(undefined));
		secure.once("secureConnect", () => {
			clearTimeout(timer);
			const own = secure.getPeerX509Certificate();
			if (!own) return resolve(undefined);
			resolve({ socket: secure, certificate: certificateOf(own, name, secure.authorizationError) });
		});
	});
}

async function known(): Promise<string[]> {
	const system = await readFile(systemAuthorities, "utf8").catch(() => undefined);
	return system === undefined ? [...rootCertificates] : [system];
}

function certificateOf(own: X509Certificate, name: string, error: unknown): Certificate {
	const code = error === undefined || error === null ? undefined : String((error as Error).message ?? error);
	// The name and the time are told by themselves.
	const byItself = /^(?:ERR_TLS_CERT_ALTNAME_INVALID|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$|altnames/i;
	return {
		names: [...(own.subjectAltName ?? "").matchAll(/DNS:([^,"\s]+)/g)].map(([, one]) => one!.toLowerCase()),
		fits: own.checkHost(name) !== undefined,
		ends: new Date(own.validTo).toISOString(),
		distrust: code === undefined || byItself.test(code) ? undefined : code.slice(0, 100),
		chain: chainFrom(own),
	};
}
