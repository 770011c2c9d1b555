import { createHash, generateKeyPairSync } from "node:crypto";

/** Of DNSSEC: ECDSA on P-256 with SHA-256 (RFC 6605), which deSEC signs with. */
const algorithm = 13;

/** A key that signs its zone and its own set of keys (RFC 4034, 2.1.1). */
const flags = 257;

/** A key that signs a zone. */
export interface SigningKey {
	/** The private half, as PowerDNS keeps it. */
	text: string;
	/** What the zone above says of it: `TAG ALGORITHM DIGEST-TYPE DIGEST`, the digest by SHA-256 (RFC 4509). */
	ds: string;
}

/** Makes a key for a zone. */
export function zoneKey(zone: string): SigningKey {
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	const { d, x, y } = privateKey.export({ format: "jwk" });
	const bytes = (text = "") => Buffer.from(text, "base64url");
	const dnskey = Buffer.concat([Buffer.from([flags >> 8, flags & 0xff, 3, algorithm]), bytes(x), bytes(y)]);
	const digest = createHash("sha256").update(wireName(zone)).update(dnskey).digest("hex");
	return {
		text: `Private-key-format: v1.2\nAlgorithm: ${algorithm} (ECDSAP256SHA256)\nPrivateKey: ${bytes(d).toString("base64")}\n`,
		ds: `${tagOf(dnskey)} ${algorithm} 2 ${digest}`,
	};
}

function wireName(name: string): Buffer {
	const labels = name.toLowerCase().split(".").filter(Boolean);
	return Buffer.concat([
		...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
		Buffer.from([0]),
	]);
}

/** The short number by which a DS names its key (RFC 4034, appendix B). */
function tagOf(dnskey: Buffer): number {
	let sum = 0;
	for (const [at, byte] of dnskey.entries()) sum += at % 2 === 0 ? byte << 8 : byte;
	return (sum + (sum >> 16)) & 0xffff;
}
