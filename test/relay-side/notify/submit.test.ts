import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { submitTo } from "../../../relay-side/notify/submit.ts";

let server: Server | undefined;
afterEach(() => server?.close());

const greeting = "220-relay.example\r\n220 ESMTP";
/** What a mail server answers to each command, unless told otherwise. */
const usual: Record<string, string> = {
	HELO: "250 relay.example",
	MAIL: "250 2.1.0 Ok",
	RCPT: "250 2.1.5 Ok",
	DATA: "354 End data with <CR><LF>.<CR><LF>",
	".": "250-2.0.0 queued\r\n250 as X",
};

/** A mail server with these answers; gives the way to submit to it, and what it heard. */
async function stage(answers: Record<string, string | undefined> = {}) {
	const heard: string[] = [];
	server = createServer((socket) => {
		socket.on("error", () => {});
		let data = false;
		const say = (command: string, text = { ...usual, ...answers }[command]) => {
			if (text === "hang up") socket.destroy();
			else if (text !== undefined) socket.write(`${text}\r\n`);
		};
		say("greeting", "greeting" in answers ? answers.greeting : greeting);
		createInterface({ input: socket }).on("line", (line) => {
			heard.push(line);
			if (data && line !== ".") return;
			data = line === "DATA";
			say(line.split(" ")[0]!);
		});
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const submit = submitTo(port);
	return {
		heard,
		submit: (message = "Subject: x\n\nHello.\n", signal = new AbortController().signal) =>
			submit("me@far.example", message, signal),
	};
}

test("a message is handed over with the empty sender, its leading dots doubled", async () => {
	const { heard, submit } = await stage();
	await submit("Subject: x\n\n.\n..two\nend\n");
	expect(heard.slice(0, 11)).toEqual([
		...["HELO localhost", "MAIL FROM:<>", "RCPT TO:<me@far.example>", "DATA"],
		...["Subject: x", "", "..", "...two", "end", "."],
		...heard.slice(10, 11),
	]);
});

test.each([
	["RCPT", "554 5.7.1 Relay access denied", 'answered RCPT with "554 5.7.1 Relay access denied"'],
	["greeting", "421 too busy", 'answered the connection with "421 too busy"'],
	[".", "451 4.3.0 disk full", "451 4.3.0 disk full"],
	["MAIL", "hang up", "does not take mail at 127.0.0.1"],
])("an answer to %s that is no yes is an error that repeats it", async (command, answer, text) => {
	const { submit } = await stage({ [command]: answer });
	await expect(submit()).rejects.toThrow(text);
});

test("a server that says nothing is left when the program stops", async () => {
	const { submit } = await stage({ greeting: undefined });
	const ending = new AbortController();
	const submitted = submit(undefined, ending.signal);
	setTimeout(() => ending.abort(), 50);
	await expect(submitted).rejects.toThrow("interrupted");
});

test("where no Postfix listens, the error says so and what to look at", async () => {
	const { submit } = await stage();
	server?.close();
	await once(server!, "close");
	const error = await submit().catch((thrown) => thrown);
	expect(error.message).toContain("ECONNREFUSED");
	expect(error.remedy).toContain("systemctl status postfix");
});
