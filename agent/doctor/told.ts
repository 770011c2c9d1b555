import { z } from "zod";
import { addressSchema, hostnameSchema } from "../../shared/config.ts";
import { isRequired } from "../../shared/recipient.ts";
import { version } from "../../shared/version.ts";
import type { AgentFacts } from "../facts.ts";

const keySchema = z.object({
	domain: z.string(),
	selector: z.string(),
	type: z.enum(["rsa", "ed25519"]),
	bits: z.int(),
	publicKey: z.string(),
	source: z.string(),
});

/** What only the running daemon knows, as it tells the doctor, who runs in a process of his own. */
export const toldSchema = z.object({
	version: z.string(),
	/** What the relay says of itself. */
	relay: z
		.object({
			name: hostnameSchema,
			addresses: z.array(addressSchema),
			forward: z.array(addressSchema),
		})
		.optional(),
	/** The keys that sign. */
	keys: z.array(keySchema).optional(),
	/** Client ports that something listens on. */
	ports: z.array(z.int()).default([]),
	/** Names that get the relay's addresses. */
	relayed: z.array(z.string()).default([]),
	relayVersion: z.string().optional(),
	homeAddresses: z.array(addressSchema).default([]),
	/** A valid recipient of each domain, of those that this home has told. */
	mailboxes: z.record(z.string(), z.string()).default({}),
	/** Whether the relay may be asked, as by a stranger, to hand on mail. */
	askStranger: z.boolean().optional(),
});
export type Told = z.infer<typeof toldSchema>;

/** What the daemon knows now. */
export function whatIsKnown(facts: AgentFacts, relayVersion: string | undefined): Told {
	const { relayTruth, signingKeys, servedPorts, addresses, published, recipients } = facts;
	const mailboxes = [...(recipients.value ?? [])].flatMap(([domain, some]) => {
		const mailbox = some.find((one) => !one.startsWith("@") && !isRequired(one));
		return mailbox === undefined ? [] : [[domain, mailbox] as const];
	});
	const relay = relayTruth.value;
	const keys = signingKeys.value;
	return {
		version,
		...(relay
			? {
					relay: {
						name: relay.name,
						addresses: [...relay.addresses],
						forward: [...relay.forward],
					},
				}
			: {}),
		...(keys ? { keys: [...keys] } : {}),
		mailboxes: Object.fromEntries(mailboxes),
		relayed: [...(published.value?.relayed ?? [])],
		...(relayVersion ? { relayVersion } : {}),
		ports: [...(servedPorts.value ?? [])],
		homeAddresses: ([4, 6] as const).flatMap((family) => addresses.value?.[family].address ?? []),
	};
}
