import { type Address, parseAddress } from "../../shared/address.ts";
import { say } from "../../shared/words/say.ts";
import type { Home } from "../facts.ts";
import { domainOf } from "../postfix/queue.ts";

/** What Postfix asks about one recipient of one mail (SMTPD_POLICY_README), as far as we read it. */
export interface PolicyRequest {
	client: Address;
	/** The envelope sender; empty for a bounce. */
	sender: string;
	recipient: string;
}

/** May be sent, may never be sent, or cannot be told now. */
export type Verdict =
	| { is: "allowed" }
	| { is: "refused"; home: string }
	| { is: "unknown"; home?: string; reason: string };

/** Reads a request; undefined when it is none that can be answered with yes. */
export function readRequest(text: string): PolicyRequest | undefined {
	const attributes = new Map<string, string>();
	for (const line of text.split("\n")) {
		const at = line.indexOf("=");
		if (at > 0) attributes.set(line.slice(0, at), line.slice(at + 1));
	}
	if (attributes.get("request") !== "smtpd_access_policy") return undefined;
	// Only then is the sender known, and who the mail is for.
	if (attributes.get("protocol_state") !== "RCPT") return undefined;
	const [client, sender, recipient] = ["client_address", "sender", "recipient"].map((name) =>
		attributes.get(name),
	);
	if (!client || sender === undefined || !recipient) return undefined;
	try {
		return { client: parseAddress(client), sender, recipient };
	} catch {
		return undefined;
	}
}

/** Decides who may send what: a home, with a sender of its own domains, or with any where its file says so. */
export function judge(
	{ client, sender }: PolicyRequest,
	{ homeAt, deferred }: { homeAt(address: Address): Home | undefined; deferred: ReadonlySet<string> },
): Verdict {
	const home = homeAt(client);
	if (!home) return { is: "unknown", reason: say`this tunnel address is no home's` };
	if (home.senders === "any" || sender === "") return { is: "allowed" };
	const domain = sender.includes("@") ? domainOf(sender) : "";
	if (home.domains.includes(domain)) return { is: "allowed" };
	// Two homes claim it, and the relay's owner has still to say whose it is.
	if (deferred.has(domain))
		return { is: "unknown", home: home.id, reason: say`it is not settled whose ${domain} is` };
	return { is: "refused", home: home.id };
}

/** Postfix's action for a verdict (access(5)). */
export function actionOf(verdict: Verdict, sender: string): string {
	if (verdict.is === "allowed") return "OK";
	if (verdict.is === "unknown") return `451 4.7.1 ${verdict.reason}`;
	return `550 5.7.1 this relay does not send mail from ${printable(sender)} for the home ${verdict.home}: see senders and domains in its file homes.d/${verdict.home}.toml on the relay`;
}

/** An address as it may stand in a line of text. */
export function printable(sender: string): string {
	return `<${sender.replaceAll(/[^\x21-\x7e]/g, "?").slice(0, 80)}>`;
}
