import { createHash } from "node:crypto";
import type { Shown } from "./tls.ts";

/** A TLSA record, read (RFC 6698, 2.1). */
export interface Tlsa {
	usage: number;
	selector: number;
	matching: number;
	/** Hexadecimal, small letters. */
	data: string;
}

/** Reads a record in presentation form; undefined for what is none. */
export function readTlsa(record: string): Tlsa | undefined {
	const [, usage, selector, matching, data] =
		/^(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})\s+([0-9a-f\s]+)$/i.exec(record) ?? [];
	if (data === undefined) return undefined;
	return {
		...{ usage: Number(usage), selector: Number(selector), matching: Number(matching) },
		data: data.replace(/\s/g, "").toLowerCase(),
	};
}

/** Whether what a server showed is what the record says: DANE-EE its own certificate, DANE-TA one above it (RFC 7671). */
export function matchesTlsa(
	{ usage, selector, matching, data }: Tlsa,
	{ chain }: Pick<Shown, "chain">,
): boolean {
	const candidates = usage === 1 || usage === 3 ? chain.slice(0, 1) : chain.slice(1);
	return candidates.some(({ whole, key }) => {
		const subject = selector === 0 ? whole : key;
		if (matching === 0) return subject.toString("hex") === data;
		const algorithm = { 1: "sha256", 2: "sha512" }[matching];
		return algorithm !== undefined && createHash(algorithm).update(subject).digest("hex") === data;
	});
}

/** The record that says what a server showed, in the form that keeps over renewals with the same key: 3 1 1. */
export function tlsaFor({ chain }: Pick<Shown, "chain">): string {
	return `3 1 1 ${createHash("sha256").update(chain[0]!.key).digest("hex")}`;
}
