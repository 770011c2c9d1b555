import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The map and session commands of HAProxy's stats socket (management guide, 9.3) over one map, and those of its master (9.4);
 * what it prints was copied from HAProxy 3.0.
 */
export interface MapSocket {
	socket: string;
	/** What a lookup finds. */
	map: Map<string, string>;
	/** The first words of each command about the map, as they came. */
	asked: string[];
	/** Connections that are open, by the process that has them: the serving one has number 0. */
	sessions: OpenSession[];
	/** While true, nothing is answered. */
	mute: boolean;
	close(): void;
}

export interface OpenSession {
	/** Of a process from before a reload, its number. */
	process?: number;
	id: string;
	/** Address and port. */
	client: string;
	/** The home's, likewise. */
	server: string;
}

export async function mapSocket(file: string): Promise<MapSocket> {
	const folder = mkdtempSync(join(tmpdir(), "heimweg-haproxy-"));
	const drafts = new Map<string, Map<string, string>>();
	let version = 0;
	const self: MapSocket = {
		socket: join(folder, "admin.sock"),
		map: new Map(),
		asked: [],
		sessions: [],
		mute: false,
		close() {
			server.close();
			rmSync(folder, { recursive: true });
		},
	};

	function answerLine(line: string): string {
		const commands = line.replace(/\nquit$/, "").split(";");
		return commands.map((command) => about(command) ?? answer(command)).join("");
	}

	/** What is asked of sessions and processes. */
	function about(command: string): string | undefined {
		const [, process, rest = ""] = /^(?:@!(\d+) )?(.*)$/s.exec(command) ?? [];
		const ofProcess = self.sessions.filter((one) => (one.process ?? 0) === Number(process ?? 0));
		const [, id] = / session (\S+)$/.exec(rest.replace(/^show sess /, "show session ")) ?? [];
		if (rest === "show proc") {
			const old = [...new Set(self.sessions.flatMap((one) => one.process ?? []))];
			return `#<PID> <type> <reloads> <uptime> <version>\n20814  master  1 [failed: 0]  0d00h00m07s  3.0.11\n# workers\n20827  worker  0  0d00h00m07s  3.0.11\n# old workers\n${old.map((pid) => `${pid}  worker  1  0d00h00m09s  3.0.11\n`).join("")}# programs\n\n`;
		}
		if (rest === "show sess")
			return `${ofProcess.map((one) => `${one.id}: proto=tcpv4 src=${one.client} fe=tls_993 be=home srv=home ts=00 epoch=0 age=1s calls=3\n`).join("")}0x7f5ea8dfdc00: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s\n\n`;
		const one = ofProcess.find((session) => session.id === id);
		if (rest.startsWith("show sess "))
			return one
				? `${one.id}: [30/Nov/2026:15:59:42.377766] id=0 proto=tcpv4 source=${one.client}\n  flags=0x4a, conn_retries=0\n  frontend=tls_993 (id=7 mode=tcp), listener=? (id=1) addr=203.0.113.10:993\n  backend=home (id=5 mode=tcp) addr=10.86.0.1:39598\n  server=home (id=1) addr=${one.server}\n  task=0x7f5ea8d62620 (state=0x00 nice=0)\n`
				: "Session not found.\n";
		if (!rest.startsWith("shutdown session ")) return undefined;
		self.sessions = self.sessions.filter((session) => session !== one);
		return one ? "\n" : "No such session (use 'show sess').\n";
	}

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
			if (whole && !self.mute) connection.end(answerLine(text.trimEnd()));
		});
	});
	await new Promise<void>((ready) => server.listen(self.socket, ready));
	return self;
}
