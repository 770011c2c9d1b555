import { createServer, type Server } from "node:net";
import { join } from "node:path";

/** HAProxy reads a command with its payload into a buffer of this size (tune.bufsize), and resets the connection when it is full. */
const bufferSize = 16_384;

/** Stands in for HAProxy's stats socket: maps with versions, as its management guide tells. */
export interface FakeHaproxy {
	socket: string;
	/** The map in force. */
	map: Map<string, string>;
	/** Commands as they came, without payloads. */
	commands: string[];
	/** From now on, payloads after so many entries of one piece are lost, as when a cut was not noticed. */
	loseAfter: number;
	/** What `show info` answers; empty: HAProxy does not answer. */
	info: { pid: number; description: string };
	stop(): Promise<void>;
}

export async function fakeHaproxy(folder: string, name = "admin.sock"): Promise<FakeHaproxy> {
	const socket = join(folder, name);
	const versions = new Map<string, Map<string, string>>();
	let count = 0;

	function answer(text: string): string {
		const [line = "", ...payload] = text.split("\n");
		fake.commands.push(line);
		const [verb, , first, second, ...rest] = line.split(" ");
		const versioned = first?.startsWith("@");
		const target = versioned ? versions.get(first!) : fake.map;
		if (line === "show info")
			return `Name: HAProxy\nPid: ${fake.info.pid}\ndescription: ${fake.info.description}\n\n`;
		if (verb === "prepare") {
			versions.set(`@${++count}`, new Map());
			return `New version created: ${count}\n\n`;
		}
		if (!target) return "Unknown map identifier. Please use #<id> or <file>.\n\n";
		if (verb === "add" && payload.length > 0) {
			for (const one of payload.filter(Boolean).slice(0, fake.loseAfter)) {
				const [key, value] = one.split(" ");
				target.set(key!, value!);
			}
			return "\n";
		}
		if (verb === "add") target.set(second!, rest[0]!);
		if (verb === "set") {
			if (!target.has(second!)) return "Unable to set. Key not found.\n\n";
			target.set(second!, rest[0]!);
		}
		if (verb === "del" && !target.delete(second!)) return "Key not found.\n\n";
		if (verb === "show") return `${[...target].map(([key, value]) => `0x7f ${key} ${value}\n`).join("")}\n`;
		if (verb === "clear") target.clear();
		if (verb === "commit") {
			fake.map = target;
			versions.delete(first!);
		}
		return "\n";
	}

	const server: Server = createServer((connection) => {
		let text = "";
		connection.setEncoding("utf8");
		connection.on("error", () => {});
		connection.on("data", (chunk: string) => {
			text += chunk;
			if (text.length > bufferSize) connection.destroy();
			// A payload ends with an empty line.
			else if (text.endsWith(text.includes("<<\n") ? "\n\n" : "\n")) connection.end(answer(text.trimEnd()));
		});
	});
	const fake: FakeHaproxy = {
		socket,
		map: new Map(),
		commands: [],
		loseAfter: Number.POSITIVE_INFINITY,
		info: { pid: 1, description: "" },
		stop: () => new Promise((done) => void server.close(() => done())),
	};
	await new Promise<void>((done) => server.listen(socket, done));
	return fake;
}
