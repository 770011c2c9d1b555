import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Namespace } from "../lab/namespace.ts";
import { keyOf, type Report } from "./sender.ts";
import type { Letter, Outcome } from "./smtp.ts";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** Hands mails over from one place of the lab. */
export interface PostOffice {
	/** One try. Never throws: a place that is switched off is a try that failed. */
	handOver(letter: Letter): Promise<Outcome>;
	stop(): void;
}

/** The place as it is now; undefined while it is off. A machine gets another namespace whenever it boots. */
export function openPostOffice(place: () => Namespace | undefined): PostOffice {
	let sender: { place: Namespace; process: Promise<Sender> } | undefined;
	let stopped = false;

	function senderAt(now: Namespace): Promise<Sender> {
		if (sender?.place !== now) {
			void sender?.process.then((old) => old.stop()).catch(() => {});
			sender = { place: now, process: startSender(now) };
		}
		return sender.process;
	}

	return {
		async handOver(letter) {
			const now = place();
			if (!now || stopped) return { is: "later", reason: "the machine is off", doubtful: false };
			try {
				return await (await senderAt(now)).handOver(letter);
			} catch (error) {
				if (sender?.place === now) sender = undefined;
				return { is: "later", reason: (error as Error).message, doubtful: true };
			}
		},
		stop() {
			stopped = true;
			void sender?.process.then((last) => last.stop()).catch(() => {});
		},
	};
}

interface Sender {
	/** Throws when the process ends before it could tell. */
	handOver(letter: Letter): Promise<Outcome>;
	stop(): void;
}

async function startSender(place: Namespace): Promise<Sender> {
	const program = fileURLToPath(new URL("sender.ts", import.meta.url));
	const child: ChildProcess = place.spawn([process.execPath, "--import", "tsx", program], {
		cwd: projectFolder,
		stdio: ["pipe", "pipe", "inherit"],
	});
	const waiting = new Map<string, { tell: (outcome: Outcome) => void; fail: (error: Error) => void }>();
	child.stdin!.on("error", () => {});
	const ended = once(child, "exit");
	await new Promise<void>((ready, failed) => {
		createInterface({ input: child.stdout! }).on("line", (line) => {
			const report = JSON.parse(line) as Report;
			if ("ready" in report) return ready();
			waiting.get(report.key)?.tell(report.outcome);
			waiting.delete(report.key);
		});
		const fail = () => {
			const error = new Error(`the process that hands mails over in ${place.name} has ended`);
			failed(error);
			for (const { fail } of waiting.values()) fail(error);
		};
		void ended.then(fail, fail);
	});
	return {
		handOver: (letter) =>
			new Promise((tell, fail) => {
				waiting.set(keyOf(letter), { tell, fail });
				if (child.exitCode !== null || child.signalCode !== null) fail(new Error("it has ended"));
				child.stdin!.write(`${JSON.stringify(letter)}\n`);
			}),
		stop() {
			child.stdin!.end();
		},
	};
}
