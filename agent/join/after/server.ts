import type { PostfixSide } from "../../../shared/postfix/command.ts";
import { listElements } from "../../../shared/postfix/listed.ts";
import { isLoopbackOnly } from "../../../shared/postfix/not-restarted.ts";
import { type Change, type PostfixNow, parameterChange } from "../../../shared/postfix/settings.ts";
import { sentence } from "../../../shared/sentence.ts";
import { words } from "./words.ts";

/**
 * The settings of a mail server at home that have nothing to do with the tunnel: it listens for others, and programs of
 * this machine send from one of its domains.
 */
export function homeServerSide(myorigin: string, domains: readonly string[]): PostfixSide {
	return {
		program: "heimweg",
		look: { parameters: ["inet_interfaces", "myorigin"], expanded: [] },
		plan: (now) => ({ changes: changesOf(now, myorigin, domains), notes: [] }),
	};
}

function changesOf(now: PostfixNow, myorigin: string, domains: readonly string[]): Change[] {
	const [domain = ""] = domains;
	const listens = listElements(now.inForce.get("inet_interfaces") ?? "all");
	const alone = listens.length > 0 && listens.every(isLoopbackOnly);
	return [
		...(alone
			? parameterChange(now, {
					name: "inet_interfaces",
					after: "all",
					essential: true,
					why: words.whyInterfaces,
				})
			: []),
		...(domains.includes(myorigin.toLowerCase())
			? []
			: parameterChange(now, {
					name: "myorigin",
					after: domain,
					essential: false,
					why: sentence(words.whyOrigin, { domain }),
				})),
	];
}
