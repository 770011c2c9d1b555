import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The map commands of HAProxy's stats socket (management guide, 9.3), over one map. */
export interface MapSocket {
	socket: string;
	/** What a lookup finds. */
	map: Map<string, string>;
	/** The first words of each command, as they came. */
	asked: string[];
	/** While true, nothing is answered. */
	mute: boolean;
	close(): void;
}

export async function mapSocket(file: string): Promise<MapSocket> {
	const folder = mkdtempSync(join(tmpdir(), "heimweg-haproxy-"));
	const drafts = new Map<string, Map<string, string>>();
	let version = 0;
	const self: MapSocket = {
		socket: join(folder, "admin.sock"),
		map: new Map(),
		asked: [],
		mute: false,
		close() {
			server.close();
			rmSync(folder, { recursive: true });
		},
	};

	function answer(text: string): string {
		const [head = "", ...payload] = text.split("\n");
		const [verb = "", , ...words] = head.split(" ");
		self.asked.push(verb);
		const draft = /^@(\d+)$/.exec(words[0] ?? "")?.[1];
		const [where, key = "", value = ""] = draft ? words.slice(1) : words;
		if (where !== file) return "Unknown map identifier. Please use #<id> or <file>.\n";
		const target = draft ? drafts.get(draft) : self.map;
		if (!target) return "Version number out of range.\n";
		switch (verb) {
			case "prepare":
				drafts.set(String(++version), new Map());
				return `New version created: ${version}\n`;
			case "add":
				if (payload.length === 0) target.set(key, value);
				for (const line of payload.filter(Boolean)) {
					const [one = "", is = ""] = line.split(" ");
					target.set(one, is);
				}
				return "\n";
			case "set":
				if (!target.has(key)) return "entry not found.\n";
				target.set(key, value);
				return "\n";
			case "del":
				return target.delete(key) ? "\n" : "Key not found.\n";
			case "show":
				return [...target].map(([one, is]) => `0x1 ${one} ${is}\n`).join("");
			case "commit":
				self.map = target;
				return "\n";
			default:
				return "Unknown command.\n";
		}
	}

	const server = createServer({ allowHalfOpen: true }, (connection) => {
		let text = "";
		connection.on("error", () => {});
		connection.on("data", (chunk) => {
			text += chunk;
			// A payload ends with an empty line, any other command with its own.
			const whole = text.includes("<<\n") ? text.endsWith("\n\n") : text.endsWith("\n");
			if (whole && !self.mute) connection.end(answer(text.trimEnd()));
		});
	});
	await new Promise<void>((ready) => server.listen(self.socket, ready));
	return self;
}
