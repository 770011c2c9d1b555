import { readSecret } from "./config.ts";
import { ConfigError } from "./errors.ts";

/** Reads a WireGuard private or preshared key from a file that others cannot read; throws a ConfigError. */
export async function readKey(key: string, file: string, read = readSecret): Promise<string> {
	const text = await read(key, file);
	// `wg` takes only the canonical form, and its error would repeat the key; a key of zeros stands for none.
	if (/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text) && !/^A+=$/.test(text)) return text;
	throw new ConfigError([
		`${key}: ${file} holds no WireGuard key: expected 44 characters, as "wg genkey" prints it`,
	]);
}
