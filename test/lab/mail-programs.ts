import type { Host } from "./host.ts";
import type { Internet } from "./internet.ts";
import { addresses } from "./network.ts";

/** The password of every mailbox. */
export const password = "correct horse";

/** Dovecot 2.4 with mailboxes of the system's users, which may log in with a password, and as SASL for Postfix. */
const dovecot = `service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
passdb passwd-file {
  passwd_file_path = /etc/dovecot/users
}
userdb passwd {
}
mail_driver = maildir
mail_path = ~/Maildir
mail_inbox_path = ~/Maildir
`;

/** The same for Dovecot 2.3, whose settings have other names. */
const dovecot23 = `service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
passdb {
  driver = passwd-file
  args = /etc/dovecot/users
}
userdb {
  driver = passwd
}
mail_location = maildir:~/Maildir
`;

const submissions = `
submissions inet n - y - - smtpd
  -o syslog_name=postfix/submissions
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
`;

/** Makes a home take mail programs: IMAPS and submission under this name, with a certificate, directly and through the relay. */
export async function serveMailPrograms(host: Host, name: string, users: readonly string[]): Promise<void> {
	await serveDirectly(host, name, users);
	await host.run(["heimweg", "dovecot", "--apply"]);
	await host.run(["heimweg", "postfix", "--apply"], { timeout: 60_000 });
}

/** The same without Heimweg. */
export async function serveDirectly(host: Host, name: string, users: readonly string[]): Promise<void> {
	await certify(host, name);
	const isOld = (await host.run(["dovecot", "--version"])).startsWith("2.3");
	await host.write("/etc/dovecot/conf.d/95-lab.conf", isOld ? dovecot23 : dovecot);
	// PAM would be asked first, and takes two seconds to say no.
	await host.run(["sed", "-i", "s/^!include auth-system/#&/", "/etc/dovecot/conf.d/10-auth.conf"]);
	await host.write("/etc/dovecot/users", users.map((user) => `${user}:{PLAIN}${password}\n`).join(""), 0o644);
	await host.write("/etc/postfix/master.cf", `${await host.read("/etc/postfix/master.cf")}${submissions}`);
	await host.run([
		...["postconf", "-e", "smtpd_sasl_type=dovecot", "smtpd_sasl_path=private/auth"],
		"smtpd_tls_chain_files=/etc/postfix/chain.pem",
	]);
	await host.run(["systemctl", "start", "dovecot"]);
}

/** Gives a home a certificate for a name, from so many days ago for so many days. */
export async function certify(host: Host, name: string, days = 90): Promise<void> {
	const [key, certificate] = ["/etc/dovecot/private/dovecot.key", "/etc/dovecot/private/dovecot.pem"];
	const past =
		days > 0 ? ["-days", String(days)] : ["-not_before", "20260101000000Z", "-not_after", "20260102000000Z"];
	await host.run([
		...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", ...past],
		...["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`, "-keyout", key, "-out", certificate],
	]);
	await host.run(["sh", "-c", `cat ${key} ${certificate} >/etc/postfix/chain.pem`]);
}

export interface Login {
	name: string;
	user: string;
	/** The relay's address that is asked. */
	address?: string;
	password?: string;
}

/** Logs in by IMAPS with openssl-s_client(1) and says what came back; never throws because it was refused. */
export async function imapLogin(internet: Internet, login: Login): Promise<string> {
	const words = `a login ${login.user} "${login.password ?? password}"\\r\\nb logout\\r\\n`;
	return greet(internet, login.name, { words, ...(login.address ? { address: login.address } : {}) });
}

/**
 * Opens TLS with this server name (none when it is empty) at a port of the relay, from the first byte or after the words of a
 * protocol; says something and gives what was heard.
 */
export async function greet(
	internet: Internet,
	name: string,
	{
		words = "b logout\\r\\n",
		port = 993,
		address = addresses.relay.ipv4,
		starttls,
	}: { words?: string; port?: number; address?: string; starttls?: "sieve" } = {},
): Promise<string> {
	const place = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
	const asked = name === "" ? "-noservername" : `-servername '${name}'`;
	const first = starttls ? ` -starttls ${starttls}` : "";
	const script = `(sleep 0.5; printf '${words}'; sleep 1.5) | timeout 10 openssl s_client -quiet -connect '${place}' ${asked}${first} 2>&1`;
	return (await internet.exec(["sh", "-c", script], { timeout: 20_000 })).stdout;
}

/** Hands a mail in on port 465 with swaks(1); `authenticated` false: without logging in. */
export async function submit(
	internet: Internet,
	{
		user,
		domain,
		to,
		subject,
		authenticated = true,
	}: { user: string; domain: string; to: string; subject: string; authenticated?: boolean },
): Promise<{ accepted: boolean; transcript: string }> {
	const { stdout, exitCode } = await internet.exec(
		[
			...[
				"swaks",
				"--server",
				addresses.relay.ipv4,
				"--port",
				"465",
				"--tls-on-connect",
				"--tls-sni",
				`mail.${domain}`,
			],
			...["--timeout", "15", "--from", `${user}@${domain}`, "--to", to, "--header", `Subject: ${subject}`],
			...(authenticated ? ["--auth", "PLAIN", "--auth-user", user, "--auth-password", password] : []),
		],
		{ timeout: 60_000 },
	);
	return { accepted: exitCode === 0, transcript: stdout };
}

/** An IMAP connection that was opened and stays: logs in, waits, and says at the end whether it still answers. */
export async function keptLogin(
	internet: Internet,
	{ name, user, address = addresses.relay.ipv4 }: Login,
): Promise<{ ask(): Promise<string> }> {
	const go = `/tmp/go-${user}-${Math.random()}`;
	const script = `
		const { existsSync } = require("node:fs");
		const socket = require("node:tls").connect({ host: "${address}", port: 993, servername: "${name}", rejectUnauthorized: false });
		const say = (words) => socket.write(words + "\\r\\n");
		let asked = false;
		socket.setEncoding("utf8").on("data", (text) => {
			if (text.includes("* OK")) say('a login ${user} "${password}"');
			if (text.includes("a OK")) console.log("logged in");
			if (text.includes("z OK")) { console.log("still answers"); process.exit(); }
		});
		socket.on("error", (error) => { console.log(error.code); process.exit(); }).on("close", () => { console.log("closed"); process.exit(); });
		setInterval(() => { if (!asked && existsSync("${go}")) { asked = true; say("z noop"); } }, 100);
		setTimeout(() => { console.log("no answer"); process.exit(); }, 180000);`;
	let loggedIn: (() => void) | undefined;
	const ready = new Promise<void>((resolve) => {
		loggedIn = resolve;
	});
	const ended = internet.exec(["node", "-e", script], {
		timeout: 200_000,
		onLine: (line) => line === "logged in" && loggedIn?.(),
	});
	await Promise.race([ready, ended]);
	return {
		async ask() {
			await internet.exec(["touch", go]);
			return (await ended).stdout;
		},
	};
}
