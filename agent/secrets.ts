import { readSecret, secretPath } from "../shared/config.ts";
import { ConfigError, messageOf } from "../shared/errors.ts";
import { readKey } from "../shared/keys.ts";
import { presharedKeyMark } from "../shared/wireguard.ts";
import type { AgentConfig } from "./config.ts";

/** The secrets that the config names, read at start; the deSEC token is read anew each time it is used. */
export interface Secrets {
	privateKey: string;
	privateKeyFile: string;
	presharedKeyFile: string | undefined;
	presharedKeyMark: string | undefined;
}

/** Reads all secrets; throws a ConfigError that lists every one that cannot be used. */
export async function readSecrets(config: AgentConfig): Promise<Secrets> {
	const relay = config.relays[0]!;
	const problems: string[] = [];
	const attempt = async (read: () => Promise<string>): Promise<string> => {
		try {
			return await read();
		} catch (error) {
			problems.push(...(error instanceof ConfigError ? error.problems : [messageOf(error)]));
			return "";
		}
	};
	const preshared = relay.preshared_key_file;
	const [privateKey, presharedKey] = await Promise.all([
		attempt(() => readKey("tunnel.private_key_file", config.tunnel.private_key_file)),
		preshared ? attempt(() => readKey("relays.0.preshared_key_file", preshared)) : "",
		config.dns ? attempt(() => readSecret("dns.token_file", config.dns!.token_file)) : "",
	]);
	if (problems.length > 0) throw new ConfigError(problems);
	return {
		privateKey,
		privateKeyFile: secretPath(config.tunnel.private_key_file),
		presharedKeyFile: preshared && secretPath(preshared),
		presharedKeyMark: presharedKey ? presharedKeyMark(presharedKey) : undefined,
	};
}
