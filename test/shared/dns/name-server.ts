import { createSocket } from "node:dgram";

/** A name server that answers from a table (RFC 1035, 4), on a port of its own. */
export interface NameServer {
	/** `127.0.0.1:PORT`. */
	address: string;
	/** By `name TYPE`; a name that has no entry of any type does not exist. */
	table: Map<string, string[]>;
	/** Questions that came, `name TYPE`. */
	asked: string[];
	/** The code of every answer (RFC 1035, 4.1.1), 2 for SERVFAIL; 0: what is right. */
	code: number;
	/** While true it says nothing. */
	silent: boolean;
	stop(): Promise<void>;
}

const types: Record<number, string> = { 1: "A", 5: "CNAME", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV" };

export async function nameServer(): Promise<NameServer> {
	const socket = createSocket("udp4");
	await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
	const server: NameServer = {
		address: `127.0.0.1:${socket.address().port}`,
		table: new Map(),
		asked: [],
		code: 0,
		silent: false,
		stop: () => new Promise((done) => socket.close(done)),
	};
	socket.on("message", (query, from) => {
		const { name, type, end } = questionOf(query);
		server.asked.push(`${name} ${type}`);
		if (server.silent) return;
		const records = server.table.get(`${name} ${type}`) ?? [];
		const exists = [...server.table.keys()].some((key) => key.startsWith(`${name} `));
		const header = Buffer.alloc(12);
		query.copy(header, 0, 0, 2);
		header.writeUInt16BE(0x8400 | (server.code || (exists ? 0 : 3)), 2);
		header.writeUInt16BE(1, 4);
		header.writeUInt16BE(records.length, 6);
		const answers = records.map((record) => recordOf(type, record));
		socket.send(Buffer.concat([header, query.subarray(12, end), ...answers]), from.port, from.address);
	});
	return server;
}

function questionOf(query: Buffer): { name: string; type: string; end: number } {
	const labels: string[] = [];
	let at = 12;
	for (let length = query[at]!; length > 0; length = query[at]!) {
		labels.push(query.toString("latin1", at + 1, at + 1 + length));
		at += 1 + length;
	}
	return {
		name: labels.join(".").toLowerCase(),
		type: types[query.readUInt16BE(at + 1)] ?? "?",
		end: at + 5,
	};
}

function recordOf(type: string, record: string): Buffer {
	const data = dataOf(type, record);
	const fixed = Buffer.alloc(12);
	fixed.writeUInt16BE(0xc00c, 0);
	fixed.writeUInt16BE(Number(Object.keys(types).find((number) => types[Number(number)] === type)), 2);
	fixed.writeUInt16BE(1, 4);
	fixed.writeUInt32BE(60, 6);
	fixed.writeUInt16BE(data.length, 10);
	return Buffer.concat([fixed, data]);
}

function dataOf(type: string, record: string): Buffer {
	const words = record.split(" ");
	const numbers = words.slice(0, -1).map(Number);
	const two = (value: number) => Buffer.from([value >> 8, value & 0xff]);
	switch (type) {
		case "A":
			return Buffer.from(record.split(".").map(Number));
		case "AAAA":
			return bytesOf6(record);
		case "TXT":
			return Buffer.concat(
				[...record.matchAll(/"([^"]*)"/g)].map(([, one]) => Buffer.from([one!.length, ...Buffer.from(one!)])),
			);
		default:
			return Buffer.concat([...numbers.map(two), nameBytes(words.at(-1)!)]);
	}
}

function nameBytes(name: string): Buffer {
	const labels = name.split(".").filter(Boolean);
	return Buffer.concat([
		...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
		Buffer.from([0]),
	]);
}

function bytesOf6(address: string): Buffer {
	const [head = "", tail = ""] = address.split("::");
	const words = (text: string) => text.split(":").filter(Boolean);
	const zeros = Array(8 - words(head).length - words(tail).length).fill("0");
	const all = [...words(head), ...zeros, ...words(tail)];
	return Buffer.from(all.map((word) => word.padStart(4, "0")).join(""), "hex");
}
