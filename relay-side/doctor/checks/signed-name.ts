import { check } from "../../../shared/doctor/check.ts";
import { recordsIn } from "../../../shared/doctor/dns/answer.ts";
import { type Validation, validate } from "../../../shared/doctor/dns/delv.ts";
import { isDomain } from "../../../shared/domain-name.ts";
import { say } from "../../../shared/words/say.ts";
import type { RelayEyes, RelayKnown } from "../known.ts";

interface Seen {
	validation: Validation | undefined;
	/** TLSA is published, and counts only where it validates. */
	tlsa: boolean;
}

const source = "RFC 7672, 2.1.1";

/** The relay's name validates where its zone is signed, and is signed where TLSA counts on it. */
export const signedName = check<RelayKnown, RelayEyes, Seen>({
	name: "signed_name",

	async look({ name }, { dns, run }) {
		const [resolver] = dns.resolvers;
		const [validation, tlsa] = await Promise.all([
			resolver && isDomain(name) ? validate(run, { name, type: "A", resolver }) : undefined,
			dns.published(`_25._tcp.${name}`, "TLSA"),
		]);
		return { validation, tlsa: recordsIn(tlsa).length > 0 };
	},

	judge({ validation, tlsa }, { name: subject }) {
		const unknown = { code: "dnssec_not_known", severity: "not_known", subject } as const;
		switch (validation?.is) {
			case undefined:
				return [];
			case "validated": {
				const found = say`validated from the root down`;
				return [{ code: "dnssec_well", severity: "well", subject, found, source }];
			}
			case "broken":
				return [
					{
						...{ code: "dnssec_broken", severity: "risk", subject, turn: "dns", source },
						found: say`it does not validate: ${validation.said}`,
						wanted: say`signatures that hold, so that whoever validates finds the relay`,
						line: `delv ${subject} A`,
					},
				];
			case "unsigned":
				if (!tlsa) {
					const found = say`its zone is not signed, and no TLSA counts on it`;
					return [{ code: "dnssec_not_set_up", severity: "well", subject, found, source }];
				}
				return [
					{
						...{ code: "tlsa_without_dnssec", severity: "todo", subject, turn: "dns", source },
						found: say`TLSA is published, and its zone is not signed, so that it counts for nothing`,
						wanted: say`a host that signs zones; deSEC signs every one`,
						line: `delv ${subject} A`,
					},
				];
			case "no_program": {
				const found = say`whether it validates was not looked at: delv is not installed`;
				return [{ ...unknown, found, turn: "relay", line: "apt install bind9-dnsutils" }];
			}
			case "failed":
				return [{ ...unknown, found: say`delv could not find out: ${validation.said}` }];
		}
	},
});
