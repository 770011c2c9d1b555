import { type Address, endpointText } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";

/** Ends the connects in progress to a server; whoever makes them is told that they failed. */
export type EndConnects = (address: Address, port: number) => Promise<void>;

/**
 * A connect that began while the home was away waits seconds before it sends its next SYN, and a flush does not touch
 * the message behind it: ended, the message can be tried again at once. Needs CAP_NET_ADMIN and a kernel with
 * INET_DIAG_DESTROY; where that is missing nothing happens, and the connect's own timeout has to do (ss(8), -K).
 */
export function connectsEnding(run: RunCommand): EndConnects {
	return async (address, port) => {
		const destination = endpointText({ address, port });
		await run("ss", ["-K", "-t", "-n", "-H", "state", "syn-sent", "dst", destination], {
			timeout: 2_000,
		}).catch(() => {});
	};
}
