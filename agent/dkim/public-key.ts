import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { DkimKey } from "../../shared/dns/wanted/mail-domain.ts";
import { HeimwegError } from "../../shared/errors.ts";

/** Bytes of the bare public key at the end of an Ed25519 SubjectPublicKeyInfo (RFC 8410, 4). */
const bareBytes = 32;

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, 7). */
const privateHead = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * What DNS has to say of a private key in PEM, or, of Ed25519, in the base64 that Rspamd has. Throws a HeimwegError;
 * nothing of the key is part of it.
 */
export function publicKeyOf(
	pem: string,
	{ domain, selector, source }: Pick<DkimKey, "domain" | "selector" | "source">,
): DkimKey {
	let key: KeyObject;
	try {
		key = bareKey(pem, source) ?? createPublicKey(createPrivateKey(pem));
	} catch (error) {
		if (error instanceof HeimwegError) throw error;
		throw new HeimwegError(`${source} holds no private key in PEM, or one with a passphrase`);
	}
	const der = key.export({ type: "spki", format: "der" });
	if (key.asymmetricKeyType === "rsa") {
		const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
		return { domain, selector, type: "rsa", bits, publicKey: der.toString("base64"), source };
	}
	if (key.asymmetricKeyType === "ed25519")
		return {
			...{ domain, selector, type: "ed25519", bits: 256, source },
			publicKey: der.subarray(-bareBytes).toString("base64"),
		};
	throw new HeimwegError(`${source} holds a key of type ${key.asymmetricKeyType}, which DKIM does not know`);
}

/** A key of Ed25519 as `rspamadm dkim_keygen` writes it: its seed in base64, alone or with the public half behind it. */
function bareKey(text: string, source: string): KeyObject | undefined {
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text.trim())) return undefined;
	const bytes = Buffer.from(text.trim(), "base64");
	if (bytes.length !== bareBytes && bytes.length !== 2 * bareBytes) return undefined;
	const pkcs8 = Buffer.concat([privateHead, bytes.subarray(0, bareBytes)]);
	const key = createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }));
	const half = key.export({ type: "spki", format: "der" }).subarray(-bareBytes);
	if (bytes.length === bareBytes || half.equals(bytes.subarray(bareBytes))) return key;
	throw new HeimwegError(`${source} holds a key of Ed25519 whose two halves do not belong together`);
}
