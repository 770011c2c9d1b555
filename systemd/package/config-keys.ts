/** A key of a configuration file: what it is when it is left out, and what it means. */
export interface ConfigKey {
	/** With the table that it stands in, `tunnel.mtu`. */
	key: string;
	/** Empty: it must be given. */
	fallback: string;
	text: string;
}

const key = (name: string, fallback: string, text: string): ConfigKey => ({ key: name, fallback, text });

/** What both programs read, each with its own values. */
const both = (folder: string, port: number): ConfigKey[] => [
	key("tunnel.addresses", "", "This machine's own addresses inside the tunnel."),
	key("tunnel.networks", "", "The tunnel's networks; they must overlap with no other route."),
	key(
		"tunnel.private_key_file",
		`/etc/${folder}/wireguard.key`,
		"Where the private key lies: a path, or credential:NAME.",
	),
	key(
		"tunnel.interface",
		"hw0",
		"The interface; with wireguard-go the unit heimweg-wireguard-go@hw0 must have the same name.",
	),
	key("tunnel.mtu", "1280", "What passes PPPoE, DS-Lite and LTE; the same on both sides."),
	key(
		"notify.command",
		"none",
		"A program with its arguments that is told of what lasts, as a line of JSON on its standard input.",
	),
	key("http.listen", `127.0.0.1:${port}`, "Where /healthz, /readyz, /livez and /metrics are answered."),
	key("log.level", "info", "error, warn, info or debug."),
	key("log.format", "auto", "journal, json, or auto: sentences in the journal, JSON elsewhere."),
	key("state_dir", `/var/lib/${folder}`, "What is remembered, as in the unit."),
	key("run_dir", `/run/${folder}`, "Where the control socket is, as in the unit."),
];

/** heimweg.toml, at home. */
export const agentKeys: readonly ConfigKey[] = [
	key("relays.endpoint", "", "The relay's name or address, and WireGuard's port."),
	key("relays.public_key", "", "The relay's public key."),
	key("relays.preshared_key_file", "none", "A key that both sides share besides (wg genpsk)."),
	key("relays.addresses", "", "The relay's addresses inside the tunnel."),
	key("relays.pulse_port", "8686", "As pulse.port on the relay."),
	key("relays.checkin_port", "8687", "As checkin.port on the relay."),
	...both("heimweg", 8650),
	key("tunnel.outer", "auto", "Family of the tunnel's own packets: ipv4, ipv6, or auto, which prefers IPv4."),
	key(
		"pulse.interval",
		"1s",
		"How often the relay is asked; a longer time saves data, and is slower to notice.",
	),
	key(
		"dns.names",
		"none",
		"Names that get the addresses of this line. Without the table [dns] no records are kept.",
	),
	key(
		"dns.publish",
		'["A", "AAAA"]',
		'Which records; "reachable": both, but none that the relay proved in two looks not to lead here.',
	),
	key("dns.token_file", "/etc/heimweg/desec.token", "Where deSEC's token lies: a path, or credential:NAME."),
	key(
		"dns.token_expires",
		"none",
		'The day on which the token ends, as "2027-01-31", or "never"; deSEC tells it to nobody here.',
	),
	key(
		"dns.check",
		"17 */6 * * *",
		"When the records are compared with deSEC although nothing happened (crontab(5)).",
	),
	key("dns.also_public", "none", "Networks that may be published although they are not public, for a lab."),
	key("dns.api", "deSEC's", "Where its REST interface is."),
	key("dns.update", "deSEC's", "Where its dynDNS interface is."),
	key("doctor.check", "23 5 * * *", "When the doctor looks by himself (crontab(5))."),
	key("dkim.opendkim", "/etc/opendkim.conf", "OpenDKIM's configuration, which names the keys that sign."),
	key("dkim.rspamd", "/etc/rspamd", "The folder of Rspamd's configuration, which may name such keys, too."),
	key(
		"dkim.list",
		"/var/lib/heimweg-dkim/keys.json",
		"Where heimweg-dkim.service writes their public halves.",
	),
	key("dns.mail.domains", "mail.domains", "The domains whose MX, SPF, DMARC and other records are planned."),
	key("dns.mail.client", "the first of dns.names within the domain", "The name that mail programs use."),
	key("dns.mail.services", "those that answer", "Services with SRV records for mail programs."),
	key("dns.mail.spf_also", "none", 'Further mechanisms of SPF, as "include:_spf.example.net".'),
	key("dns.mail.dmarc.policy", "what stands there", "none, quarantine or reject."),
	key("dns.mail.dmarc.subdomains", "none", "The policy of subdomains."),
	key("dns.mail.dmarc.nonexistent", "none", "The policy of subdomains that do not exist."),
	key("dns.mail.dmarc.reports", "none", "Who gets DMARC's reports."),
	key("dns.mail.tls_reports", "none", 'Who gets reports of TLS, as "mailto:postmaster@example.org".'),
	key("dns.mail.autoconfig", "none", "The host that tells mail programs their settings."),
	key("dns.mail.no_mail", "none", "Domains that neither send nor take mail, and say so."),
	key(
		"dns.via",
		"direct",
		'Whose addresses the names get: "direct", this line\'s; "relay", the relay\'s, which hands clients on; or a table of names with one of the two each.',
	),
	key(
		"check_ip.ipv4",
		"deSEC's",
		"Services that say which IPv4 address they see; for the family that the tunnel does not show.",
	),
	key("check_ip.ipv6", "deSEC's", "The same for IPv6."),
	key("check_ip.schedule", "*/10 * * * *", "How often they are asked (crontab(5))."),
	key(
		"reach.ports",
		"those of 465, 587, 993 that something listens on",
		"Ports that the relay tries from outside; also 25, 80 and 443.",
	),
	key(
		"ports.serve",
		"465 and 993, as far as they are set up",
		"Client ports that are reached through the relay: 143, 465, 587, 993, 995, 4190; 80 and 443 of a web server that takes PROXY on 10080 and 10443.",
	),
	key("ports.names", "dns.names", "The names that mail programs ask for."),
	key("mail.domains", "none", "Domains that the relay must route here."),
	key(
		"mail.outgoing",
		"relay",
		"other: what this home sends is meant to leave another way, and nobody complains.",
	),
	key(
		"recipients.tables",
		"none",
		"Postfix tables that can be listed, as hash:/etc/postfix/virtual; texthash, hash or lmdb.",
	),
	key("recipients.passwd", "false", "The users of this machine are valid."),
	key("recipients.doveadm", "false", "What doveadm user '*' lists is valid."),
	key("recipients.files", "none", "Files with one address a line."),
	key("recipients.commands", "none", "Programs that print one address a line, each with its arguments."),
	key("recipients.domains", "mail.domains", "The domains that the list is for."),
	key("recipients.delimiter", "+", "What separates a user from an extension of the address."),
	key(
		"recipients.list",
		"/var/lib/heimweg-recipients/recipients.json",
		"Where the unit heimweg-recipients writes what it finds.",
	),
];

/** relay.toml, on the relay. */
export const relayKeys: readonly ConfigKey[] = [
	...both("heimweg-relay", 8651),
	key("tunnel.listen_port", "51820", "WireGuard's UDP port."),
	key("doctor.check", "23 5 * * *", "When the doctor looks by himself (crontab(5))."),
	key("homes_dir", "/etc/heimweg-relay/homes.d", "The folder with one file per home."),
	key("pulse.port", "8686", "The UDP port for pulses, inside the tunnel."),
	key("checkin.port", "8687", "The TCP port for check-ins, inside the tunnel."),
	key(
		"invite.endpoint",
		"the machine's name and tunnel.listen_port",
		"What invitations name as the relay's address and port.",
	),
	key(
		"ports.addresses",
		"those of its interfaces",
		"The relay's addresses for clients of the homes, where it is behind a NAT.",
	),
	key("ports.per_client", "250", "Connections at once of one client address to homes; of IPv6, of one /64."),
	key("ports.rate", "150", "New connections of one client address in ten seconds."),
	key("ports.per_home", "5000", "Connections at once to one home."),
	key("ports.connections", "10000", "Connections at once to all homes."),
	key(
		"dns.token_file",
		"none",
		"Where deSEC's token for the zone of the relay's own name lies: a path, or credential:NAME.",
	),
	key("dns.api", "deSEC's", "Where its REST interface is."),
	key(
		"dns.also_public",
		"none",
		"Networks whose name servers may be asked although they are not public, for a lab.",
	),
	key("invite.port", "8688", "The TCP port where homes join, inside the tunnel."),
	key("postfix.maps_dir", "/var/lib/heimweg-relay/maps", "Where Postfix's maps are written."),
	key("postfix.service", "heimweg", "The service in master.cf that delivers into the tunnel."),
	key("postfix.policy_port", "none", "Without effect; remove it."),
	key(
		"postfix.hold",
		"none",
		"How long what a home refuses for good waits here instead of going back, from 1h to 5d.",
	),
	key(
		"notify.mail",
		"none",
		"Who gets a mail when a home is away for 15 minutes, or mail is older than a day.",
	),
];

/** A file in homes.d, on the relay. */
export const homeKeys: readonly ConfigKey[] = [
	key("public_key", "", "The home's public key, which heimweg key prints there."),
	key(
		"invitation",
		"none",
		"Instead of public_key: the invitation that brings it, as heimweg-relay invite writes it.",
	),
	key("preshared_key_file", "none", "A key that both sides share besides (wg genpsk)."),
	key("addresses", "", "The home's addresses inside the tunnel; mail goes to the first."),
	key("domains", "", "The domains whose mail goes there."),
	key(
		"ports",
		"what the home has of 465 and 993",
		"The client ports that the relay takes for it; 80, 143, 443, 465, 587, 993, 995 or 4190. [] for none.",
	),
	key(
		"client_names",
		"what the home tells",
		"The names that mail programs ask for; each at one home only, never one of mta-sts.",
	),
	key("public_addresses", "none", "Addresses of the relay that are this home's alone."),
	key("mail_port", "25", "The TCP port of its mail server."),
	key(
		"senders",
		"own",
		"own: it may send from its own domains and with the empty sender; any: with every sender.",
	),
];
