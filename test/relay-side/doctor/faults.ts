import type { Severity, Turn } from "../../../shared/doctor/finding.ts";
import { DAY } from "../../../shared/time.ts";
import { name, reverse4, reverse6, type World } from "./world.ts";

/** A fault as people make it on a relay, and what its doctor has to say of it. */
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

const risk = { severity: "risk", turn: "relay" } as const;
const todo = { severity: "todo", turn: "relay" } as const;
const hoster = { severity: "risk", turn: "hoster" } as const;

/** All faults that are planted in a relay that is right. */
export const plantedFaults: readonly PlantedFault[] = [
	{
		what: "a name of one word",
		plant({ postfix }) {
			postfix.myhostname = "vps1234";
		},
		...{ ...risk, code: "relay_name_not_complete" },
		line: `postconf -e "myhostname = ${name}" && postfix reload`,
	},
	{
		what: "a name without an address",
		plant({ records }) {
			records.delete(`${name} A`);
			records.delete(`${name} AAAA`);
		},
		...{ ...risk, code: "relay_name_missing" },
		line: `${name}. IN A 192.0.2.10\n${name}. IN AAAA 2001:db8::10`,
	},
	{
		what: "a name that leads to another machine",
		plant: set(`${name} A`, "192.0.2.99"),
		...{ ...risk, code: "relay_name_differs", line: /^relay\.example\.net\. IN A 192\.0\.2\.10$/m },
	},
	{
		what: "a name that is a CNAME",
		plant({ records }) {
			records.set(`${name} CNAME`, ["host.example.net."]);
			records.set("host.example.net A", ["192.0.2.10"]);
			records.delete(`${name} A`);
			records.delete(`${name} AAAA`);
		},
		...{ ...risk, code: "relay_name_is_alias", line: /^relay\.example\.net\. IN A 192\.0\.2\.10$/m },
	},
	{
		what: "no SPF for the relay's name",
		plant: set(`${name} TXT`),
		...{ ...todo, code: "relay_spf_missing", line: `${name}. IN TXT "v=spf1 a -all"` },
	},
	{
		what: "SPF by which the relay may not send in its own name",
		plant: set(`${name} TXT`, '"v=spf1 -all"'),
		...{ ...todo, code: "relay_spf_differs", line: `${name}. IN TXT "v=spf1 a -all"` },
	},
	{
		what: "no reverse name for IPv4",
		plant: set(`${reverse4} PTR`),
		...{ ...hoster, code: "reverse_missing", line: `${reverse4}. IN PTR ${name}.` },
	},
	{
		what: "no reverse name for IPv6",
		plant: set(`${reverse6} PTR`),
		...{ ...hoster, code: "reverse_missing", line: `${reverse6}. IN PTR ${name}.` },
	},
	{
		what: "the hoster's own reverse name, which leads nowhere",
		plant: set(`${reverse4} PTR`, "static.10.2.0.192.clients.hoster.test."),
		...{ ...hoster, code: "reverse_differs", line: `${reverse4}. IN PTR ${name}.` },
	},
	{
		what: "the hoster's own reverse name, which leads back",
		plant({ records }) {
			records.set(`${reverse4} PTR`, ["vps1234.hoster.test."]);
			records.set("vps1234.hoster.test A", ["192.0.2.10"]);
		},
		...{ severity: "todo", turn: "hoster", code: "reverse_differs", line: `${reverse4}. IN PTR ${name}.` },
	},
	{
		what: "a bare domain that Postfix greets with",
		plant({ postfix }) {
			postfix.smtp_helo_name = "example.net";
		},
		...{ ...todo, code: "greeting_helo_differs" },
		line: "postconf -e 'smtp_helo_name = $myhostname' && postfix reload",
	},
	{
		what: "a banner with another name",
		plant({ smtp }) {
			smtp.banner = "220 localhost.localdomain ESMTP";
		},
		...{ ...todo, code: "greeting_banner_differs" },
		line: "postconf -e 'smtpd_banner = $myhostname ESMTP' && postfix reload",
	},
	{
		what: "a port 25 where nobody listens",
		plant({ closed }) {
			closed["192.0.2.10"] = "refused";
		},
		...{ ...risk, code: "port25_closed" },
		line: 'postconf -e "inet_interfaces = all" && systemctl restart postfix',
	},
	{
		what: "a port 25 that is silent for IPv6",
		plant({ closed }) {
			closed["2001:db8::10"] = "silent";
		},
		...{ ...risk, code: "port25_closed", line: /^postconf -e "inet_interfaces = all"/ },
	},
	{
		what: "a port 25 that turns everybody away",
		plant({ smtp }) {
			smtp.banner = "421 4.3.2 Service not available";
		},
		...{ ...risk, code: "port25_does_not_greet", line: "systemctl restart postfix" },
	},
	{
		what: "mail that comes in the clear",
		plant({ smtp }) {
			smtp.tls = undefined;
		},
		...{
			...risk,
			code: "starttls_missing",
			line: /^certbot certonly --standalone --deploy-hook "postfix reload" -d relay\.example\.net && /,
		},
	},
	{
		what: "STARTTLS that leads nowhere",
		plant({ smtp }) {
			smtp.tls = "broken";
		},
		...{
			...risk,
			code: "starttls_fails",
			line: /^certbot certonly --standalone --deploy-hook "postfix reload" -d relay\.example\.net && /,
		},
	},
	{
		what: "a certificate that has ended",
		plant(world) {
			world.now = new Date(Date.now() + 31 * DAY);
		},
		...{ ...todo, code: "certificate_expired", line: /^certbot / },
	},
	{
		what: "a certificate that nobody renewed",
		plant(world) {
			world.now = new Date(Date.now() + 20 * DAY);
		},
		...{ ...todo, code: "certificate_ends_soon", line: /^certbot / },
	},
	{
		what: "another name's certificate",
		plant({ smtp, certificates }) {
			smtp.tls = certificates.other;
		},
		...{ ...todo, code: "certificate_for_other_name", line: /^certbot / },
	},
	{
		what: "a certificate that nobody vouches for",
		plant(world) {
			// The machine believes somebody else.
			world.believed = world.certificates.stranger;
		},
		...{ ...todo, code: "certificate_not_trusted", line: /^certbot / },
	},
	{
		what: "TLSA of the key before",
		plant: set(`_25._tcp.${name} TLSA`, `3 1 1 ${"ab".repeat(32)}`),
		...{
			...risk,
			code: "tlsa_other_key",
			line: /^_25\._tcp\.relay\.example\.net\. IN TLSA 3 1 1 [0-9a-f]{64}$/,
		},
	},
	{
		what: "TLSA of usages that senders pass over",
		plant: (world) => set(`_25._tcp.${name} TLSA`, `1 1 1 ${world.certificates.hash}`)(world),
		...{ ...todo, code: "tlsa_useless", line: /IN TLSA 3 1 1 [0-9a-f]{64}$/ },
	},
	{
		what: "TLSA of the authority alone",
		plant: (world) => set(`_25._tcp.${name} TLSA`, `2 1 1 ${world.certificates.authorityHash}`)(world),
		...{ ...todo, code: "tlsa_of_authority", line: /IN TLSA 3 1 1 [0-9a-f]{64}$/ },
	},
	{
		what: "TLSA of a name that is not signed",
		plant(world) {
			world.delv = "; unsigned answer";
		},
		...{ severity: "todo", turn: "dns", code: "tlsa_without_dnssec", line: `delv ${name} A` },
	},
	{
		what: "a name whose signatures are broken",
		plant(world) {
			world.delv =
				";; broken trust chain resolving 'relay.example.net/A/IN'\n;; resolution failed: broken trust chain";
		},
		...{ severity: "risk", turn: "dns", code: "dnssec_broken", line: `delv ${name} A` },
	},
	{
		what: "a port 25 that the hoster has closed outward",
		plant(world) {
			world.outward = false;
		},
		...{ ...hoster, code: "outgoing_closed", line: "nc -vz -w 5 mx.gmail.com 25" },
	},
	{
		what: "an address that is on ZEN",
		plant: set("10.2.0.192.zen.spamhaus.org A", "127.0.0.2"),
		...{ ...risk, code: "lists_has_it" },
		line: "https://check.spamhaus.org/results/?query=192.0.2.10",
	},
	{
		what: "a name that is on DBL",
		plant: set(`${name}.dbl.spamhaus.org A`, "127.0.1.4"),
		...{ ...risk, code: "lists_has_it", line: `https://check.spamhaus.org/results/?query=${name}` },
	},
	{
		what: "a postmaster who is refused",
		plant({ smtp }) {
			smtp.recipient = (one) => (one.startsWith("postmaster@") ? "550 5.1.1 unknown" : "250 Ok");
		},
		...{ ...todo, code: "required_address_refused", line: "heimweg-relay postfix --apply" },
	},
	{
		what: "a clock that nothing keeps right",
		plant(world) {
			world.clockKept = "no";
		},
		...{ ...todo, code: "clock_not_kept", line: /^timedatectl set-ntp true \|\| apt install/ },
	},
	{
		what: "a spool that is nearly full",
		plant({ disks }) {
			disks.set("/var/spool/postfix", { space: 0.03, files: 0.9, device: 1 });
		},
		...{ ...todo, code: "disk_nearly_full", line: "df -h /var/spool/postfix" },
	},
	{
		what: "a disk without room for files",
		plant({ disks }) {
			disks.set("/var/lib", { space: 0.5, files: 0.001, device: 2 });
		},
		...{ ...risk, code: "disk_nearly_full", line: "df -i /var/lib" },
	},
	{
		what: "a daemon that was not started since the upgrade",
		plant({ told }) {
			told.version = "0.0.9";
		},
		...{ ...todo, code: "daemon_of_another_version", line: "systemctl restart heimweg-relay" },
	},
	{
		what: "homes of an earlier version",
		plant({ told }) {
			told.homes.push({ home: "anna", version: "0.0.1" });
		},
		...{ severity: "todo", turn: "home", code: "homes_of_older_version", line: "apt install heimweg" },
	},
	{
		what: "what the daemon has found to be wrong",
		plant({ told }) {
			told.conditions.push({
				...{ code: "postfix.settings_missing", subject: "", severity: "error", blocksMail: true },
				...{ text: "Postfix lacks settings", remedy: 'run "heimweg-relay postfix --apply"' },
			});
		},
		...{ ...risk, code: "postfix_settings_missing", line: "heimweg-relay status" },
	},
];
