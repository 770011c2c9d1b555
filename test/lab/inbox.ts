import type { Internet } from "./internet.ts";

/** A mail that came out into the internet, as the server there took it. */
export interface TakenMail {
	/** The envelope's sender and recipient, without their brackets. */
	from: string;
	to: string;
	subject: string;
	/** The address that handed it over. */
	client: string;
	text: string;
}

/** The mail server of sender.test: takes every mail and keeps it. */
export interface Inbox {
	mails(): Promise<TakenMail[]>;
}

const folder = "/tmp/inbox";

/** Opens port 25 on the internet's services' address. It ends with the lab. */
export async function openInbox({ exec }: Pick<Internet, "exec">): Promise<Inbox> {
	const script = `mkdir -p ${folder} && chown nobody ${folder}
setsid smtp-sink -u nobody -d '${folder}/%S.' 192.0.2.53:25 100 </dev/null >/dev/null 2>&1 &`;
	const { exitCode, stderr } = await exec(["sh", "-c", script]);
	if (exitCode !== 0) throw new Error(`the internet's mail server does not start: ${stderr}`);
	return {
		async mails() {
			const { stdout } = await exec(["sh", "-c", `for f in ${folder}/*; do cat "$f"; printf '\\f'; done`]);
			return stdout.split("\f").flatMap((text) => (text.includes("X-Mail-Args:") ? [taken(text)] : []));
		},
	};
}

function taken(text: string): TakenMail {
	const field = (name: string) => new RegExp(`^${name}: *(.*)$`, "m").exec(text)?.[1] ?? "";
	const address = (name: string) => /<([^>]*)>/.exec(field(name))?.[1] ?? "";
	return {
		from: address("X-Mail-Args"),
		to: address("X-Rcpt-Args"),
		subject: field("Subject"),
		client: field("X-Client-Addr"),
		text,
	};
}
