import type { Host } from "./host.ts";

/** What a conversation with SMTPUTF8 (RFC 6531) is to say; with `data`, a mail of that subject is handed over. */
export interface Utf8Mail {
	server: string;
	/** The address to speak from. */
	client?: string;
	from?: string;
	to: string;
	subject?: string;
}

/** Waits for each reply before it says the next line; prints the reply to RCPT, or to the mail when there is one. */
const dialogue = `
const { server, client, from, to, subject } = JSON.parse(process.argv[1]);
const body = ["Subject: " + subject, "", "Hello.", "."].join("\\r\\n");
const lines = ["EHLO sender.test", "MAIL FROM:<" + from + "> SMTPUTF8", "RCPT TO:<" + to + ">"];
if (subject) lines.push("DATA", body);
const socket = require("node:net").connect({ host: server, port: 25, localAddress: client });
socket.setTimeout(30000, () => { console.log("no answer"); process.exit(); });
let text = "";
socket.setEncoding("utf8").on("data", (chunk) => {
	text += chunk;
	const reply = /^\\d{3} .*\\r\\n$/m.exec(text);
	if (!reply) return;
	text = "";
	const next = lines.shift();
	if (next !== undefined && reply[0] < "4") return void socket.write(next + "\\r\\n");
	console.log(reply[0].trim());
	process.exit();
});`;

/** Speaks to a mail server as `swaks` cannot, with SMTPUTF8; returns the last reply. */
export async function sayInUtf8(from: Pick<Host, "exec">, mail: Utf8Mail): Promise<string> {
	const words = JSON.stringify({ from: "someone@sender.test", ...mail });
	const { stdout, stderr } = await from.exec(["node", "-e", dialogue, words], { timeout: 60_000 });
	return stdout || stderr;
}
