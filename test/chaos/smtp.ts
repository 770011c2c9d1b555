import { connect, type Socket } from "node:net";

/** A mail to be handed over. */
export interface Letter {
	id: number;
	/** Which try at handing this mail over it is. */
	attempt: number;
	/** The server's address, and the one that it is to see. */
	server: string;
	client: string;
	helo: string;
	from: string;
	to: string;
	bytes: number;
}

/** What became of a try. `doubtful`: the whole mail was sent and no answer came, so it may have been taken. */
export type Outcome =
	| { is: "accepted" /** Milliseconds since 1970. */; at: number }
	| { is: "refused"; reply: string }
	| { is: "later"; reason: string; doubtful: boolean };

/** Milliseconds for a connection to stand, and for each answer. */
const patience = { connect: 10_000, answer: 60_000 };

/** Hands a mail over by SMTP (RFC 5321), one try. Never throws. */
export async function handOver(letter: Letter): Promise<Outcome> {
	const socket = connect({ host: letter.server, localAddress: letter.client, port: 25 });
	let wholeSent = false;
	try {
		silenceEnds(socket);
		const replies = repliesOf(socket);
		const commands = [
			undefined,
			`EHLO ${letter.helo}`,
			`MAIL FROM:<${letter.from}>`,
			`RCPT TO:<${letter.to}>`,
			"DATA",
			`${textOf(letter)}\r\n.`,
		];
		for (const command of commands) {
			if (command !== undefined) socket.write(`${command}\r\n`);
			wholeSent = command === commands.at(-1);
			const { value: reply, done } = await replies.next();
			if (done) throw new Error("the connection was closed");
			if (reply.startsWith("5")) return { is: "refused", reply };
			if (reply.startsWith("4")) return { is: "later", reason: reply, doubtful: false };
		}
		const at = Date.now();
		socket.write("QUIT\r\n");
		return { is: "accepted", at };
	} catch (error) {
		return { is: "later", reason: (error as Error).message, doubtful: wholeSent };
	} finally {
		socket.end();
		socket.on("error", () => {});
		setTimeout(() => socket.destroy(), 1_000).unref();
	}
}

function silenceEnds(socket: Socket): void {
	const silent = () => socket.destroy(new Error("no answer"));
	socket.setTimeout(patience.connect, silent);
	socket.once("connect", () => socket.setTimeout(patience.answer));
}

async function* repliesOf(socket: Socket): AsyncGenerator<string, undefined> {
	let text = "";
	for await (const chunk of socket.setEncoding("utf8")) {
		text += chunk;
		for (;;) {
			const [reply] = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(text) ?? [];
			if (reply === undefined) break;
			text = text.slice(reply.length);
			yield reply.trim();
		}
	}
	return undefined;
}

const filler = "The way home is long, and every single line of it has to arrive where it belongs.";

/** The mail's text. Its last line tells which mail it is, so that one that was cut off is not taken for whole. */
function textOf({ id, attempt, from, to, bytes }: Letter): string {
	const head = [
		`From: <${from}>`,
		`To: <${to}>`,
		`Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
		`Message-ID: <${messageId(id, attempt)}>`,
		`Subject: chaos ${id}`,
		"",
	];
	const lines = Array.from({ length: Math.ceil(bytes / filler.length) }, () => filler);
	return [...head, ...lines, `chaos ${id} ${attempt} whole`].join("\r\n");
}

/** The Message-ID by which Postfix's log names a mail. */
export function messageId(id: number, attempt: number): string {
	return `chaos.${id}.${attempt}@sender.test`;
}
