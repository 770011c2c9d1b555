import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { SECOND } from "../../time.ts";
import type { Trouble } from "./answer.ts";
import { decodeAnswer, encodeQuestion, type Message, type Question } from "./message.ts";

/** For one try of one question, by UDP and by TCP each; and how many there are by UDP, where packets get lost. */
const usualPatience = 1.2 * SECOND;
const tries = 2;

/** The largest message over TCP, by its two bytes of length (RFC 1035, 4.2.2), and the length itself. */
const lengthBytes = 2;

/** Where a name server listens. */
export interface Place {
	address: string;
	port: number;
	/** What people call it. */
	name: string;
}

/** Asks one server one question: over UDP, and over TCP what does not fit (RFC 7766). Never throws. */
export async function askServer(
	place: Place,
	question: Question,
	patience = usualPatience,
): Promise<Message | Trouble> {
	let last: Message | Trouble = { is: "silent", server: place.name };
	for (let nth = 0; nth < tries; nth++) {
		last = await overUdp(place, question, patience);
		if (!("is" in last)) break;
		if (last.is === "unreachable") return last;
	}
	return !("is" in last) && last.truncated ? overTcp(place, question, patience) : last;
}

function overUdp(
	{ address, port, name }: Place,
	question: Question,
	patience: number,
): Promise<Message | Trouble> {
	const id = randomInt(0x10000);
	return new Promise((resolve) => {
		let strange = false;
		const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
		const end = (outcome: Message | Trouble) => {
			clearTimeout(timer);
			socket.close();
			resolve(outcome);
		};
		const timer = setTimeout(() => end({ is: strange ? "garbled" : "silent", server: name }), patience);
		socket.once("error", () => end({ is: "unreachable", server: name }));
		// Anybody may send to the port: what is no answer to this question is waited past.
		socket.on("message", (bytes, from) => {
			const message = from.port === port ? decodeAnswer(bytes, id, question) : undefined;
			if (message) end(message);
			else strange = true;
		});
		// A connected socket takes datagrams from this server alone, and hears when nobody listens there.
		socket.connect(port, address, () => socket.send(encodeQuestion(id, question)));
	});
}

function overTcp(
	{ address, port, name }: Place,
	question: Question,
	patience: number,
): Promise<Message | Trouble> {
	const id = randomInt(0x10000);
	return new Promise((resolve) => {
		let bytes: Buffer = Buffer.alloc(0);
		const socket = connect({ host: address, port });
		const end = (outcome: Message | Trouble) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(outcome);
		};
		const timer = setTimeout(() => end({ is: "silent", server: name }), patience);
		socket.once("error", () => end({ is: "unreachable", server: name }));
		socket.once("close", () => end({ is: "garbled", server: name }));
		socket.once("connect", () => {
			const message = encodeQuestion(id, question);
			const length = Buffer.alloc(lengthBytes);
			length.writeUInt16BE(message.length);
			socket.write(Buffer.concat([length, message]));
		});
		socket.on("data", (piece) => {
			bytes = Buffer.concat([bytes, piece]);
			if (bytes.length < lengthBytes) return;
			const whole = lengthBytes + bytes.readUInt16BE();
			if (bytes.length < whole) return;
			end(decodeAnswer(bytes.subarray(lengthBytes, whole), id, question) ?? { is: "garbled", server: name });
		});
	});
}
