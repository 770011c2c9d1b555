import { readSecret } from "./config.ts";
import { ConfigError } from "./errors.ts";

/** Reads a WireGuard private or preshared key from a file that others cannot read; throws a ConfigError. */
export async function readKey(key: string, file: string): Promise<string> {
	const text = await readSecret(key, file);
	if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return text;
	throw new ConfigError([
		`${key}: ${file} does not hold a WireGuard key of 44 characters, as "wg genkey" prints it`,
	]);
}
