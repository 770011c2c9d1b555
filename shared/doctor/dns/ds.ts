import { createHash } from "node:crypto";

/** A key of a zone that its parent vouches for: a secure entry point (RFC 4034, 2.1.1). */
const secureEntry = 1;

/**
 * The DS records that the parent should have for the zone's DNSKEY records, in SHA-256 (RFC 4034, 5; RFC 4509). Pure.
 *
 * @param bits flags that a key must have to count
 */
export function dsFor(zone: string, dnskeys: readonly string[], bits = secureEntry): string[] {
	return dnskeys.flatMap((record) => {
		const [, flags, protocol, algorithm, key] = /^(\d+) (\d+) (\d+) (.+)$/.exec(record) ?? [];
		if (key === undefined || (Number(flags) & bits) !== bits) return [];
		const head = Buffer.alloc(4);
		head.writeUInt16BE(Number(flags));
		head[2] = Number(protocol);
		head[3] = Number(algorithm);
		const data = Buffer.concat([head, Buffer.from(key, "base64")]);
		const digest = createHash("sha256").update(wireName(zone)).update(data).digest("hex");
		return [`${keyTag(data)} ${algorithm} 2 ${digest}`];
	});
}

/** Whether a DS record is of one of these keys; other digests than SHA-256 are told by tag and algorithm alone. */
export function isDsOf(ds: string, ours: readonly string[]): boolean {
	const [tag, algorithm, type, digest] = ds.toLowerCase().split(" ");
	return ours.some((one) => {
		const [ownTag, ownAlgorithm, ownType, ownDigest] = one.split(" ");
		if (tag !== ownTag || algorithm !== ownAlgorithm) return false;
		return type !== ownType || digest === ownDigest;
	});
}

/** RFC 4034, appendix B. */
function keyTag(data: Buffer): number {
	let sum = 0;
	for (const [at, byte] of data.entries()) sum += at % 2 === 0 ? byte << 8 : byte;
	return (sum + (sum >> 16)) & 0xffff;
}

function wireName(name: string): Buffer {
	const labels = name.toLowerCase().split(".").filter(Boolean);
	return Buffer.concat([
		...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label, "latin1")])),
		Buffer.from([0]),
	]);
}
