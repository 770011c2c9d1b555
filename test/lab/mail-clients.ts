import { readFile } from "node:fs/promises";
import type { Outcome } from "./command.ts";
import type { Internet } from "./internet.ts";
import { type MailHome, password } from "./mail-home.ts";

/** A mail program's account. */
export interface Account {
	/** The mailbox, as `anna@example.org`. */
	login: string;
	/** The name that the mail program was told. */
	server: string;
	password?: string;
	/** What the client connects to instead of what the name resolves to. */
	at?: string;
	/** The address on the internet that the client has; any if not given. */
	from?: string;
}

export const account = (home: MailHome, mailbox: string): Account => ({
	login: `${mailbox}@${home.domain}`,
	server: home.name,
});

/** What a mail program sends. */
export interface Letter {
	to: string;
	subject: string;
	/** Bytes of an attachment. */
	attachment?: number;
}

/** Real mail programs on the lab's internet, which trust the lab's authority and no other. */
export interface MailClients {
	/** swaks(1): one letter by 465 or 587. */
	send(account: Account, letter: Letter, port?: 465 | 587): Promise<Outcome>;
	/** msmtp(1). */
	msmtp(account: Account, letter: Letter): Promise<Outcome>;
	/** mbsync(1): fetches the INBOX into a Maildir of its own; returns the files' text. */
	fetch(account: Account): Promise<string[]>;
	/** curl(1): one IMAP command, or the greeting and the login alone. */
	imap(account: Account, command?: string): Promise<Outcome>;
	/** openssl-s_client(1): what TLS says on a port. */
	tls(account: Account, port: number): Promise<string>;
}

const authority = "/etc/heimweg-lab-ca.pem";

/** Gives the internet's machine the lab's authority, and these programs. */
export async function mailClients({ exec, certificates }: Internet): Promise<MailClients> {
	const put = async (path: string, text: string) =>
		exec(["sh", "-c", 'umask 077; cat >"$1"', "sh", path], { input: text });
	await put(authority, await readFile(certificates.authority, "utf8"));
	let folders = 0;
	return {
		send({ login, server, password: secret = password, at, from }, { to, subject, attachment }, port = 465) {
			const tls = port === 465 ? "--tlsc" : "--tls";
			return exec(
				[
					...["sh", "-c", 'head -c "$1" /dev/urandom >/tmp/attachment; shift; exec "$@"', "sh"],
					String(attachment ?? 0),
					...["swaks", "--server", at ?? server, "--port", String(port), tls, "--tls-verify-ca"],
					...["--tls-verify-host", "--tls-sni", server, "--tls-verify-target", server],
					...["--tls-ca-path", authority, "--timeout", "60"],
					...["--auth", "PLAIN", "--auth-user", login, "--auth-password", secret],
					...["--from", login, "--to", to, "--header", `Subject: ${subject}`, "--body", "Hello."],
					...(attachment ? ["--attach", "@/tmp/attachment"] : []),
					...(from ? ["--local-interface", from] : []),
				],
				{ timeout: 120_000 },
			);
		},
		async msmtp({ login, server, password: secret = password, from }, { to, subject }) {
			const config = `/tmp/msmtp-${++folders}`;
			await put(
				config,
				`account default
host ${server}
port 587
tls on
tls_starttls on
tls_trust_file ${authority}
auth on
user ${login}
password "${secret}"
from ${login}
${from ? `source_ip ${from}` : ""}
`,
			);
			return exec(["msmtp", "-C", config, to], {
				input: `From: ${login}\nTo: ${to}\nSubject: ${subject}\n\nHello.\n`,
				timeout: 60_000,
			});
		},
		async fetch({ login, server, password: secret = password }) {
			const folder = `/tmp/mbsync-${++folders}`;
			await exec(["mkdir", "-p", `${folder}/inbox`]);
			await put(
				`${folder}/rc`,
				`IMAPAccount lab
Host ${server}
User ${login}
Pass "${secret}"
TLSType IMAPS
SystemCertificates no
CertificateFile ${authority}

IMAPStore far
Account lab

MaildirStore near
Inbox ${folder}/inbox

Channel mail
Far :far:
Near :near:
Patterns INBOX
SyncState *
`,
			);
			const done = await exec(["mbsync", "-c", `${folder}/rc`, "mail"], { timeout: 120_000 });
			if (done.exitCode !== 0) throw new Error(`mbsync: ${done.stderr || done.stdout}`);
			const { stdout } = await exec([
				...["sh", "-c", `for f in ${folder}/inbox/*/*; do cat "$f"; printf '\\f'; done`],
			]);
			return stdout.split("\f").filter((text) => text.trim() !== "");
		},
		imap: ({ login, server, password: secret = password, at, from }, command) =>
			exec(
				[
					...["curl", "--silent", "--show-error", "--max-time", "30", "--cacert", authority],
					...["--user", `${login}:${secret}`, `imaps://${server}/INBOX`],
					...(at ? ["--resolve", `${server}:993:${at}`] : []),
					...(from ? ["--interface", from] : []),
					...(command ? ["--request", command] : []),
				],
				{ timeout: 60_000 },
			),
		async tls({ server, at }, port) {
			const starttls = port === 587 ? ["-starttls", "smtp"] : [];
			const { stdout, stderr } = await exec(
				[
					...["openssl", "s_client", "-connect", `${at ?? server}:${port}`, "-servername", server],
					...["-verify_hostname", server, "-CAfile", authority, ...starttls],
				],
				{ input: "", timeout: 30_000 },
			);
			return `${stdout}\n${stderr}`;
		},
	};
}
