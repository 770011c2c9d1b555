import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { parseAddress } from "../../shared/address.ts";
import { sendMail } from "../../shared/smtp.ts";

/** A mail server that answers each line by what stands for its first word, and keeps what it heard. */
async function serverThat(answers: Record<string, string>) {
	const heard: string[] = [];
	const server = createServer((socket: Socket) => {
		let data = false;
		let rest = "";
		socket.setEncoding("latin1").on("error", () => {});
		socket.write("220-hello\r\n220 there\r\n");
		socket.on("data", (chunk: string) => {
			const lines = `${rest}${chunk}`.split("\r\n");
			rest = lines.pop()!;
			for (const line of lines) {
				heard.push(line);
				if (data && line !== ".") continue;
				const answer = answers[data ? "." : line.split(" ")[0]!] ?? "250 ok";
				data = answer.startsWith("354");
				if (answer === "close") return void socket.destroy();
				socket.write(`${answer}\r\n`);
			}
		});
	}).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	onTestFinished(() => void server.close());
	return { heard, port: (server.address() as AddressInfo).port };
}

const mail = { server: parseAddress("127.0.0.1"), helo: "localhost", from: "a@x.example", to: "b@y.example" };

test("a mail is handed over with its dots doubled, and what the server said of it comes back", async () => {
	const { heard, port } = await serverThat({ DATA: "354 go on", ".": "250 2.0.0 Ok: queued as 4D1" });
	expect(await sendMail({ ...mail, port, text: "Subject: x\n\n.hidden\nend" })).toBe(
		"250 2.0.0 Ok: queued as 4D1",
	);
	expect(heard.slice(0, 4)).toEqual([
		"EHLO localhost",
		"MAIL FROM:<a@x.example>",
		"RCPT TO:<b@y.example>",
		"DATA",
	]);
	expect(heard.slice(4, 9)).toEqual(["Subject: x", "", "..hidden", "end", "."]);
});

test.each([
	[{ RCPT: "450 4.2.0 later" }, "127.0.0.1 said: 450 4.2.0 later"],
	[{ DATA: "354 go on", ".": "554 5.7.1 no" }, "127.0.0.1 said: 554 5.7.1 no"],
	[{ MAIL: "close" }, "ended the connection"],
])("a server that refuses or goes away (%j) is told in its words", async (answers, words) => {
	const { port } = await serverThat(answers as Record<string, string>);
	await expect(sendMail({ ...mail, port, text: "x" })).rejects.toThrow(words);
});

test("a server that is not there is told", async () => {
	const { port } = await serverThat({});
	await expect(sendMail({ ...mail, port: port === 1 ? 2 : 1, text: "x" })).rejects.toThrow("ECONNREFUSED");
});
