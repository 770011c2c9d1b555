import { HeimwegError } from "../../../shared/errors.ts";
import { type Prompt, WrongAnswer } from "../../../shared/prompt.ts";
import type { AgentCore } from "../../config.ts";
import type { AfterOptions, Joined } from "./options.ts";

/** A home that has joined before, as its configuration says. */
export function joinedBefore(config: string, { relays, mail }: AgentCore): Joined {
	const [relay] = relays;
	if (!relay || !mail) {
		throw new HeimwegError(`${config} names no domains of this home`, {
			remedy: 'write them under [mail], domains = ["example.org"], and run this again',
		});
	}
	return {
		domains: mail.domains,
		relay: { endpoint: `${relay.endpoint.host}:${relay.endpoint.port}`, addresses: relay.addresses },
		config,
	};
}

/** Without anybody to ask, what will be asked must be answered before this home joins: else it would be half done. */
export function requireAnswers({ asks }: Prompt, options: AfterOptions, tokenThere: boolean): void {
	if (asks) return;
	if (!options.yes)
		throw new WrongAnswer("--yes is needed: there is no terminal to ask on", {
			remedy: 'run "heimweg join --help" to see what is asked, and which flag answers it',
		});
	if (options.dns === false || options.tokenFile !== undefined || tokenThere) return;
	throw new WrongAnswer("--token-file FILE or --no-dns is needed: there is no terminal to ask on");
}
