import type { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { renewalFailed } from "../../shared/renewal.ts";
import { SECOND } from "../../shared/time.ts";

/** For the connection and the handshake together. */
const patience = 5 * SECOND;

/** What is to be said of a certificate; `other`: it is for other names. */
export interface Verdict {
	is: "well" | "expired" | "soon" | "other";
	/** The day on which it ends, ISO 8601. */
	ends: string;
	/** The names that it is for. */
	names: string;
}

/** The certificate that this machine shows to a mail program that asks for the name; undefined when nobody shows one. */
export function shownCertificate(name: string, port: number): Promise<X509Certificate | undefined> {
	return new Promise((resolve) => {
		const socket = connect({
			...{ host: "127.0.0.1", port, servername: name },
			// It is looked at, and nothing is sent: whoever signed it.
			rejectUnauthorized: false,
		});
		const end = (found: X509Certificate | undefined) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(found);
		};
		const timer = setTimeout(() => end(undefined), patience);
		socket.once("secureConnect", () => end(socket.getPeerX509Certificate()));
		socket.on("error", () => end(undefined));
		socket.once("close", () => end(undefined));
	});
}

/** Judges a certificate for a name at this moment. Pure. */
export function judgeCertificate(
	certificate: Pick<X509Certificate, "validTo" | "subjectAltName" | "checkHost">,
	name: string,
	now: Date,
): Verdict {
	const end = new Date(certificate.validTo);
	// Mail programs refuse an end that is no time as they do one that has been.
	const isTime = !Number.isNaN(end.getTime());
	const ends = isTime ? end.toISOString().slice(0, 10) : certificate.validTo;
	const known = { ends, names: namesOf(certificate.subjectAltName ?? "") };
	if (!isTime || end <= now) return { is: "expired", ...known };
	if (certificate.checkHost(name) === undefined) return { is: "other", ...known };
	return { is: end.getTime() - now.getTime() < renewalFailed ? "soon" : "well", ...known };
}

function namesOf(alternatives: string): string {
	const names = [...alternatives.matchAll(/DNS:([^,\s]+)/g)].map(([, name]) => name);
	return names.slice(0, 5).join(", ");
}
