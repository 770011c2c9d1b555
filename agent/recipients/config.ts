import { z } from "zod";
import { hostnameSchema, pathSchema } from "../../shared/config.ts";
import type { Complain, SectionOf } from "../../shared/part.ts";
import { delimiterSchema } from "../../shared/protocol/recipients.ts";
import type { AgentCore } from "../config.ts";

/** How Postfix names a lookup table: `TYPE:NAME`. */
const tableSchema = z
	.string()
	.regex(/^[a-z]+:\S.*$/, 'expected a Postfix table with its type, like "hash:/etc/aliases"');

/** A program with its arguments, which run without a shell. */
const argvSchema = z
	.array(z.string().min(1))
	.min(1)
	.refine(([program]) => program?.startsWith("/"), "expected a program's absolute path, and its arguments");

/** `[recipients]`: where the valid recipients of this home are known. */
export const recipientsShape = {
	recipients: z
		.strictObject({
			tables: z.array(tableSchema).default([]),
			passwd: z.boolean().default(false),
			doveadm: z.boolean().default(false),
			files: z.array(pathSchema).default([]),
			commands: z.array(argvSchema).default([]),
			/** The domains of names that have none; mail.domains when missing. */
			domains: z.array(hostnameSchema).min(1).optional(),
			/** Postfix's recipient_delimiter here. */
			delimiter: delimiterSchema.default("+"),
			/** The file that heimweg-recipients.service writes and the agent reads. */
			list: pathSchema.default("/var/lib/heimweg-recipients/recipients.json"),
		})
		.refine(
			({ tables, passwd, doveadm, files, commands }) =>
				passwd || doveadm || tables.length + files.length + commands.length > 0,
			"expected at least one of tables, passwd, doveadm, files and commands",
		)
		.optional(),
};

export type RecipientsConfig = AgentCore & SectionOf<typeof recipientsShape>;

/** Users of this machine have no domain of their own. */
export function reviewRecipients({ recipients, mail }: RecipientsConfig, complain: Complain): void {
	if (!recipients?.passwd || recipients.domains || mail) return;
	complain(
		["recipients", "domains"],
		"expected the domains of the users in /etc/passwd, here or in mail.domains",
	);
}
