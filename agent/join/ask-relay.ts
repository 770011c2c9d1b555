import { connect } from "node:net";
import type { Address } from "../../shared/address.ts";
import { longestAnswer } from "../../shared/invitation/exchange.ts";

/**
 * Sends the one line of enrolment, and gives the one that comes back; undefined when there is none in time, whatever the
 * reason: it is asked again.
 */
export function askRelay(options: {
	to: Address;
	port: number;
	/** This home's address in the first tunnel. */
	from: Address;
	line: string;
	/** Milliseconds. */
	patience: number;
	signal: AbortSignal;
}): Promise<string | undefined> {
	return new Promise((resolve) => {
		const { to, port, from, line, patience, signal } = options;
		const socket = connect({ host: to, port, localAddress: from, noDelay: true });
		let text = "";
		const end = (answer?: string) => {
			clearTimeout(timer);
			signal.removeEventListener("abort", abort);
			socket.destroy();
			resolve(answer);
		};
		const abort = () => end();
		const timer = setTimeout(end, patience);
		signal.addEventListener("abort", abort, { once: true });
		if (signal.aborted) return end();
		socket
			.setEncoding("utf8")
			.on("connect", () => socket.write(line))
			.on("data", (chunk: string) => {
				text += chunk;
				const at = text.indexOf("\n");
				if (at >= 0) end(text.slice(0, at));
				else if (text.length > longestAnswer) end();
			})
			.on("error", () => end())
			.on("close", () => end());
	});
}
