import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../shared/address.ts";
import { codeOf } from "../../shared/errors.ts";

/** Ports that a relay is likely to answer on, be it with a refusal: SMTP, and HTTPS where port 25 is blocked. */
const likelyPorts = [25, 443] as const;

/**
 * True when the relay can be reached outside the tunnel: a TCP connection was taken or refused. It tells a path that
 * is down (the session is still good, so it must not be thrown away) from a relay that forgot us. The ports have their
 * turns evenly within the patience: a path that comes back is seen by the next of them.
 *
 * @param patience milliseconds for all of them
 */
export function pathWorks(
	relay: Address,
	patience: number,
	ports: readonly number[] = likelyPorts,
): Promise<boolean> {
	const ending = new AbortController();
	const tries = ports.map((port, turn) =>
		reaches(relay, port, (turn * patience) / ports.length, ending.signal),
	);
	const late = setTimeout(() => ending.abort(), patience);
	return Promise.any(tries)
		.then(
			() => true,
			() => false,
		)
		.finally(() => {
			clearTimeout(late);
			ending.abort();
		});
}

/** Resolves when the port answers; rejects when nothing does until the signal. */
async function reaches(host: Address, port: number, delay: number, signal: AbortSignal): Promise<void> {
	await sleep(delay, undefined, { signal });
	const socket = connect({ host, port, signal });
	await once(socket, "connect").catch((error) => {
		if (codeOf(error) !== "ECONNREFUSED") throw error;
	});
	socket.destroy();
}
