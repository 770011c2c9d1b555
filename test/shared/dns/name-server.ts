import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";

/** A name server that answers A and AAAA from a table (RFC 1035, 4), on a port of its own. */
export interface NameServer {
	/** `127.0.0.1:PORT`. */
	address: string;
	/** By `name TYPE`; a name that has no entry of any type does not exist. */
	table: Map<string, string[]>;
	/** Questions that came, `name TYPE`. */
	asked: string[];
	/** While true it says nothing. */
	silent: boolean;
	stop(): Promise<void>;
}

const types: Record<number, string> = { 1: "A", 28: "AAAA" };

export async function nameServer(): Promise<NameServer> {
	const socket = createSocket("udp4");
	await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
	const server: NameServer = {
		address: `127.0.0.1:${socket.address().port}`,
		table: new Map(),
		asked: [],
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
		header.writeUInt16BE(exists ? 0x8400 : 0x8403, 2);
		header.writeUInt16BE(1, 4);
		header.writeUInt16BE(records.length, 6);
		const answers = records.map(recordOf);
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

function recordOf(address: string): Buffer {
	const data = isIPv6(address) ? bytesOf6(address) : Buffer.from(address.split(".").map(Number));
	const fixed = Buffer.alloc(12);
	fixed.writeUInt16BE(0xc00c, 0);
	fixed.writeUInt16BE(data.length === 16 ? 28 : 1, 2);
	fixed.writeUInt16BE(1, 4);
	fixed.writeUInt32BE(60, 6);
	fixed.writeUInt16BE(data.length, 10);
	return Buffer.concat([fixed, data]);
}

function bytesOf6(address: string): Buffer {
	const [head = "", tail = ""] = address.split("::");
	const words = (text: string) => text.split(":").filter(Boolean);
	const zeros = Array(8 - words(head).length - words(tail).length).fill("0");
	const all = [...words(head), ...zeros, ...words(tail)];
	return Buffer.from(all.map((word) => word.padStart(4, "0")).join(""), "hex");
}
