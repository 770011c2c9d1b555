import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { enlarge } from "./sockets.ts";

/** Bytes that the system counts for a pulse that waits (830 on Linux 6, measured), rounded up. */
const perPulse = 1_024;

/** Seconds of pulses, one a second from each home, that should be able to wait: as long as a pause of ours may be. */
const seconds = 2;

/**
 * What is wrong with the room that this system gives for pulses that wait, for so many homes as there are files, as
 * sentences.
 *
 * @param given the bytes that a UDP socket of ours gets
 */
export async function roomProblems(homesFolder: string, given = givenRoom): Promise<string[]> {
	const files = await readdir(homesFolder).catch(() => []);
	const homes = files.filter((file) => /^[^.].*\.toml$/.test(file)).length;
	const wanted = homes * seconds * perPulse;
	const room = await given();
	if (room === undefined || room >= wanted) return [];
	// Linux doubles what is asked for (socket(7), SO_RCVBUF), and so the limit.
	const limit = Math.ceil(wanted / 2 / 65_536) * 65_536;
	return [
		`net.core.rmem_max: this system lets ${room} bytes of datagrams wait, too few for the pulses of ${homes} homes in ${seconds} s (${wanted} bytes), so that pulses are lost when it is busy: put "net.core.rmem_max = ${limit}" into /etc/sysctl.d/60-heimweg.conf, run "sysctl --system", and restart heimweg-relay`,
	];
}

/** The most that the system gives; undefined where it cannot be asked. */
async function givenRoom(): Promise<number | undefined> {
	const socket = createSocket("udp4");
	try {
		socket.bind(0, "127.0.0.1");
		await once(socket, "listening");
		enlarge(socket);
		return socket.getRecvBufferSize();
	} catch {
		return undefined;
	} finally {
		socket.close();
	}
}
