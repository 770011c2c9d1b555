import { z } from "zod";
import { addressShape } from "../../agent/address/config.ts";
import { agent } from "../../agent/agent.ts";
import { coreShape } from "../../agent/config.ts";
import { dnsShape } from "../../agent/dns/config.ts";
import { recipientsShape } from "../../agent/recipients/config.ts";
import { relayShape } from "../../agent/relay/config.ts";
import { configSchema } from "../../shared/program-kind.ts";

const all = z.object({ ...coreShape, ...addressShape, ...relayShape, ...dnsShape, ...recipientsShape });
export type AgentConfig = z.infer<typeof all>;

/** The schema of the whole config file, as the program composes it. */
export const agentConfigSchema = configSchema(agent) as unknown as z.ZodType<AgentConfig>;

/** A well-formed WireGuard key; as a private or a public one it serves alike. */
export const key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

/** A whole config file, with the lines of one table replaced. */
export function configText(tables: { relay?: string; tunnel?: string; more?: string } = {}): string {
	const relay = `endpoint = "relay.example.org:51820"\npublic_key = "${key}"\naddresses = ["10.86.0.1"]`;
	const tunnel = `addresses = ["10.86.0.2"]\nnetworks = ["10.86.0.0/24"]`;
	return `${tables.more ?? ""}\n[[relays]]\n${tables.relay ?? relay}\n[tunnel]\n${tables.tunnel ?? tunnel}\n`;
}
