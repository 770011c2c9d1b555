import { ConfigError, messageOf } from "../shared/errors.ts";
import { ownInspection } from "../shared/inspection.ts";
import { readKey } from "../shared/keys.ts";
import { presharedKeyMark } from "../shared/wireguard.ts";
import type { AgentConfig } from "./config.ts";

/** The secrets that the config names, read at start; the deSEC token is read anew each time it is used. */
export interface Secrets {
	privateKey: string;
	privateKeyFile: string;
	presharedKey: string | undefined;
	presharedKeyFile: string | undefined;
	presharedKeyMark: string | undefined;
}

/** Reads all secrets; throws a ConfigError that lists every one that cannot be used. */
export async function readSecrets(config: AgentConfig, { secret, locate } = ownInspection): Promise<Secrets> {
	const relay = config.relays[0]!;
	const problems: string[] = [];
	const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
		try {
			return await read();
		} catch (error) {
			problems.push(...(error instanceof ConfigError ? error.problems : [messageOf(error)]));
			return undefined;
		}
	};
	const preshared = relay.preshared_key_file;
	const keyFile = config.tunnel.private_key_file;
	const privateKey = await attempt(() => readKey("tunnel.private_key_file", keyFile, secret));
	const presharedKey = preshared
		? await attempt(() => readKey("relays.0.preshared_key_file", preshared, secret))
		: undefined;
	if (config.dns) await attempt(() => secret("dns.token_file", config.dns!.token_file));
	if (problems.length > 0) throw new ConfigError(problems);
	return {
		privateKey: privateKey!,
		privateKeyFile: locate(keyFile),
		presharedKey,
		presharedKeyFile: preshared && locate(preshared),
		presharedKeyMark: presharedKey ? presharedKeyMark(presharedKey) : undefined,
	};
}
