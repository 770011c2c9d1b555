import type { RunCommand } from "../command.ts";
import { listElements } from "./listed.ts";
import { heardOn } from "./listening.ts";

/**
 * Whether Postfix listens for this machine alone although its configuration has it listen for others: a reload does not open
 * other sockets (postconf(5), inet_interfaces), and who changed it was interrupted before the restart.
 */
export async function notRestarted(run: RunCommand): Promise<boolean> {
	const interfaces = listElements(await run("postconf", ["-hx", "inet_interfaces"]));
	return !interfaces.every(isLoopbackOnly) && (await heardOn(run, 25)) === "loopback";
}

/** Whether an element of inet_interfaces names this machine alone. */
export function isLoopbackOnly(element: string): boolean {
	return /^(?:loopback-only|localhost|127\..*|\[?::1\]?)$/.test(element);
}
