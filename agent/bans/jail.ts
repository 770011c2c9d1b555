import type { Address } from "../../shared/address.ts";

/**
 * fail2ban's jails for a mail server behind a relay (jail.conf(5)). What never must be banned follows from the
 * configuration: the relay's own looks come from its tunnel addresses.
 */
export function jailText(never: readonly Address[]): string {
	return `# Written by "heimweg bans jail". Filters and the action lie in /etc/fail2ban/{filter.d,action.d}/heimweg*.
# Whatever jails there are: to ban the relay would be to stop all mail.
[DEFAULT]
ignoreip = 127.0.0.1/8 ::1 ${never.join(" ")}

# The first action hands the ban to the relay; the second is this machine's own, for clients that come directly.
[heimweg-dovecot]
enabled = true
backend = systemd
port = imap,imaps,pop3,pop3s,sieve
ignoreip = 127.0.0.1/8 ::1 ${never.join(" ")}
action = heimweg
         %(action_)s

[heimweg-postfix]
enabled = true
backend = systemd
port = smtp,submission,submissions
ignoreip = 127.0.0.1/8 ::1 ${never.join(" ")}
action = heimweg
         %(action_)s
`;
}
