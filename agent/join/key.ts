import { generateKeyPairSync } from "node:crypto";
import { HeimwegError } from "../../shared/errors.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { isThere, keepKey, ownKey } from "./files.ts";
import { defaultPaths, type EnrolPaths, filesIn } from "./paths.ts";

/** A new WireGuard private key, base64. */
export function newKey(): string {
	const { privateKey } = generateKeyPairSync("x25519");
	return privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32).toString("base64");
}

/** The public key of this home; makes one where there is none, and never another. */
export async function homeKey(given: Partial<EnrolPaths> = {}): Promise<string> {
	const paths = { ...defaultPaths, ...given };
	const { key } = filesIn(paths);
	const found = await ownKey(key);
	if (found !== undefined) return publicKeyOf(found);
	if (!(await isThere(paths.folder)))
		throw new HeimwegError(`there is no folder ${paths.folder}`, {
			remedy: "install the package heimweg, which makes it",
		});
	const made = newKey();
	await keepKey(paths, made);
	return publicKeyOf(made);
}
