import { dsFor } from "../../../shared/doctor/dns/ds.ts";
import { DAY, HOUR } from "../../../shared/time.ts";
import { type PlantedFault, set } from "./faults.ts";
import { certificate, otherZoneKey, zoneKey } from "./world.ts";

const ago = (milliseconds: number) => Math.floor((Date.now() - milliseconds) / 1000);
const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
const ddclient = "daemon=300\nprotocol=dyndns2\nserver=update.dedyn.io\n";
const guidesScript = `#!/bin/sh
curl -X PATCH https://desec.io/api/v1/domains/example.org/rrsets/ -d '[{"type": "A"}]'
`;

/** Faults in the zone's delegation and signing, in the home's own machine and in what it serves. */
export const homeFaults: readonly PlantedFault[] = [
	{
		what: "a relay that hands on anybody's mail",
		plant(world) {
			const right = world.relayShows;
			world.relayShows = (question) => ({ ...right(question), replies: ["250 2.1.5 Ok"] }) as never;
		},
		...{ code: "relay_open_to_strangers", severity: "risk", turn: "relay" },
		line: /^postconf -e "mynetworks = .*reject_unauth_destination" && heimweg-relay postfix --apply && postfix reload$/,
	},
	{
		what: "an abuse@ that Postfix at home does not know, where its users are the machine's",
		plant(world) {
			world.takes = (one) =>
				one.startsWith("abuse@")
					? "550 5.1.1 <abuse@example.org>: Recipient address rejected: User unknown in local recipient table"
					: "250 2.1.5 Ok";
		},
		...{ code: "required_address_refused_here", severity: "todo", turn: "home" },
		line: "echo 'abuse: postmaster@example.org' >>/etc/aliases && newaliases",
	},
	{
		what: "a postmaster whom Postfix at home does not know, where its users are virtual",
		plant(world) {
			const before = world.commands.get("postconf")!;
			world.commands.set("postconf", (args) =>
				args.includes("virtual_alias_maps")
					? "proxy:mysql:/etc/postfix/aliases.cf, hash:/etc/postfix/virtual\n"
					: before(args),
			);
			world.takes = (one) =>
				one.startsWith("postmaster@")
					? "550 5.1.1 <postmaster@example.org>: Recipient address rejected: User unknown in virtual mailbox table"
					: "250 2.1.5 Ok";
		},
		...{ code: "required_address_refused_here", severity: "todo", turn: "home" },
		line: "echo 'postmaster@example.org anna@example.org' >>/etc/postfix/virtual && postmap hash:/etc/postfix/virtual",
	},
	{
		what: "a token that expires soon",
		plant: ({ beforehand }) => void Object.assign(beforehand.config!.dns!, { token_expires: inDays(10) }),
		...{ code: "token_expires_soon", severity: "todo", turn: "home", line: "heimweg dns policy" },
	},
	{
		what: "a token that has expired",
		plant: ({ beforehand }) => void Object.assign(beforehand.config!.dns!, { token_expires: inDays(-1) }),
		...{ code: "token_expired", severity: "risk", turn: "home", line: "heimweg dns policy" },
	},
	{
		what: "a domain that nobody delegates",
		plant({ records }) {
			for (const key of [...records.keys()])
				if (key.split(" ")[0]!.endsWith("example.org")) records.delete(key);
		},
		...{ code: "delegation_missing", severity: "risk", turn: "registrar", line: /IN NS ns1\.desec\.io/ },
	},
	{
		what: "a name server that does not answer",
		plant({ second }) {
			second.misbehave = () => "REFUSED";
		},
		code: "delegation_server_fails",
		...{ severity: "todo", turn: "dns", line: "dig @ns2.desec.test example.org SOA +norecurse" },
	},
	{
		what: "a name server that does not serve the zone",
		plant({ second }) {
			second.misbehave = () => "lame";
		},
		code: "delegation_server_fails",
		...{ severity: "todo", turn: "dns", line: "dig @ns2.desec.test example.org SOA +norecurse" },
	},
	{
		what: "name servers that have different versions of the zone",
		plant: ({ second }) =>
			void second.records.set("example.org SOA", ["ns1.desec.test. hostmaster.desec.test. 6"]),
		...{
			code: "delegation_servers_differ",
			severity: "todo",
			turn: "dns",
			line: "dig example.org SOA +nssearch",
		},
	},
	{
		what: "other name servers at the registrar than in the zone",
		plant: ({ dns }) => void dns.referrals.set("example.org", ["ns1.old.test."]),
		...{ code: "delegation_differs", severity: "todo", turn: "registrar" },
		line: "example.org. IN NS ns1.desec.test.\nexample.org. IN NS ns2.desec.test.",
	},
	{
		what: "a signed zone that its parent does not vouch for",
		plant: set("example.org DS"),
		...{ code: "dnssec_ds_missing", severity: "todo", turn: "registrar" },
		line: `example.org. IN DS ${dsFor("example.org", [zoneKey])}`,
	},
	{
		what: "a DS of another key",
		plant: set("example.org DS", ...dsFor("example.org", [otherZoneKey])),
		...{ code: "dnssec_ds_wrong", severity: "risk", turn: "registrar" },
		line: `example.org. IN DS ${dsFor("example.org", [zoneKey])}`,
	},
	{
		what: "a DS of a zone that is not signed",
		plant: set("example.org DNSKEY"),
		...{ code: "dnssec_ds_wrong", severity: "risk", turn: "registrar", line: "delete example.org. IN DS" },
	},
	{
		what: "a zone that is not signed",
		plant({ records }) {
			records.delete("example.org DNSKEY");
			records.delete("example.org DS");
		},
		...{ code: "dnssec_off", severity: "todo", turn: "dns", line: "dig example.org DNSKEY" },
	},
	{
		what: "signatures that do not hold",
		plant: ({ commands }) =>
			void commands.set(
				"sh",
				() => ";; no valid RRSIG resolving 'example.org/SOA/IN'\n;; resolution failed: no valid RRSIG\n",
			),
		...{ code: "dnssec_broken", severity: "risk", turn: "dns", line: "delv example.org SOA" },
	},
	{
		what: "a zone that the resolver, which validates, does not believe",
		plant({ dns, commands }) {
			dns.misbehave = ({ name, recursive, unchecked }) =>
				recursive && !unchecked && name.endsWith("example.org") ? "SERVFAIL" : undefined;
			commands.set("sh", () => ";; resolution failed: failure\n");
		},
		...{ code: "dnssec_broken", severity: "risk", turn: "dns", line: "delv example.org SOA" },
	},
	{
		what: "a resolver that strips DNSSEC",
		plant({ dns, commands }) {
			dns.strips = true;
			commands.set("sh", () => ";; resolution failed: broken trust chain\n");
		},
		...{
			code: "dnssec_stripped_here",
			severity: "todo",
			turn: "home",
			line: /^apt install unbound .* >\/etc\/resolv\.conf/,
		},
	},
	{
		what: "a resolver that invents names",
		plant({ dns }) {
			const { get } = dns.records;
			dns.records.get = (key) => (key.endsWith(".invalid A") ? ["192.0.2.80"] : get.call(dns.records, key));
		},
		...{
			code: "resolver_invents",
			severity: "risk",
			turn: "home",
			line: /^apt install unbound .* >\/etc\/resolv\.conf/,
		},
	},
	{
		what: "CAA that forbids the authority in use",
		plant: set("example.org CAA", '0 issue "digicert.com"'),
		...{ code: "caa_forbids", severity: "risk", turn: "home" },
		line: 'mail.example.org. IN CAA 0 issue "letsencrypt.org"',
	},
	{
		what: "CAA that forbids the relay's authority",
		plant: set("example.net CAA", '0 issue ";"'),
		...{ code: "caa_forbids", severity: "risk", turn: "relay" },
		line: 'relay.example.net. IN CAA 0 issue "letsencrypt.org"',
	},
	{
		what: "a client name without an address",
		plant: set("mail.example.org A"),
		...{ code: "client_name_missing", severity: "risk", turn: "home", line: "systemctl restart heimweg" },
	},
	{
		what: "a client name that leads to the relay instead of the home",
		plant: set("mail.example.org A", "192.0.2.10"),
		...{ code: "client_name_elsewhere", severity: "risk", turn: "home", line: "systemctl restart heimweg" },
	},
	{
		what: "a client name that leads to somebody else",
		plant: set("mail.example.org A", "203.0.113.99"),
		...{ code: "client_name_elsewhere", severity: "risk", turn: "home", line: "systemctl restart heimweg" },
	},
	{
		what: "a TTL of an hour on a name whose address changes",
		plant: ({ dns, second }) => {
			for (const one of [dns, second]) one.ttl = 3600;
		},
		...{ code: "client_name_slow", severity: "todo", turn: "home", line: "systemctl restart heimweg" },
	},
	{
		what: "the domain's own name at this line, which nobody keeps true",
		plant: set("example.org A", "198.51.100.7"),
		...{ code: "address_not_kept", severity: "todo", turn: "home" },
		line: 'names = ["mail.example.org", "example.org"]',
	},
	{
		what: "a script of cron's that writes the same records",
		plant({ files }) {
			files.set("/etc/cron.d/desec", "*/5 * * * * root /usr/local/bin/desec-update\n");
			files.set("/usr/local/bin/desec-update", guidesScript);
		},
		...{
			code: "second_writer",
			severity: "todo",
			turn: "home",
			line: /^sed -i '.*desec-update\|s.*' \/etc\/cron\.d\/desec$/,
		},
	},
	{
		what: "another dynDNS client",
		plant: ({ files }) => void files.set("/etc/ddclient.conf", ddclient),
		...{
			code: "second_writer",
			severity: "todo",
			turn: "home",
			line: /^systemctl disable --now ddclient && mv /,
		},
	},
	{
		what: "a hook that writes TLSA after the key has changed",
		plant: ({ files }) =>
			void files.set("/etc/letsencrypt/renewal-hooks/deploy/tlsa", guidesScript.replace('"A"', '"TLSA"')),
		code: "tlsa_after_the_key",
		...{ severity: "todo", turn: "home", line: "mv /etc/letsencrypt/renewal-hooks/deploy/tlsa /root/" },
	},
	{
		what: "a certificate that has ended",
		plant(world) {
			const validTo = new Date(Date.now() - DAY).toUTCString();
			world.shown = ({ name }) => certificate(name, "the key", { validTo });
		},
		...{
			code: "client_certificate_expired",
			severity: "risk",
			turn: "home",
			line: "systemctl start mail-certificate",
		},
	},
	{
		what: "a certificate that ends soon",
		plant(world) {
			const validTo = new Date(Date.now() + 5 * DAY).toUTCString();
			world.shown = ({ name }) => certificate(name, "the key", { validTo });
		},
		...{
			code: "client_certificate_ends_soon",
			severity: "todo",
			turn: "home",
			line: "systemctl start mail-certificate",
		},
	},
	{
		what: "a certificate for another name",
		plant(world) {
			world.shown = ({ name }) => certificate(name === "mail.example.org" ? "nas.local" : name);
		},
		code: "client_certificate_of_other",
		...{ severity: "risk", turn: "home", line: /lego .* --domains mail\.example\.org run / },
	},
	{
		what: "a certificate that nobody believes",
		plant(world) {
			world.shown = ({ name }) => ({ ...certificate(name), distrust: "SELF_SIGNED_CERT_IN_CHAIN" });
		},
		code: "client_certificate_not_trusted",
		...{ severity: "risk", turn: "home", line: /^openssl s_client -connect 127\.0\.0\.1:/ },
	},
	{
		what: "a client port without TLS",
		plant(world) {
			world.told.ports = [587];
			world.shown = ({ host, port }) => ({ is: "no_starttls", place: `${host}:${port}`, said: "502 no" });
		},
		...{
			code: "client_port_in_clear",
			severity: "risk",
			turn: "home",
			line: /^postconf -P submission\/inet\/smtpd_tls/,
		},
	},
	{
		what: "a list that has ended",
		plant: ({ commands }) =>
			void commands.set(
				"postconf",
				() =>
					"smtpd_recipient_restrictions = permit_mynetworks, reject_rbl_client dnsbl.sorbs.net, check_helo_access 'x\n",
			),
		...{ code: "dead_list", severity: "todo", turn: "home" },
		line: "postconf -e 'smtpd_recipient_restrictions = permit_mynetworks, check_helo_access '\\''x' && postfix reload",
	},
	{
		what: "two signers at home",
		plant({ told, records }) {
			const [key] = told.keys!;
			told.keys!.push({ ...key!, selector: "dkim", source: "/var/lib/rspamd/dkim/example.org.dkim.key" });
			records.set("dkim._domainkey.example.org TXT", records.get("home._domainkey.example.org TXT")!);
		},
		...{ code: "dkim_signed_twice", severity: "todo", turn: "home", line: /dkim_signing\.conf/ },
	},
	{
		what: "mail that waits for a day",
		plant: ({ queue }) => void queue.push(ago(HOUR), ago(30 * HOUR)),
		...{ code: "mail_waits_long", severity: "risk", turn: "home", line: "postqueue -p" },
	},
	{
		what: "a clock that is off",
		plant: ({ pages }) => {
			for (const [url, page] of pages)
				if ("status" in page) pages.set(url, { ...page, date: new Date(Date.now() + HOUR).toUTCString() });
		},
		...{
			code: "clock_wrong",
			severity: "risk",
			turn: "home",
			line: /^timedatectl set-ntp true \|\| apt install/,
		},
	},
	{
		what: "a clock that nothing keeps",
		plant: ({ commands }) => void commands.set("timedatectl", () => "no\n"),
		...{
			code: "clock_not_kept",
			severity: "todo",
			turn: "home",
			line: /^timedatectl set-ntp true \|\| apt install/,
		},
	},
	{
		what: "a disk that is nearly full",
		plant: ({ disks }) => void disks.set("/var/spool/postfix", { space: 0.03, files: 0.9, device: 1 }),
		...{ code: "disk_nearly_full", severity: "todo", turn: "home", line: "df -h /var/spool/postfix" },
	},
	{
		what: "a daemon that was not restarted after an upgrade",
		plant({ told }) {
			told.version = "0.0.9";
		},
		code: "daemon_of_another_version",
		...{ severity: "todo", turn: "home", line: "systemctl restart heimweg" },
	},
];
