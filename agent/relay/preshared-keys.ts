import type { Inspection } from "../../shared/inspection.ts";
import { readKey } from "../../shared/keys.ts";
import { gatherProblems, refuse } from "../../shared/preflight.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { presharedKeyMark } from "../../shared/wireguard.ts";
import type { RelayConfig } from "./config.ts";

/** The key that both sides share besides, where there is one. */
export interface PresharedKey {
	presharedKey: string | undefined;
	presharedKeyFile: string | undefined;
	/** Stands for the key in that file. */
	presharedKeyMark: string | undefined;
}

/** Reads what each relay's config names, and sees that the keys are not swapped; throws a ConfigError. */
export async function readPresharedKeys(
	{ relays, tunnel }: { relays: readonly RelayConfig[]; tunnel: { private_key_file: string } },
	{ secret, locate }: Pick<Inspection, "secret" | "locate">,
): Promise<PresharedKey[]> {
	const own = ownKeyProblems(relays, tunnel.private_key_file, secret);
	const reads = relays.map(async ({ preshared_key_file: file }, at) => {
		if (!file) return { presharedKey: undefined, presharedKeyFile: undefined, presharedKeyMark: undefined };
		const key = await readKey(`relays.${at}.preshared_key_file`, file, secret);
		return { presharedKey: key, presharedKeyFile: locate(file), presharedKeyMark: presharedKeyMark(key) };
	});
	refuse(await gatherProblems(own, ...reads.map((read) => read.then(() => undefined))));
	return Promise.all(reads);
}

/** With our own public key as the relay's, no handshake ever comes about, and nothing says why. */
async function ownKeyProblems(
	relays: readonly RelayConfig[],
	file: string,
	secret: Inspection["secret"],
): Promise<string[]> {
	// A key that cannot be read is told where it stands.
	const own = await readKey("tunnel.private_key_file", file, secret).catch(() => undefined);
	if (own === undefined) return [];
	const publicKey = publicKeyOf(own);
	return relays.flatMap(({ public_key: key }, at) => {
		if (key !== publicKey && key !== own) return [];
		const got = key === own ? "this home's private key" : "this home's own";
		return [
			`relays.${at}.public_key: expected the relay's public key, as "wg show hw0 public-key" prints it there, got ${got}: the keys are swapped, or this one was copied on the wrong machine`,
		];
	});
}
