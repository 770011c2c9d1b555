import { createHash } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Address } from "../../shared/address.ts";
import type { Verdict } from "../../shared/protocol/reach.ts";
import { SECOND } from "../../shared/time.ts";

/** What a connection showed; nothing that the other side sent is kept but the digest of its key. */
export interface Seen {
	/** Undefined: this machine could not try, as without a route. */
	answers: boolean | undefined;
	/** SHA-256 of the TLS public key (SPKI, RFC 7469), base64. */
	key?: string;
}

/** Ports that speak TLS at once (RFC 8314, RFC 2818). */
const tlsPorts: ReadonlySet<number> = new Set([443, 465, 993]);

/** For the connection and the handshake together. */
const patience = 5 * SECOND;

/** Errors of our own side: they say nothing of the home. */
const ownErrors = new Set([
	"ENETUNREACH",
	"EADDRNOTAVAIL",
	"EACCES",
	"EPERM",
	"ENETDOWN",
	"EMFILE",
	"ENFILE",
]);

/** Makes one connection, and ends it; sends nothing but a TLS handshake. Never throws. */
export function look(
	address: Address,
	port: number,
	{ tls = tlsPorts.has(port), timeout = patience } = {},
): Promise<Seen> {
	return new Promise((resolve) => {
		let answers = false;
		const raw = connectTcp({ host: address, port });
		const end = (seen: Seen) => {
			clearTimeout(timer);
			secure?.destroy();
			raw.destroy();
			resolve(seen);
		};
		const timer = setTimeout(() => end({ answers }), timeout);
		const failed = (error: NodeJS.ErrnoException) =>
			end({ answers: ownErrors.has(error.code ?? "") ? undefined : answers });
		let secure: (Socket & { getPeerX509Certificate?: () => unknown }) | undefined;
		raw.on("error", failed);
		raw.once("connect", () => {
			answers = true;
			if (!tls) return end({ answers });
			// Whose certificate it is does not matter here: the key is compared.
			const made = connectTls({ socket: raw, rejectUnauthorized: false });
			secure = made;
			made.on("error", failed);
			made.on("close", () => end({ answers }));
			made.once("secureConnect", () => {
				const spki = made.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
				end(spki ? { answers, key: createHash("sha256").update(spki).digest("base64") } : { answers });
			});
		});
	});
}

/** What two connections prove: one from outside, one through the tunnel. */
export function verdictOf(outside: Seen, inside: Seen | undefined): Verdict {
	if (outside.answers === undefined) return "unknown";
	// Silence counts only while the service itself runs: else it says nothing of the way to it.
	if (!outside.answers) return inside?.answers ? "silent" : "unknown";
	if (outside.key === undefined || inside?.key === undefined) return "answers";
	return outside.key === inside.key ? "same_key" : "other_key";
}
