import { textRecord } from "../../../shared/dns/text.ts";
import type { Severity, Turn } from "../../../shared/doctor/finding.ts";
import { otherKey, type World } from "./world.ts";

/** A fault as people make it, and what the doctor has to say of it. */
export interface PlantedFault {
	/** What is wrong, in a few words. */
	what: string;
	plant(world: World): void;
	code: string;
	severity: Severity;
	turn: Turn;
	/** The line that mends it, or a part of it. */
	line: string | RegExp;
}

const set =
	(key: string, ...records: string[]) =>
	({ records: all }: World) =>
		void (records.length > 0 ? all.set(key, records) : all.delete(key));

const apply = "heimweg dns apply";
const take = (name: string, type = "TXT") => `heimweg dns apply --take ${name} ${type}`;

/** All faults that are planted in a domain that is right. */
export const plantedFaults: readonly PlantedFault[] = [
	{
		what: "no MX",
		plant: set("example.org MX"),
		...{ code: "mx_missing", severity: "risk", turn: "home", line: apply },
	},
	{
		what: "an MX that names an address",
		plant: set("example.org MX", "10 192.0.2.10."),
		...{ code: "mx_names_address", severity: "risk", turn: "home", line: take("example.org", "MX") },
	},
	{
		what: "an MX that names the home",
		plant: set("example.org MX", "10 mail.example.org."),
		...{ code: "mx_differs", severity: "risk", turn: "home", line: take("example.org", "MX") },
	},
	{
		what: "an MX whose host is a CNAME",
		plant({ records }) {
			records.set("relay.example.net CNAME", ["host.example.net."]);
			records.set("host.example.net A", ["192.0.2.10"]);
			records.delete("relay.example.net A");
			records.delete("relay.example.net AAAA");
		},
		...{ code: "mx_is_alias", severity: "risk", turn: "relay", line: "relay.example.net. IN A 192.0.2.10" },
	},
	{
		what: "an MX whose host has no address",
		plant({ records }) {
			records.delete("relay.example.net A");
			records.delete("relay.example.net AAAA");
		},
		code: "mx_host_has_no_address",
		...{ severity: "risk", turn: "relay", line: /^relay\.example\.net\. IN A 192\.0\.2\.10$/m },
	},
	{
		what: "no SPF",
		plant: set("example.org TXT", '"another=1"'),
		...{ code: "spf_missing", severity: "risk", turn: "home", line: apply },
	},
	{
		what: "two SPF records",
		plant: set("example.org TXT", '"v=spf1 mx ~all"', '"v=spf1 a ~all"'),
		...{ code: "spf_two_records", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "SPF that lists the home",
		plant: set("example.org TXT", '"v=spf1 mx ip4:198.51.100.7 ~all"'),
		...{ code: "spf_lists_home", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "SPF that lets everybody send",
		plant: set("example.org TXT", '"v=spf1 mx +all"'),
		...{ code: "spf_lets_everybody", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "no DKIM key",
		plant: set("home._domainkey.example.org TXT"),
		...{ code: "dkim_missing", severity: "risk", turn: "home", line: apply },
	},
	{
		what: "another DKIM key than the one that signs",
		plant: set("home._domainkey.example.org TXT", textRecord(`v=DKIM1; k=rsa; p=${otherKey}`)),
		...{ code: "dkim_other_key", severity: "risk", turn: "home", line: take("home._domainkey.example.org") },
	},
	{
		what: "a revoked DKIM key",
		plant: set("home._domainkey.example.org TXT", '"v=DKIM1; p="'),
		...{ code: "dkim_revoked", severity: "risk", turn: "home", line: take("home._domainkey.example.org") },
	},
];
