import { request } from "node:http";
import { codeOf, HeimwegError } from "./errors.ts";

/** Nobody listens on the daemon's socket. */
export class DaemonAway extends HeimwegError {}

/** The largest answer that is read: a relay's status with thousands of homes. */
const limit = 64 * 1024 * 1024;

/** Asks the running daemon over its socket; throws a HeimwegError when it does not run or says no. */
export async function askDaemon(
	socketPath: string,
	path: string,
	options: { method?: "GET" | "POST"; body?: string; unit: string },
): Promise<unknown> {
	const { status, text } = await send(socketPath, path, options);
	const answer = read(text);
	if (status < 300) return answer;
	throw new HeimwegError(
		answer.error ?? `the daemon answered ${status}`,
		answer.remedy ? { remedy: answer.remedy } : {},
	);
}

function read(text: string): { error?: string; remedy?: string } {
	try {
		return JSON.parse(text) as { error?: string; remedy?: string };
	} catch {
		throw new HeimwegError("the daemon gave an answer that cannot be read");
	}
}

function send(
	socketPath: string,
	path: string,
	options: { method?: "GET" | "POST"; body?: string; unit: string },
): Promise<{ status: number; text: string }> {
	return new Promise((resolve, reject) => {
		const call = request(
			{ socketPath, path, method: options.method ?? "GET", timeout: 30_000 },
			(response) => {
				let text = "";
				response.setEncoding("utf8");
				response.on("data", (chunk: string) => {
					text += chunk;
					if (text.length > limit) call.destroy(new HeimwegError("the daemon's answer is too long"));
				});
				response.on("end", () => resolve({ status: response.statusCode ?? 500, text }));
				response.on("error", reject);
			},
		);
		call.on("timeout", () => call.destroy(new HeimwegError("the daemon did not answer within 30 s")));
		call.on("error", (error) => reject(explain(error, socketPath, options.unit)));
		call.end(options.body);
	});
}

function explain(error: Error, socket: string, unit: string): Error {
	const code = codeOf(error);
	if (code === "ENOENT" || code === "ECONNREFUSED") {
		return new DaemonAway("the daemon does not run", {
			remedy: `run "systemctl start ${unit}", and look at "journalctl -u ${unit}"`,
		});
	}
	if (code === "EACCES") {
		return new HeimwegError(`${socket} may be opened only by root and the group heimweg`, {
			remedy: "run it with sudo",
		});
	}
	if (code === "ECONNRESET") {
		return new HeimwegError("the daemon broke off its answer", {
			remedy: `look at "journalctl -u ${unit}"; it may just be restarting`,
		});
	}
	return error;
}
