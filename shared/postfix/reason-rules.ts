/** What kept a mail from being delivered, by what Postfix noted of it. */
export type ReasonKind =
	| "said"
	| "domain_unknown"
	| "user_unknown"
	| "sender_refused"
	| "table"
	| "disk_full"
	| "mailbox_full"
	| "busy"
	| "greylisted"
	| "too_large"
	| "timeout"
	| "refused"
	| "unreachable"
	| "broken"
	| "tls"
	| "resolver"
	| "name"
	| "transport"
	| "mailbox"
	| "lmtp"
	| "command"
	| "loop"
	| "held"
	| "unknown";

/** One way in which mail is held up, and how it is known. */
export interface ReasonRule {
	kind: ReasonKind;
	/** Where it has to be mended: this machine, or the one that mail was to go to. */
	at: "here" | "there" | "unknown";
	text: RegExp;
	cause: string;
	/** The first step. HERE and THERE stand for the machines, here and above. */
	advice: string;
}

const log = "run \"journalctl -u 'postfix*' -p warning\"";
const disk = 'run "df -h /var/spool/postfix" and free some space';

/**
 * What another mail server answered, by its words; the first that fits. The enhanced codes are RFC 3463's, the words those of
 * Postfix (smtpd_check.c), which is most likely what runs there. The file is long because it is a table.
 */
export const answers: readonly ReasonRule[] = [
	{
		kind: "domain_unknown",
		at: "there",
		text: /Relay(?:ing)? (?:access )?denied/i,
		cause: "THERE does not take mail for this domain",
		advice: "on THERE, add the domain to mydestination or virtual_mailbox_domains of its Postfix",
	},
	{
		kind: "sender_refused",
		at: "there",
		text: /Client host rejected|Sender address rejected|Helo command rejected|\b[45]\.7\.1 .*(?:blocked|listed)/i,
		cause: "THERE does not take mail from HERE",
		advice: "on THERE, look at the restrictions of its mail server for the address of HERE",
	},
	{
		kind: "greylisted",
		at: "there",
		text: /gr[ae]y-?list/i,
		cause: "THERE takes mail from strangers only at the second try",
		advice: "wait: Postfix tries again by itself",
	},
	{
		kind: "table",
		at: "there",
		text: /lookup failure|Server configuration (?:error|problem)/i,
		cause: "the Postfix of THERE cannot read one of its tables",
		advice: `on THERE, ${log}: it names the table`,
	},
	{
		kind: "disk_full",
		at: "there",
		text: /Insufficient system storage|\b4\.3\.1\b|No space left/i,
		cause: "the disk of THERE is full",
		advice: `on THERE, ${disk}`,
	},
	{
		kind: "mailbox_full",
		at: "there",
		text: /\b[45]\.2\.2\b|quota|mailbox (?:is )?full/i,
		cause: "the mailbox on THERE is full",
		advice: "on THERE, let its owner delete mail, or raise the quota",
	},
	{
		kind: "too_large",
		at: "there",
		text: /\b[45]\.3\.4\b|size exceeds/i,
		cause: "the mail is larger than THERE takes",
		advice: "make message_size_limit the same on both machines",
	},
	{
		kind: "user_unknown",
		at: "there",
		text: /\b[45]\.1\.[12]\b|User unknown|doesn't exist|no such user|unknown user/i,
		cause: "THERE does not know this recipient",
		advice:
			"on THERE, look where its Postfix has its recipients (local_recipient_maps, virtual_mailbox_maps, virtual_alias_maps)",
	},
	{
		kind: "busy",
		at: "there",
		text: /\b4\.3\.2\b|too many (?:concurrent )?(?:connections|errors)|too busy|shutting down|^421\b/i,
		cause: "THERE takes no mail just now",
		advice: `if it lasts, on THERE, ${log}`,
	},
];

/** What the program that puts mail into the mailboxes answered over LMTP (RFC 2033); the first that fits, else as above. */
export const deliveries: readonly ReasonRule[] = [
	{
		kind: "user_unknown",
		at: "here",
		text: /\b[45]\.1\.[12]\b|User unknown|doesn't exist|no such user|unknown user/i,
		cause:
			"the Postfix of HERE has this recipient, and the program that puts mail into the mailboxes (LMTP) has not",
		advice:
			'on HERE, run "doveadm user" with that address; if Dovecot knows it, look at "doveconf -f protocol=lmtp auth_username_format": Debian 13\'s conf.d/20-lmtp.conf cuts the domain off, "%{user | lower}" keeps it',
	},
];

export const answered: ReasonRule = {
	kind: "said",
	at: "there",
	text: /^/,
	cause: "THERE does not take the mail",
	advice: `look at its words; on THERE, ${log}`,
};

/** What Postfix itself found; the first that fits. */
export const findings: readonly ReasonRule[] = [
	{
		kind: "held",
		at: "here",
		text: /has to wait at the relay|the way to this domain's home is not known/,
		cause: "HERE keeps this domain's mail until its way is known",
		advice: 'on HERE, run "heimweg-relay status": it names what is wrong with the domain',
	},
	{
		kind: "transport",
		at: "here",
		text: /mail transport unavailable|unknown mail transport/,
		cause: "the Postfix of HERE lacks the service that would deliver the mail, or the service does not start",
		advice: `on HERE, ${log}, and "postconf -M" for the service that it names`,
	},
	{
		kind: "table",
		at: "here",
		text: /address resolver failure|lookup (?:error|failure)|alias database unavailable|mail system configuration error/,
		cause: "the Postfix of HERE cannot read one of its tables",
		advice: `on HERE, ${log}: it names the table`,
	},
	{
		kind: "loop",
		at: "here",
		text: /loops back to myself/,
		cause: "the Postfix of HERE would send the mail to itself",
		advice: 'on HERE, run "heimweg-relay postfix": transport_maps lacks the way to the home',
	},
	{
		kind: "too_large",
		at: "there",
		text: /message size \d+ exceeds size limit/,
		cause: "the mail is larger than THERE takes",
		advice: "make message_size_limit the same on both machines",
	},
	{
		kind: "resolver",
		at: "here",
		text: /Name service error .*(?:try again|Server failure|Malformed|timed? ?out)|unable to look up host .*[Tt]emporary failure|Host or domain name not found.*try again/,
		cause: "HERE cannot look names up",
		advice:
			"on HERE, look at its resolver: /etc/resolv.conf (and Postfix's copy, /var/spool/postfix/etc/resolv.conf)",
	},
	{
		kind: "name",
		at: "there",
		text: /Name service error|Host not found|Host or domain name not found|nullMX|does not accept mail/,
		cause: "the recipient's domain has no mail server",
		advice: "look whether the address is written right",
	},
	{
		kind: "lmtp",
		at: "here",
		text: /connect to \S*\[[^\]]*\/[^\]]*\]: |connect to (?:127\.0\.0\.1|localhost|\[::1\])\S*:24: /,
		cause: "the service on HERE that puts mail into the mailboxes (LMTP) is away",
		advice:
			'on HERE, run "systemctl status dovecot", and look whether the socket that mailbox_transport or virtual_transport names is there',
	},
	{
		kind: "disk_full",
		at: "here",
		text: /No space left on device|queue file write error|Disc quota exceeded|Disk quota exceeded/,
		cause: "the disk of HERE is full",
		advice: 'on HERE, run "df -h" and free some space',
	},
	{
		kind: "mailbox_full",
		at: "here",
		text: /mailbox (?:\S+ )?exceed|File too large|maildir .*over quota/i,
		cause: "the mailbox is full",
		advice: "let its owner delete mail, or raise the quota",
	},
	{
		kind: "mailbox",
		at: "here",
		text: /(?:maildir|mailbox) delivery failed|cannot (?:update|create|open|access|append to) (?:mailbox|maildir|file)|unable to (?:create|lock)|destination .* is not owned/,
		cause: "the Postfix of HERE may not write into the mailbox",
		advice: "on HERE, look at owner and rights of the folder that is named (ls -ld)",
	},
	{
		kind: "command",
		at: "here",
		text: /Command output:|Command died|command line usage error|temporary failure|can't (?:create|find) (?:user|group)/i,
		cause: "the program on HERE that puts mail into the mailboxes fails",
		advice: `on HERE, look at its words, and ${log}`,
	},
	{
		kind: "user_unknown",
		at: "here",
		text: /unknown user|User unknown/,
		cause: "HERE took the mail, and then did not know its recipient",
		advice:
			"on HERE, look where Postfix has its recipients (local_recipient_maps, virtual_mailbox_maps), and whether Dovecot knows them",
	},
	{
		kind: "tls",
		at: "there",
		text: /TLS (?:is required|was not offered|session)|Cannot start TLS|certificate (?:not trusted|not verified|verification failed)|Server certificate|handshake/i,
		cause: "there is no encrypted connection from HERE to THERE",
		advice: "look at smtp_tls_security_level on HERE, and at the certificate of THERE",
	},
	{
		kind: "timeout",
		at: "there",
		text: /connect to .*: (?:Connection|Operation) timed out/,
		cause: "nothing comes back from THERE: it is off, or a firewall drops what comes",
		advice: "look whether THERE is on, and whether a firewall there or here drops TCP port 25",
	},
	{
		kind: "refused",
		at: "there",
		text: /connect to .*: Connection refused/,
		cause: "no mail server runs on THERE",
		advice: 'on THERE, run "systemctl status postfix", and look whether inet_interfaces is "all"',
	},
	{
		kind: "unreachable",
		at: "here",
		text: /No route to host|Network is unreachable|Network is down|Cannot assign requested address/,
		cause: "HERE has no way to THERE",
		advice: 'on HERE, look at the line and the routes ("ip route")',
	},
	{
		kind: "broken",
		at: "there",
		text: /lost connection with|conversation with .* timed out|read timeout|Connection reset/,
		cause: "the connection to THERE breaks",
		advice: `if it lasts, on THERE, ${log}; if it breaks with large mails only, look at the MTU of the line`,
	},
	{
		kind: "mailbox",
		at: "here",
		text: /Permission denied/,
		cause: "the Postfix of HERE may not write where it should",
		advice: "on HERE, look at owner and rights of what is named (ls -ld)",
	},
];

export const unheard: ReasonRule = {
	kind: "unknown",
	at: "unknown",
	text: /^/,
	cause: "Postfix names a reason of its own",
	advice: 'look at the reason, and at "mailq"',
};
