import { isWithin } from "../../../shared/dns/wanted/mail-domain.ts";
import { relayName as wanted } from "../../../shared/dns/wanted/relay-name.ts";
import { check } from "../../../shared/doctor/check.ts";
import { judgeWish } from "../../../shared/doctor/wish.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { lineFor, type SeenRecords, seeRecords } from "../records.ts";

const source = "RFC 7208, 2.4; RFC 5321, 2.3.5";
const gravity = { prefix: "relay_name", missing: "risk", differs: "risk", source } as const;

/** The relay's own name, which MX records name and bounces come from: its addresses, and its SPF. */
export const relayName = check<DomainKnown, HomeEyes, SeenRecords>({
	name: "relay_name",
	// What it should be is the same wherever its zone is.
	look: ({ mail }, { dns }) =>
		seeRecords((one) => wanted({ ...one, zone: one.relay?.name ?? one.zone }), mail, dns),
	judge({ wishes, answers }, { mail, managed }) {
		const ours = mail.relay !== undefined && isWithin(mail.relay.name, mail.zone);
		return wishes.wanted.flatMap((wish, at) => {
			const spf = wish.type === "TXT";
			const severity = spf ? "todo" : "risk";
			return judgeWish(
				wish,
				answers[at]!,
				{ ...gravity, prefix: spf ? "relay_spf" : "relay_name", missing: severity, differs: severity },
				{
					turn: ours ? "home" : "relay",
					line: (one, taken) => lineFor(one, ours && managed, taken),
				},
			);
		});
	},
});
