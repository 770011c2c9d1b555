import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

interface No {
	recipient: string;
	text: string;
	cause: string;
	advice: string;
}

export const verifyRefused = condition<No>({
	code: "verify.refused",
	severity: "error",
	title: "a home would refuse mail for a recipient of its own list",
	visibleAfter: 0,
	text: ({ recipient, cause, text }, home) =>
		`the home ${home} refuses ${recipient}, who stands in its own list of valid recipients, and such mail would go back to its sender; ${cause}; Postfix says: ${text}`,
	remedy: ({ advice }, home) =>
		`${advice}; it is asked again by itself, or by "heimweg-relay verify ${home}"`,
});

export const verifyDeferred = condition<No>({
	code: "verify.deferred",
	severity: "warning",
	title: "a home takes no mail at the moment",
	visibleAfter: 5 * MINUTE,
	text: ({ recipient, cause, text }, home) =>
		`the home ${home} is here, and takes no mail for ${recipient} at the moment, so that it would wait; ${cause}; Postfix says: ${text}`,
	remedy: ({ advice }, home) =>
		`${advice}; it is asked again by itself, or by "heimweg-relay verify ${home}"`,
});

export const verifyElsewhere = condition<{ recipient: string; relay: string; address: string }>({
	code: "verify.elsewhere",
	severity: "error",
	title: "mail for a home would go elsewhere",
	visibleAfter: 0,
	text: ({ recipient, relay, address }, home) =>
		`Postfix on this relay would deliver mail for ${recipient} by ${relay}, and not to ${address}, where the home ${home} is`,
	remedy: () =>
		'run "heimweg-relay postfix" here: it shows what of transport_maps and the other settings is not as it should be',
});

export const verifyUnknown = condition<{ home: string; error: string }>({
	code: "verify.unknown",
	severity: "warning",
	title: "whether homes would take mail is not known",
	visibleAfter: 10 * MINUTE,
	text: ({ home, error }) =>
		`whether homes would take mail is not known, since Postfix cannot be asked: ${error} (last about the home ${home})`,
	remedy: ({ home }) =>
		`look whether Postfix runs and "heimweg-relay status" tells maillog.not_read; then run "heimweg-relay verify ${home}"`,
});
