import { check } from "../../../shared/doctor/check.ts";
import { DAY } from "../../../shared/time.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

/** Who makes tokens anew by a calendar does so before. */
const soon = 14 * DAY;

const source = "https://desec.readthedocs.io/en/latest/auth/tokens.html";

/**
 * When the token at deSEC ends. deSEC tells that to tokens alone that may manage tokens, which none should that lies on a
 * server; so a person says it.
 */
export const token = check<HomeKnown, HomeEyes, { now: Date }>({
	name: "token",
	look: async (_, { now }) => ({ now: now() }),

	judge({ now }, { dns }) {
		if (!dns) return [];
		const subject = dns.token_file;
		const ends = dns.token_expires;
		if (ends === "never") {
			const found = say`it does not expire, as the configuration says`;
			return [{ code: "token_well", severity: "well", subject, found }];
		}
		if (ends === undefined) {
			const found = say`deSEC does not tell a limited token when it expires, and the configuration does not say it; once it has, deSEC refuses it (401), and dns.failing tells`;
			return [
				{
					...{ code: "token_expiry_not_known", severity: "not_known", subject, found, source },
					wanted: say`in the section [dns] its date, as desec.io shows it, or "never"`,
					line: 'token_expires = "never"',
				},
			];
		}
		const left = Date.parse(ends) - now.getTime();
		if (left > soon)
			return [{ code: "token_well", severity: "well", subject, found: say`it is valid until ${ends}` }];
		return [
			{
				...{ code: left > 0 ? "token_expires_soon" : "token_expired", subject, turn: "home", source },
				severity: left > 0 ? "todo" : "risk",
				found:
					left > 0
						? say`it expires on ${ends}, and then no record follows a new address`
						: say`it has expired on ${ends}, as the configuration says: no record follows a new address`,
				wanted: say`a new token with the same policies, and its date in dns.token_expires`,
				line: "heimweg dns policy",
			},
		];
	},
});
