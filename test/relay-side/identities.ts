import { createIdentity, type Identity } from "../../relay-side/identity.ts";
import { deriveKeys, publicKeyOf } from "../../shared/protocol/keys.ts";

const fixed = (byte: number) => Buffer.alloc(32, byte).toString("base64");
export const relayKey = fixed(9);
const privateKeys = { anna: fixed(1), bert: fixed(2), cora: fixed(3) };

type Home = keyof typeof privateKeys;

function each<T>(make: (privateKey: string) => T): Record<Home, T> {
	const { anna, bert, cora } = privateKeys;
	return { anna: make(anna), bert: make(bert), cora: make(cora) };
}

export const publicKeys = each(publicKeyOf);

/** What the homes derive at home. */
export const homeKeys = each((key) => deriveKeys(key, publicKeyOf(relayKey), "home"));

/** Every home's, until it is renewed. */
export const presentGeneration = 4_000;

/** A relay's identity without a disk; what it saved last is in `saved`. */
export function identityOf(
	given?: Identity,
	saved: string[][] = [],
): { identity: Identity; saved: string[][] } {
	const identity = createIdentity({
		privateKey: relayKey,
		firstGeneration: () => presentGeneration,
		state: {
			read: async () => (saved.length > 0 ? { version2: saved.at(-1)! } : undefined),
			write: async ({ version2 }) => void saved.push(version2),
			stop() {},
		},
	});
	return { identity: given ?? identity, saved };
}
