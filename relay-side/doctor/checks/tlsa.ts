import { check } from "../../../shared/doctor/check.ts";
import { judgeTlsa, type SeenTlsa } from "../../../shared/doctor/judge-tlsa.ts";
import { isDomain } from "../../../shared/domain-name.ts";
import { ownPort, type RelayEyes, type RelayKnown } from "../known.ts";

/** What senders that validate are told of the relay's key is true of the key that it shows. */
export const tlsa = check<RelayKnown, RelayEyes, SeenTlsa>({
	name: "tlsa",
	patience: "long",

	async look(known, eyes) {
		const [first] = known.addresses;
		const place = `_25._tcp.${known.name}`;
		const [answer, shown] = await Promise.all([
			eyes.dns.published(place, "TLSA"),
			first && ownPort(eyes, known, first),
		]);
		const tls = shown?.is === "greets" && typeof shown.tls !== "string" ? shown.tls : undefined;
		return { place, answer, live: tls };
	},

	judge: (seen, { name }) => (isDomain(name) ? judgeTlsa(seen) : []),
});
