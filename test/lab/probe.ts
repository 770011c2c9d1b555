import { Resolver } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

// A process that lives in one network namespace and asks the same question over and over, until the answer is yes.
// It is a process of its own because starting one for each try takes longer than what is measured. See measure.ts.

/** Can a TCP connection be opened? */
export interface ConnectQuestion {
	kind: "connect";
	host: string;
	port: number;
}

/** Does the name server give exactly this for the name? */
export interface RecordQuestion {
	kind: "record";
	server: string;
	name: string;
	type: "A" | "AAAA";
	value: string;
}

export type Question = (ConnectQuestion | RecordQuestion) & {
	/** Milliseconds from one try to the next; 20 if not given. */
	pace?: number | undefined;
};

/** A line of standard input: a question, or the end of one. */
export type Command = { id: number; ask: Question } | { id: number; forget: true };

/** A line of standard output: it listens; or the first yes, when it came (CLOCK_MONOTONIC, nanoseconds). */
export type Report = { ready: true } | { id: number; at: string };

const defaultPace = 20;
/** Milliseconds after which a try is given up; the tries overlap, so that no lost packet costs more than the pace. */
const patience = 500;

type Yes = () => void;

/** Opens connections until one stands. Returns what ends that. */
function tryConnect({ host, port }: ConnectQuestion, pace: number, yes: Yes): () => void {
	const open = new Set<Socket>();
	const attempt = () => {
		const socket = connect({ host, port });
		open.add(socket);
		const end = setTimeout(() => socket.destroy(), patience);
		socket.once("connect", yes);
		socket.on("error", () => {});
		socket.once("close", () => {
			clearTimeout(end);
			open.delete(socket);
		});
	};
	const timer = setInterval(attempt, pace);
	attempt();
	return () => {
		clearInterval(timer);
		for (const socket of open) socket.destroy();
	};
}

/** Asks the name server until it gives the value. Returns what ends that. */
function tryRecord({ server, name, type, value }: RecordQuestion, pace: number, yes: Yes): () => void {
	const asking = new Set<Resolver>();
	const attempt = async () => {
		// A new one each time: with Debian's c-ares a resolver remembers answers, also that there is no such record.
		const resolver = new Resolver({ timeout: patience, tries: 1 });
		resolver.setServers([server]);
		asking.add(resolver);
		// Having no such record, and not answering, are no yes.
		const records = await resolver.resolve(name, type).catch(() => []);
		asking.delete(resolver);
		if (records.length === 1 && records[0] === value) yes();
	};
	const timer = setInterval(attempt, pace);
	void attempt();
	return () => {
		clearInterval(timer);
		for (const resolver of asking) resolver.cancel();
	};
}

function serve(): void {
	const asked = new Map<number, () => void>();
	const report = (line: Report) => process.stdout.write(`${JSON.stringify(line)}\n`);
	const forget = (id: number) => {
		asked.get(id)?.();
		asked.delete(id);
	};
	const begin = (id: number, ask: Question) => {
		let done = false;
		const yes = () => {
			const at = process.hrtime.bigint();
			if (done) return;
			done = true;
			report({ id, at: String(at) });
			forget(id);
		};
		const pace = ask.pace ?? defaultPace;
		asked.set(id, ask.kind === "connect" ? tryConnect(ask, pace, yes) : tryRecord(ask, pace, yes));
	};
	const lines = createInterface({ input: process.stdin });
	lines.on("line", (line) => {
		const command = JSON.parse(line) as Command;
		if ("ask" in command) begin(command.id, command.ask);
		else forget(command.id);
	});
	lines.on("close", () => process.exit(0));
	report({ ready: true });
}

if (process.argv[1] === import.meta.filename) serve();
