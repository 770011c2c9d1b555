import { connect } from "node:net";
import type { Address } from "../../shared/address.ts";
import { codeOf } from "../../shared/errors.ts";

/** Ports that a relay is likely to answer on, be it with a refusal: SMTP, and HTTPS where port 25 is blocked. */
const likelyPorts = [25, 443] as const;

/**
 * True when the relay can be reached outside the tunnel: a TCP connection was taken or refused. It tells a path that
 * is down (the session is still good, so it must not be thrown away) from a relay that forgot us.
 *
 * @param patience milliseconds
 */
export async function pathWorks(
	relay: Address,
	patience: number,
	ports: readonly number[] = likelyPorts,
): Promise<boolean> {
	const tries = ports.map((port) => reaches(relay, port, patience));
	try {
		await Promise.any(
			tries.map(async (attempt) => ((await attempt) ? true : Promise.reject(new Error("silent")))),
		);
		return true;
	} catch {
		return false;
	}
}

function reaches(host: Address, port: number, patience: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host, port, timeout: patience });
		const done = (reached: boolean) => {
			socket.destroy();
			resolve(reached);
		};
		socket.once("connect", () => done(true));
		socket.once("timeout", () => done(false));
		socket.once("error", (error) => done(codeOf(error) === "ECONNREFUSED"));
	});
}
