import { createHash } from "node:crypto";
import type { Address } from "../../../shared/address.ts";
import { textRecord } from "../../../shared/dns/text.ts";
import type { Severity, Turn } from "../../../shared/doctor/finding.ts";
import { tlsaFor } from "../../../shared/doctor/tlsa.ts";
import { certificate, otherKey, signingKey, type World } from "./world.ts";

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

export const set =
	(key: string, ...records: string[]) =>
	({ records: all }: World) =>
		void (records.length > 0 ? all.set(key, records) : all.delete(key));

const several = (many: number, one: (nth: number) => string) =>
	Array.from({ length: many }, (_, nth) => one(nth)).join(" ");

const policyUrl = "https://mta-sts.example.org/.well-known/mta-sts.txt";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const apply = "heimweg dns apply";
const take = (name: string, type = "TXT") => `heimweg dns apply --take ${name} ${type}`;

/** Faults in the records of a domain that is right. */
export const recordFaults: readonly PlantedFault[] = [
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
		what: "SPF that needs too many look-ups",
		plant: set("example.org TXT", `"v=spf1 mx ${several(11, (nth) => `a:a${nth}.example.net`)} ~all"`),
		...{ code: "spf_too_many_lookups", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "SPF that needs too many look-ups by what it includes",
		plant({ records }) {
			records.set("example.org TXT", ['"v=spf1 include:many.example.net mx ~all"']);
			records.set("many.example.net TXT", [`"v=spf1 ${several(10, (nth) => `a:a${nth}.example.net`)} -all"`]);
			for (let nth = 0; nth < 10; nth++) records.set(`a${nth}.example.net A`, ["192.0.2.99"]);
		},
		...{ code: "spf_too_many_lookups", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "SPF whose terms find nothing",
		plant: set("example.org TXT", '"v=spf1 a:x.example.net a:y.example.net a:z.example.net mx ~all"'),
		...{ code: "spf_too_many_voids", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "SPF whose strings were split within a word",
		plant: set("example.org TXT", '"v=spf1 mx" "~all"'),
		...{ code: "spf_differs", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "SPF that lacks the relay's IPv6 address",
		plant({ records, told }) {
			told.relay!.addresses.push("2001:db8::11" as Address);
			records.set("example.org TXT", ['"v=spf1 mx ~all"']);
		},
		...{ code: "spf_lacks_relay", severity: "risk", turn: "home", line: take("example.org") },
	},
	{
		what: "a client name that says nothing about who sends for it",
		plant: set("mail.example.org TXT"),
		...{ code: "no_mail_missing", severity: "todo", turn: "home", line: apply },
	},
	{
		what: "the relay's own name without SPF",
		plant: set("relay.example.net TXT"),
		...{ code: "relay_spf_missing", severity: "todo", turn: "relay" },
		line: 'relay.example.net. IN TXT "v=spf1 a -all"',
	},
	{
		what: "the relay's name that leads elsewhere",
		plant: set("relay.example.net A", "192.0.2.66"),
		...{ code: "relay_name_differs", severity: "risk", turn: "relay" },
		line: "relay.example.net. IN A 192.0.2.10",
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
	{
		what: "two DKIM records at one selector",
		plant: set(
			"home._domainkey.example.org TXT",
			...[signingKey, otherKey].map((key) => textRecord(`v=DKIM1; k=rsa; p=${key}`)),
		),
		...{
			code: "dkim_two_records",
			severity: "risk",
			turn: "home",
			line: take("home._domainkey.example.org"),
		},
	},
	{
		what: "a DKIM record that says it is for tests",
		plant: set("home._domainkey.example.org TXT", textRecord(`v=DKIM1; k=rsa; t=y; p=${signingKey}`)),
		...{ code: "dkim_for_tests", severity: "risk", turn: "home", line: take("home._domainkey.example.org") },
	},
	{
		what: "a DKIM key for SHA-1 alone",
		plant: set("home._domainkey.example.org TXT", textRecord(`v=DKIM1; k=rsa; h=sha1; p=${signingKey}`)),
		code: "dkim_without_sha256",
		...{ severity: "risk", turn: "home", line: take("home._domainkey.example.org") },
	},
	{
		what: "a DKIM key of 512 bits",
		plant({ told }) {
			told.keys![0]!.bits = 512;
		},
		...{
			code: "dkim_key_unfit",
			severity: "risk",
			turn: "home",
			line: /^runuser -u opendkim -- opendkim-genkey --bits=2048 /,
		},
	},
	{
		what: "mail that nothing signs",
		plant({ told }) {
			told.keys = [];
		},
		...{ code: "dkim_nobody_signs", severity: "todo", turn: "home" },
		line: /^runuser -u opendkim -- opendkim-genkey .* >>\/etc\/opendkim\.conf && systemctl restart opendkim$/,
	},
	{
		what: "ed25519 keys alone",
		plant({ told, records }) {
			const publicKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
			told.keys = [{ ...told.keys![0]!, type: "ed25519", bits: 256, publicKey }];
			records.set("home._domainkey.example.org TXT", [`"v=DKIM1; k=ed25519; p=${publicKey}"`]);
		},
		...{
			code: "dkim_only_ed25519",
			severity: "todo",
			turn: "home",
			line: /^runuser -u opendkim -- opendkim-genkey /,
		},
	},
	{
		what: "no DMARC",
		plant: set("_dmarc.example.org TXT"),
		...{ code: "dmarc_missing", severity: "todo", turn: "home", line: apply },
	},
	{
		what: "DMARC with a slip of the pen",
		plant: set("_dmarc.example.org TXT", '"v=DMARC1; p=quarantene; rua=mailto:postmaster@example.org"'),
		...{ code: "dmarc_no_such_policy", severity: "risk", turn: "home", line: take("_dmarc.example.org") },
	},
	{
		what: "two DMARC records",
		plant: set("_dmarc.example.org TXT", '"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'),
		...{ code: "dmarc_two_records", severity: "risk", turn: "home", line: take("_dmarc.example.org") },
	},
	{
		what: "DMARC with a retired tag",
		plant: set(
			"_dmarc.example.org TXT",
			'"v=DMARC1; p=quarantine; pct=50; rua=mailto:postmaster@example.org"',
		),
		...{ code: "dmarc_retired_tag", severity: "todo", turn: "home", line: take("_dmarc.example.org") },
	},
	{
		what: "DMARC with a tag that is none",
		plant: set("_dmarc.example.org TXT", '"v=DMARC1; p=quarantine; rau=mailto:postmaster@example.org"'),
		...{ code: "dmarc_unknown_tag", severity: "risk", turn: "home", line: take("_dmarc.example.org") },
	},
	{
		what: "reports to a domain that does not take them",
		plant({ records }) {
			records.set("_dmarc.example.org TXT", [
				'"v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org,mailto:a@reports.test"',
			]);
			records.set("reports.test SOA", ["ns1.desec.test. hostmaster.desec.test. 7"]);
		},
		...{ code: "dmarc_report_not_taken", severity: "todo", turn: "home" },
		line: 'example.org._report._dmarc.reports.test. IN TXT "v=DMARC1;"',
	},
	{
		what: "reports on TLS that go nowhere",
		plant: set("_smtp._tls.example.org TXT", '"v=TLSRPTv1; rua=mailto:a@example.org"', '"v=TLSRPTv1;"'),
		...{ code: "tls_rpt_two_records", severity: "todo", turn: "home", line: take("_smtp._tls.example.org") },
	},
	{
		what: "a service record that leads elsewhere",
		plant: set("_imaps._tcp.example.org SRV", "0 1 993 relay.example.net."),
		...{ code: "srv_differs", severity: "todo", turn: "home", line: take("_imaps._tcp.example.org", "SRV") },
	},
	{
		what: "TLSA of another key than the relay's",
		plant({ records }) {
			records.set("_25._tcp.relay.example.net TLSA", [
				tlsaFor(certificate("relay.example.net", "the old key")),
			]);
		},
		...{ code: "tlsa_other_key", severity: "risk", turn: "relay" },
		line: `_25._tcp.relay.example.net. IN TLSA ${tlsaFor(certificate("relay.example.net"))}`,
	},
	{
		what: "TLSA of the relay's authority, which may change",
		plant: set("_25._tcp.relay.example.net TLSA", `2 1 1 ${sha256("authority's key")}`),
		...{ code: "tlsa_of_authority", severity: "todo", turn: "relay", line: / IN TLSA 3 1 1 [0-9a-f]{64}$/ },
	},
	{
		what: "TLSA of the relay's whole certificate",
		plant: set("_25._tcp.relay.example.net TLSA", `3 0 1 ${sha256("certificate of relay.example.net")}`),
		...{ code: "tlsa_of_certificate", severity: "todo", turn: "relay", line: / IN TLSA 3 1 1 [0-9a-f]{64}$/ },
	},
	{
		what: "TLSA that senders pass over",
		plant: set("_25._tcp.relay.example.net TLSA", `1 1 1 ${sha256("the key")}`),
		...{ code: "tlsa_useless", severity: "todo", turn: "relay", line: / IN TLSA 3 1 1 [0-9a-f]{64}$/ },
	},
	{
		what: "TLSA at the home's name, although the MX is the relay",
		plant: set("_25._tcp.mail.example.org TLSA", `3 1 1 ${sha256("the key")}`),
		...{ code: "tlsa_of_home", severity: "todo", turn: "home" },
		line: /^printf .* \| curl --silent --show-error --fail-with-body --request DELETE --header @- https:.*\/rrsets\/_25\._tcp\.mail\/TLSA\/$/,
	},
	{
		what: "MTA-STS that is announced, and served by nobody",
		plant: set("_mta-sts.example.org TXT", '"v=STSv1; id=1;"'),
		...{ code: "mta_sts_no_policy", severity: "todo", turn: "home", line: /rrsets\/_mta-sts\/TXT\/$/ },
	},
	{
		what: "MTA-STS whose policy does not allow the relay",
		plant({ records, pages }) {
			records.set("_mta-sts.example.org TXT", ['"v=STSv1; id=1;"']);
			const text = "version: STSv1\nmode: enforce\nmx: mail.example.org\nmax_age: 604800\n";
			pages.set(policyUrl, { status: 200, type: "text/plain", text });
		},
		...{ code: "mta_sts_lacks_relay", severity: "risk", turn: "relay", line: /mx: relay\.example\.net/ },
	},
	{
		what: "MTA-STS whose policy cannot be read",
		plant({ records, pages }) {
			records.set("_mta-sts.example.org TXT", ['"v=STSv1; id=1;"']);
			pages.set(policyUrl, { status: 200, type: "text/plain", text: "mode: enforce\n" });
		},
		...{
			code: "mta_sts_policy_unreadable",
			severity: "todo",
			turn: "relay",
			line: /^printf 'version: STSv1/,
		},
	},
	{
		what: "two records of MTA-STS",
		plant({ records, pages }) {
			records.set("_mta-sts.example.org TXT", ['"v=STSv1; id=1;"', '"v=STSv1; id=2;"']);
			const text = "version: STSv1\nmode: enforce\nmx: *.example.net\nmax_age: 604800\n";
			pages.set(policyUrl, { status: 200, type: "text/plain", text });
		},
		...{
			code: "mta_sts_two_records",
			severity: "todo",
			turn: "home",
			line: /^_mta-sts\.example\.org\. IN TXT /,
		},
	},
];
