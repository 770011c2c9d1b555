import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { DkimKey } from "../../shared/dns/wanted/mail-domain.ts";
import { HeimwegError } from "../../shared/errors.ts";

/** Bytes of the bare public key at the end of an Ed25519 SubjectPublicKeyInfo (RFC 8410, 4). */
const bareBytes = 32;

/** What DNS has to say of a private key in PEM. Throws a HeimwegError; nothing of the key is part of it. */
export function publicKeyOf(
	pem: string,
	{ domain, selector, source }: Pick<DkimKey, "domain" | "selector" | "source">,
): DkimKey {
	let key: KeyObject;
	try {
		key = createPublicKey(createPrivateKey(pem));
	} catch {
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
