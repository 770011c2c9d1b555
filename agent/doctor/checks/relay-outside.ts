import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import type { SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import { DAY } from "../../../shared/time.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

/** A domain that exists and takes mail; none is sent to it. */
const elsewhere = "gmail.com";

/**
 * How people try whether a server hands on anybody's mail. One is tried at a time, each day another: a server counts
 * refusals, and shuts out who makes many. So the daemon says, too, whether there is room for one.
 */
const tries = (relay: string): string[] => [
	`postmaster@${elsewhere}`,
	`postmaster%${elsewhere}@${relay}`,
	`"postmaster@${elsewhere}"@${relay}`,
];

/** Addresses of the relay that are tried: one of each family. */
const families = [/\./, /:/];

/**
 * Who is a client of the relay's own, and who may relay; `postfix --apply` puts the rule that lets homes send back to
 * the front.
 */
const closeRelay = `postconf -e "mynetworks = 127.0.0.0/8 [::1]/128" "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination" && heimweg-relay postfix --apply && postfix reload`;

interface Seen {
	/** Whether it hands on mail was asked. */
	asked: boolean;
	recipient: string;
	places: Array<{ address: string; shown: SmtpSeen }>;
}

const source = "RFC 2505, 2.1; RFC 5321, 7.1";

/** The relay's port 25 as a stranger sees it, by its public address: it answers, and hands on nobody's mail. */
export const relayOutside = check<HomeKnown, HomeEyes, Seen | undefined>({
	name: "relay_outside",
	patience: "long",

	async look({ told }, { smtp, now }) {
		const relay = told?.relay;
		if (!told || !relay) return undefined;
		const all = tries(relay.name);
		const recipient = all[Math.floor(now().getTime() / DAY) % all.length]!;
		const addresses = families.flatMap((family) => relay.addresses.find((one) => family.test(one)) ?? []);
		const places = addresses.map(async (address) => ({
			address,
			shown: await smtp({
				...{ address, name: relay.name, helo: `[${address.includes(":") ? "IPv6:" : ""}${address}]` },
				recipients: told.askStranger === false ? [] : [recipient],
			}),
		}));
		const asked = told.askStranger !== false;
		return { asked, recipient, places: await Promise.all(places) };
	},

	judge(seen) {
		return seen ? seen.places.map((place) => judgePlace(place, seen)) : [];
	},
});

function judgePlace({ address, shown }: Seen["places"][number], { asked, recipient }: Seen): Finding {
	const subject = address.includes(":") ? `[${address}]:25` : `${address}:25`;
	const unknown = { code: "relay_outside_not_known", severity: "not_known", subject } as const;
	switch (shown.is) {
		case "no_way":
			return { ...unknown, found: say`there is no way from here to ${address}` };
		case "refused":
		case "silent": {
			// Many providers close it, and the relay looks at itself: one end alone proves nothing.
			const found = say`from this line port 25 of ${address} does not answer: its provider may close port 25 outward, or a firewall stands before the relay`;
			return { ...unknown, found };
		}
		case "no_greeting":
			return { ...unknown, found: say`port 25 of ${address} does not speak to this line: "${shown.said}"` };
	}
	if (!asked) {
		const found = say`it answers; whether it hands on anybody's mail was asked several times within the hour, and is asked again later: a server shuts out who it refuses often`;
		return { ...unknown, found };
	}
	const [reply] = shown.replies;
	if (reply === undefined) return { ...unknown, found: say`port 25 of ${address} ended the conversation` };
	if (!reply.startsWith("25")) {
		const found = say`it hands on nobody's mail: "${reply}"`;
		return { code: "relay_closed_to_strangers", severity: "well", subject, found };
	}
	return {
		...{ code: "relay_open_to_strangers", severity: "risk", subject, turn: "relay", source },
		found: say`it takes mail for ${recipient} from a stranger: it will be used for spam within days, and then refused everywhere`,
		wanted: say`mail for other domains is taken from those alone who may send it`,
		line: closeRelay,
	};
}
