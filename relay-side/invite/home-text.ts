import { parse } from "smol-toml";
import { z } from "zod";
import type { Address } from "../../shared/address.ts";
import { addressSchema } from "../../shared/config.ts";
import { HeimwegError } from "../../shared/errors.ts";

/** The text of a new home's file; what comes in was validated, so that JSON's quotes are TOML's. */
export function homeText(
	now: Date,
	key: string,
	addresses: readonly Address[],
	domains: readonly string[],
): string {
	return `# Made by heimweg-relay on ${now.toISOString().slice(0, 10)}.
${key}
addresses = ${list(addresses)}
domains = ${list(domains)}
`;
}

function list(values: readonly string[]): string {
	return JSON.stringify(values).replaceAll(",", ", ");
}

/** What a home's file says of these; a file that is no TOML says nothing. */
export function invitationIn(text: string): { invitation: string | undefined; domains: string[] } {
	try {
		const { invitation, domains } = parse(text);
		return {
			invitation: typeof invitation === "string" ? invitation : undefined,
			domains: z.array(z.string()).safeParse(domains).data ?? [],
		};
	} catch {
		return { invitation: undefined, domains: [] };
	}
}

/** The line as we write it, and as a person may have. */
const invitationLine = /^[ \t]*invitation[ \t]*=[ \t]*(["'])[^"'\n]*\1/m;

/** The same text with another invitation; everything else that its owner wrote stays. */
export function withInvitation(text: string, id: string): string {
	const changed = text.replace(invitationLine, `invitation = "${id}"`);
	if (invitationIn(changed).invitation === id) return changed;
	throw new HeimwegError("the invitation in the home's file stands where it cannot be found again", {
		remedy: 'write it in a line of its own, invitation = "..."',
	});
}

/** What the daemon answered. */
export function addressesText(answer: string): Address[] {
	return z.array(addressSchema).parse(JSON.parse(answer));
}
