import { Resolver } from "node:dns/promises";
import { runCommand } from "../../../shared/command.ts";
import { createDesecApi } from "../../../shared/dns/providers/desec/api.ts";
import { createBudget } from "../../../shared/dns/providers/desec/budget.ts";
import type { CommandLine } from "../../../shared/part.ts";
import { createPrompt } from "../../../shared/prompt.ts";
import { sendMail } from "../../../shared/smtp.ts";
import { SECOND } from "../../../shared/time.ts";
import { version } from "../../../shared/version.ts";
import type { Speak } from "../../../shared/words/say.ts";
import type { AgentCore } from "../../config.ts";
import { findRecipients } from "../../recipients/find.ts";
import { type AfterDeps, type AfterOptions, usualTokenFile } from "./options.ts";

/** For one question to the resolver. */
const resolverPatience = 2 * SECOND;

const usualApi = "https://desec.io/api/v1";

/** What it works with in life. */
export function realDeps(
	line: CommandLine<AgentCore>,
	options: AfterOptions,
	say: (line: string) => void,
	speak: Speak,
): AfterDeps {
	const resolver = new Resolver({ timeout: resolverPatience, tries: 2 });
	return {
		run: runCommand,
		prompt: createPrompt({ all: options.yes ?? false, speak }),
		line,
		say,
		async zoneOf(name, token, api = usualApi) {
			const access = { token: async () => token, budget: createBudget(), userAgent: `heimweg/${version}` };
			return (await createDesecApi({ ...access, baseUrl: api }).zoneOf(name)).name;
		},
		findRecipients,
		resolveMx: (domain) => resolver.resolveMx(domain),
		sendMail: (mail) => sendMail({ ...mail, helo: "localhost" }),
		tokenFile: usualTokenFile,
	};
}
