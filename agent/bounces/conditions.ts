import { condition } from "../../shared/health.ts";

interface Sent {
	recipient: string;
	text: string;
	cause: string;
	advice: string;
}

export const relayReturns = condition<Sent & { held?: boolean | undefined }>({
	code: "bounces.relay_returns",
	severity: "error",
	title: "this home refuses a recipient of its own list, and the relay sends the mail back",
	blocksMail: true,
	visibleAfter: 0,
	text: ({ recipient, cause, text, held }, domain) =>
		`the relay ${held ? `holds mail for ${domain} that would go` : `sent mail for ${domain}`} back to its sender: this home refused ${recipient}, who stands in its own list of valid recipients; ${cause}; the relay's Postfix says: ${text}`,
	remedy: ({ advice }) => `${advice}; the relay asks again by itself, and this ends when mail gets through`,
});

export const returnedHere = condition<Sent>({
	code: "bounces.returned_here",
	severity: "error",
	title: "this home took mail, and sent it back to its sender",
	blocksMail: true,
	visibleAfter: 0,
	text: ({ recipient, cause, text }, domain) =>
		`mail for ${domain} went back to its sender: this home took it for ${recipient}, and could not deliver it; ${cause}; Postfix says: ${text}`,
	remedy: ({ advice }) => `${advice}; this ends when mail for the same recipient gets through`,
});
