/**
 * The ports at which mail programs and browsers ask for a home, and how the relay learns whom they want: `tls` by the name
 * in the TLS greeting (SNI, RFC 6066), `http` by the Host header, `address` by the relay's address that they asked alone, since such a
 * conversation begins in clear.
 */
export const clientPorts = {
	80: "http",
	143: "address",
	443: "tls",
	465: "tls",
	587: "address",
	993: "tls",
	995: "tls",
	4190: "address",
} as const satisfies Record<number, "tls" | "http" | "address">;

/** What is served unless somebody says otherwise: TLS from the first byte, as RFC 8314 recommends. */
export const usualPorts: readonly number[] = [465, 993];

/** The numbers of {@link clientPorts}. */
export const clientPortNumbers: readonly number[] = Object.keys(clientPorts).map(Number);

/** How the relay learns whom a client of this port wants; undefined for a port that is none of ours. */
export function kindOfPort(port: number): "tls" | "http" | "address" | undefined {
	return (clientPorts as Record<number, "tls" | "http" | "address">)[port];
}

/**
 * Where the home takes what came to a client port of the relay: a port of its own, since there everybody is believed to be who the
 * PROXY header says (HAProxy's PROXY protocol, version 2).
 */
export function proxyPort(port: number): number {
	return port + 10_000;
}
