import type { Inspection } from "../../shared/inspection.ts";
import { readKey } from "../../shared/keys.ts";
import { presharedKeyMark } from "../../shared/wireguard.ts";
import type { RelayConfig } from "./config.ts";

/** The key that both sides share besides, where there is one. */
export interface PresharedKey {
	presharedKey: string | undefined;
	presharedKeyFile: string | undefined;
	/** Stands for the key in that file. */
	presharedKeyMark: string | undefined;
}

/** Reads what each relay's config names; throws a ConfigError. */
export async function readPresharedKeys(
	{ relays }: { relays: readonly RelayConfig[] },
	{ secret, locate }: Pick<Inspection, "secret" | "locate">,
): Promise<PresharedKey[]> {
	return Promise.all(
		relays.map(async ({ preshared_key_file: file }, at) => {
			if (!file) return { presharedKey: undefined, presharedKeyFile: undefined, presharedKeyMark: undefined };
			const key = await readKey(`relays.${at}.preshared_key_file`, file, secret);
			return { presharedKey: key, presharedKeyFile: locate(file), presharedKeyMark: presharedKeyMark(key) };
		}),
	);
}
