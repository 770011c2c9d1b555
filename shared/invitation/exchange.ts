import { z } from "zod";
import { addressSchema, hostnameSchema, portSchema, publicKeySchema } from "../config.ts";
import { enrolmentKeys, isMac, macOf, type SeedKeys } from "./secrets.ts";

/**
 * The one question and answer of enrolment, over TCP through the bootstrap tunnel: a line of JSON each.
 *
 *     home:  { "heimweg": 1, "key": PUBLIC KEY, "mac": MAC(request key, key), "proof": MAC(proof key, key) }
 *     relay: { "said": TEXT, "mac": MAC(answer key, TEXT) }
 *
 * The first MAC needs the code, the second the private key; an answer, be it a refusal, needs the relay's private key and
 * the invitation. Whoever holds the port, or an address, without these can say nothing that is believed. A new key is
 * optional, so that each side works with the other's previous version.
 */
const requestSchema = z.object({
	heimweg: z.literal(1),
	key: publicKeySchema,
	mac: z.string().max(64),
	proof: z.string().max(64),
});

/** Bytes of the longest request and of the longest answer. */
export const longestRequest = 1_024;
export const longestAnswer = 256 * 1024;

const acceptedSchema = z.object({
	is: z.literal("accepted"),
	/** The home's id. */
	home: z.string().regex(/^[a-z0-9-]{1,32}$/),
	addresses: z.array(addressSchema).min(1).max(8),
	domains: z.array(hostnameSchema).max(10_000),
	pulse_port: portSchema,
	checkin_port: portSchema,
	mtu: z.int().min(1280).max(1500),
});

/** What the relay says. */
export const answerSchema = z.discriminatedUnion("is", [
	acceptedSchema,
	/** Another key has redeemed the invitation. */
	z.object({ is: z.literal("refused") }),
	/** It is not ready; the same request is to be made again. */
	z.object({ is: z.literal("later"), because: z.string().max(300) }),
]);

/** What a home is told when it has joined. */
export type Accepted = z.infer<typeof acceptedSchema>;
export type Answer = z.infer<typeof answerSchema>;
export { acceptedSchema };

const sealedSchema = z.object({ said: z.string(), mac: z.string().max(64) });

/** The seed's keys that enrolment needs. */
export type ExchangeKeys = Pick<SeedKeys, "request" | "answer" | "presharedKey">;

/** The home's side: the line to send, and how to read what comes back. */
export function homeExchange(privateKey: string, publicKey: string, relayKey: string, seed: ExchangeKeys) {
	const keys = enrolmentKeys({ privateKey, role: "home" }, relayKey, seed);
	return {
		presharedKey: keys.presharedKey,
		request: `${JSON.stringify({
			heimweg: 1,
			key: publicKey,
			mac: macOf(seed.request, publicKey),
			proof: macOf(keys.proof, publicKey),
		})}\n`,
		/** Undefined for what is not the relay's own answer to this very key. */
		read(line: string): Answer | undefined {
			const sealed = parse(sealedSchema, line);
			if (!sealed || !isMac(keys.answer, sealed.said, sealed.mac)) return undefined;
			return parse(answerSchema, sealed.said);
		},
	};
}

/** A request that is proven: by the code, and by the new key. */
export interface Request {
	publicKey: string;
	presharedKey: string;
	/** The line that tells the answer. */
	seal(answer: Answer): string;
}

/** The relay's side: undefined for what is no request, or not by who has the code and the key. */
export function readRequest(line: string, relayPrivateKey: string, seed: ExchangeKeys): Request | undefined {
	const request = parse(requestSchema, line);
	// The cheap proof first: who has not the code cannot make us work.
	if (!request || !isMac(seed.request, request.key, request.mac)) return undefined;
	const { key } = request;
	try {
		const keys = enrolmentKeys({ privateKey: relayPrivateKey, role: "relay" }, key, seed);
		if (!isMac(keys.proof, key, request.proof)) return undefined;
		return {
			publicKey: key,
			presharedKey: keys.presharedKey,
			seal(answer) {
				const said = JSON.stringify(answer);
				return `${JSON.stringify({ said, mac: macOf(keys.answer, said) })}\n`;
			},
		};
	} catch {
		// A key of low order has no secret.
		return undefined;
	}
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
	try {
		return schema.safeParse(JSON.parse(text)).data;
	} catch {
		return undefined;
	}
}
