import { randomBytes } from "node:crypto";
import { deriveKeys, type ProtocolKeys, publicKeyOf } from "../../shared/protocol/keys.ts";

/** Somebody with a WireGuard key and a tunnel address; on the loopback here, where each has one of its own. */
export interface Person {
	id: string;
	address: string;
	privateKey: string;
	publicKey: string;
	presharedKey?: string;
	/** What it shares with the relay. */
	keys: ProtocolKeys;
}

const draw = () => randomBytes(32).toString("base64");

/** The relay, two homes that behave, and many homes with a key that do not. */
export function people(wicked: number) {
	const relayKey = draw();
	const person = (id: string, address: string, presharedKey?: string): Person => {
		const privateKey = draw();
		const keys = deriveKeys(privateKey, publicKeyOf(relayKey), "home", presharedKey);
		const own = { id, address, privateKey, publicKey: publicKeyOf(privateKey), keys };
		return presharedKey ? { ...own, presharedKey } : own;
	};
	return {
		relay: { address: "127.0.0.1", privateKey: relayKey },
		/** She is here. */
		anna: person("anna", "127.0.0.2", draw()),
		/** He is away, and somebody has recorded what he once sent. */
		bert: person("bert", "127.0.0.3"),
		wicked: Array.from({ length: wicked }, (_, n) => person(`wicked-${n}`, `127.0.2.${1 + n}`)),
	};
}

export type People = ReturnType<typeof people>;
