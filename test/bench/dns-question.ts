import { createSocket, type Socket } from "node:dgram";

/** Numbers of the types that are asked for (RFC 1035, 3.2.2; RFC 2782). */
const types: Record<string, number> = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, SRV: 33 };

/** Milliseconds for an answer, and how often it is asked again. */
const patience = 5_000;
const tries = 5;

/** Asks one name server over UDP, as it answers on the wire. */
export interface Questions {
	/**
	 * The answer's records, or the delegation that is given instead, as one text; empty when there is none. Name and TTL
	 * are left out.
	 */
	ask(name: string, type: string): Promise<string>;
	stop(): void;
}

export async function questionsTo(address: string, port = 53): Promise<Questions> {
	const socket: Socket = createSocket("udp4");
	await new Promise<void>((done) => socket.connect(port, address, done));
	const waiting = new Map<number, (answer: Buffer) => void>();
	let last = 0;
	socket.on("message", (message) => {
		const id = message.readUInt16BE(0);
		waiting.get(id)?.(message);
		waiting.delete(id);
	});

	async function once(name: string, type: string): Promise<Buffer | undefined> {
		last = (last + 1) % 0x10000;
		const id = last;
		const header = Buffer.from([id >> 8, id & 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
		const labels = name.split(".").filter(Boolean);
		const encoded = Buffer.concat(
			labels.map((one) => Buffer.from([one.length, ...Buffer.from(one, "latin1")])),
		);
		const end = Buffer.from([0, 0, types[type]!, 0, 1]);
		return new Promise((done) => {
			const timer = setTimeout(() => done(undefined), patience);
			waiting.set(id, (answer) => {
				clearTimeout(timer);
				done(answer);
			});
			socket.send(Buffer.concat([header, encoded, end]));
		});
	}

	return {
		async ask(name, type) {
			for (let count = 0; count < tries; count++) {
				const answer = await once(name, type);
				if (answer) return inWords(answer, `${name} ${type}`);
			}
			throw new Error(`no answer to ${name} ${type}`);
		},
		stop: () => socket.close(),
	};
}

function inWords(message: Buffer, question: string): string {
	const code = message[3]! & 0xf;
	// NOERROR and NXDOMAIN are answers (RFC 1035, 4.1.1).
	if (code !== 0 && code !== 3) throw new Error(`${question} was answered with code ${code}`);
	let at = nameAt(message, 12).end + 4;
	const records = (count: number) =>
		Array.from({ length: count }, () => {
			at = nameAt(message, at).end;
			const [type, length] = [message.readUInt16BE(at), message.readUInt16BE(at + 8)];
			const data = dataAt(message, type, at + 10, length);
			at += 10 + length;
			return { type, text: `${type} ${data}` };
		});
	const answers = records(message.readUInt16BE(6));
	const authority = records(message.readUInt16BE(8));
	const shown = answers.length > 0 ? answers : authority.filter(({ type }) => type === types.NS);
	return shown
		.map(({ text }) => text)
		.sort()
		.join(" | ");
}

/** A record's data; names in it are written out, since how they are compressed depends on the message. */
function dataAt(message: Buffer, type: number, at: number, length: number): string {
	const before = { [types.MX!]: 2, [types.SRV!]: 6, [types.CNAME!]: 0, [types.NS!]: 0 }[type];
	if (before === undefined) return message.toString("hex", at, at + length);
	return `${message.toString("hex", at, at + before)} ${nameAt(message, at + before).name}`;
}

function nameAt(message: Buffer, start: number): { name: string; end: number } {
	const labels: string[] = [];
	let [at, end] = [start, -1];
	for (let hops = 0; hops < 50; ) {
		const length = message[at]!;
		if (length >= 0xc0) {
			if (end < 0) end = at + 2;
			at = message.readUInt16BE(at) & 0x3fff;
			hops++;
			continue;
		}
		if (length === 0) return { name: labels.join("."), end: end < 0 ? at + 1 : end };
		labels.push(message.toString("latin1", at + 1, at + 1 + length).toLowerCase());
		at += 1 + length;
	}
	throw new Error("a name in an answer leads in a circle");
}
