import { readFile } from "node:fs/promises";
import { certify } from "./certificates.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { domain, mailboxes, mailName } from "./scene.ts";

/** What every mailbox of the lab has as its password. */
export const password = "correct horse";

/** The selector of the home's DKIM key. */
export const selector = "home";

/** A home's mail domain, the name that its clients use, and who has a mailbox. */
export interface MailHome {
	domain: string;
	name: string;
	mailboxes: readonly string[];
}

export const firstMailHome: MailHome = { domain, name: mailName, mailboxes };

/** Where a mailbox lies. */
export const maildir = (home: MailHome, mailbox: string) => `/var/vmail/${home.domain}/${mailbox}/Maildir`;

/**
 * Makes a complete mail server of a home: virtual mailboxes under /var/vmail, Postfix to Dovecot by LMTP, OpenDKIM as a
 * milter, people log in with a password (Dovecot's SASL) on 465, 587 and 993. Returns the DKIM key's TXT record.
 */
export async function setUpMailHome(lab: Lab, home: MailHome): Promise<string> {
	const host = lab.home;
	await installCertificate(lab, home);
	await host.run(["sh", "-ec", accounts]);
	await setUpDovecot(host, home);
	const record = await setUpOpenDkim(host, home);
	await setUpPostfix(host, home);
	await host.run(["systemctl", "enable", "--now", "dovecot", "opendkim"]);
	await host.run(["systemctl", "restart", "dovecot", "opendkim", "postfix"]);
	// Mail programs come directly, and through the relay.
	await host.run(["heimweg", "postfix", "--apply"]);
	await host.run(["heimweg", "dovecot", "--apply"]);
	// It has looked before Dovecot was there.
	await host.run(["systemctl", "start", "heimweg-recipients"]);
	return record;
}

const accounts = `
useradd --system --user-group --home-dir /var/vmail --shell /usr/sbin/nologin vmail
install -d -o vmail -g vmail -m 0750 /var/vmail`;

/** The certificate for the name of the home's clients, where both servers read it. */
export async function installCertificate(lab: Lab, home: MailHome): Promise<void> {
	const made = await certify(lab.internet.certificates, lab.run.folder, home.name, [home.name]);
	await lab.home.write("/etc/ssl/mail/fullchain.pem", await readFile(made.certificate, "utf8"));
	await lab.home.write("/etc/ssl/mail/privkey.pem", await readFile(made.key, "utf8"), 0o600);
}

async function setUpDovecot(host: Host, home: MailHome): Promise<void> {
	const hash = await host.run(["doveadm", "pw", "-s", "SHA512-CRYPT", "-p", password]);
	const users = home.mailboxes.map((mailbox) => `${mailbox}@${home.domain}:${hash}::::::\n`);
	await host.write("/etc/dovecot/users", users.join(""), 0o640);
	await host.run(["chown", "root:dovecot", "/etc/dovecot/users"]);
	// Mailboxes are no users of the machine: PAM would only make wrong passwords slow.
	await host.run(["sed", "-i", "s/^!include auth-system/#&/", "/etc/dovecot/conf.d/10-auth.conf"]);
	await host.write("/etc/dovecot/local.conf", dovecotConfig);
}

const dovecotConfig = `mail_driver = maildir
mail_home = /var/vmail/%{user | domain}/%{user | username}
mail_path = ~/Maildir
mail_inbox_path = ~/Maildir
mail_uid = vmail
mail_gid = vmail
auth_mechanisms = plain login
passdb passwd-file {
  passwd_file_path = /etc/dovecot/users
}
userdb passwd-file {
  passwd_file_path = /etc/dovecot/users
}
protocol lmtp {
  # Debian's own file cuts the domain off, and no virtual user would be found.
  auth_username_format = %{user | lower}
}
ssl = required
ssl_server_cert_file = /etc/ssl/mail/fullchain.pem
ssl_server_key_file = /etc/ssl/mail/privkey.pem
service lmtp {
  unix_listener /var/spool/postfix/private/dovecot-lmtp {
    mode = 0600
    user = postfix
    group = postfix
  }
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
  unix_listener auth-userdb {
    mode = 0660
    group = heimweg-recipients
  }
}
`;

async function setUpOpenDkim(host: Host, { domain, name }: MailHome): Promise<string> {
	await host.run(["opendkim-genkey", "-b", "2048", "-d", domain, "-s", selector, "-D", "/etc/dkimkeys"]);
	await host.run(["chown", "opendkim:opendkim", `/etc/dkimkeys/${selector}.private`]);
	await host.write(
		"/etc/opendkim.conf",
		`Syslog yes
SyslogSuccess yes
Canonicalization relaxed/simple
Mode s
OversignHeaders From
Domain ${domain}
Selector ${selector}
KeyFile /etc/dkimkeys/${selector}.private
UserID opendkim
UMask 007
Socket local:/var/spool/postfix/opendkim/opendkim.sock
PidFile /run/opendkim/opendkim.pid
`,
	);
	await host.run([
		"install",
		"-d",
		"-o",
		"opendkim",
		"-g",
		"postfix",
		"-m",
		"0750",
		"/var/spool/postfix/opendkim",
	]);
	await host.run(["usermod", "--append", "--groups", "opendkim", "postfix"]);
	await host.write("/etc/mailname", `${name}\n`);
	const text = await host.read(`/etc/dkimkeys/${selector}.txt`);
	return [...text.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
}

const postfixSettings = ({ domain, name }: MailHome) => [
	`myhostname = ${name}`,
	"mydestination = localhost",
	`virtual_mailbox_domains = ${domain}`,
	"virtual_mailbox_maps = hash:/etc/postfix/vmailbox",
	"virtual_alias_maps = hash:/etc/postfix/virtual",
	"virtual_transport = lmtp:unix:private/dovecot-lmtp",
	"smtpd_sasl_type = dovecot",
	"smtpd_sasl_path = private/auth",
	"smtpd_sender_login_maps = hash:/etc/postfix/logins",
	"smtpd_tls_chain_files = /etc/ssl/mail/privkey.pem, /etc/ssl/mail/fullchain.pem",
	"smtpd_tls_security_level = may",
	"smtpd_milters = unix:opendkim/opendkim.sock",
	"non_smtpd_milters = $smtpd_milters",
	"milter_default_action = tempfail",
	"message_size_limit = 52428800",
	"mailbox_size_limit = 0",
];

/** Submission as master.cf proposes it: with a password only, and only as oneself. */
const submission = (name: string, tls: string) =>
	`${name}/inet=${name} inet n - y - - smtpd -o syslog_name=postfix/${name} -o ${tls} ` +
	"-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject " +
	"-o smtpd_sender_restrictions=reject_sender_login_mismatch -o milter_macro_daemon_name=ORIGINATING";

async function setUpPostfix(host: Host, home: MailHome): Promise<void> {
	const mailbox = (one: string) => `${one}@${home.domain}`;
	const tables = {
		vmailbox: home.mailboxes.map((one) => `${mailbox(one)} ${one}/\n`),
		virtual: [`postmaster@${home.domain} ${mailbox(home.mailboxes[0]!)}\n`],
		logins: home.mailboxes.map((one) => `${mailbox(one)} ${mailbox(one)}\n`),
	};
	for (const [table, lines] of Object.entries(tables)) {
		await host.write(`/etc/postfix/${table}`, lines.join(""));
		await host.run(["postmap", `hash:/etc/postfix/${table}`]);
	}
	await host.run(["postconf", "-e", ...postfixSettings(home)]);
	await host.run(["postconf", "-M", submission("submission", "smtpd_tls_security_level=encrypt")]);
	await host.run(["postconf", "-M", submission("submissions", "smtpd_tls_wrappermode=yes")]);
}
