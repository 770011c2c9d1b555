import { type Address, parseAddress } from "../address.ts";
import { askHaproxy } from "./runtime.ts";

/** Asks one process of HAProxy's. */
export type AskProcess = (command: string) => Promise<string>;

/** A connection that a process of HAProxy's has handed on. */
export interface Session {
	id: string;
	/** Who began it. */
	client: Address;
}

/** Sessions that are asked for in one command; while they are, HAProxy may give an id that is free to another. */
const atOnce = 20;

/**
 * The processes that have connections: the one that serves now, and those before a reload, whose sessions go on. These are
 * reached through the master process alone (HAProxy's management guide, 9.4).
 */
export async function processesOf(
	{ socket, master }: { socket: string; master: string },
	signal?: AbortSignal,
): Promise<AskProcess[]> {
	const options = signal ? { signal } : {};
	// Without "quit" the master keeps the connection open.
	const askMaster = (command: string) => askHaproxy(master, `${command}\nquit`, options);
	const old = (await askMaster("show proc")).split(/^# old workers.*$/m)[1]?.split(/^# /m)[0] ?? "";
	const pids = [...old.matchAll(/^(\d+)\s+worker\b/gm)].map(([, pid]) => pid!);
	return [
		(command) => askHaproxy(socket, command, options),
		...pids.map((pid) => (command: string) => askMaster(prefixed(`@!${pid} `, command))),
	];
}

/** Each command of a line for itself is for that process. */
function prefixed(process: string, line: string): string {
	return line
		.split(";")
		.map((command) => `${process}${command}`)
		.join(";");
}

/** The connections that have been handed on to a server. */
export async function sessionsIn(ask: AskProcess): Promise<Session[]> {
	return (await ask("show sess")).split("\n").flatMap((line) => {
		const [, id, source] = /^(0x[0-9a-f]+): proto=tcpv[46] src=(\S+) .* srv=(?!<none>)/.exec(line) ?? [];
		const client = source === undefined ? undefined : addressIn(source);
		return id !== undefined && client !== undefined ? [{ id, client }] : [];
	});
}

/** Ends the connections whose server's address is such; gives how many. */
export async function shutDown(
	ask: AskProcess,
	sessions: readonly Session[],
	isMeant: (session: Session, server: Address) => boolean,
): Promise<number> {
	let ended = 0;
	for (let at = 0; at < sessions.length; at += atOnce) {
		const some = sessions.slice(at, at + atOnce);
		const shown = await ask(some.map(({ id }) => `show sess ${id}`).join(";"));
		const meant = detailsIn(shown).filter(({ id, client, server }) => isMeant({ id, client }, server));
		if (meant.length > 0) await ask(meant.map(({ id }) => `shutdown session ${id}`).join(";"));
		ended += meant.length;
	}
	return ended;
}

/** What `show sess ID` says of each; one that is over says nothing. */
function detailsIn(shown: string): Array<Session & { server: Address }> {
	return shown.split(/^(?=0x[0-9a-f]+: )/m).flatMap((text) => {
		const [, id, source] = /^(0x[0-9a-f]+): .* source=(\S+)/.exec(text) ?? [];
		const target = /^\s+server=.* addr=(\S+)/m.exec(text)?.[1];
		const client = source && addressIn(source);
		const server = target && addressIn(target);
		return id && client && server ? [{ id, client, server }] : [];
	});
}

/** HAProxy writes an address, of IPv6 without brackets, and a port. */
function addressIn(place: string): Address | undefined {
	try {
		return parseAddress(place.slice(0, place.lastIndexOf(":")));
	} catch {
		// A unix socket, such as our own question's.
		return undefined;
	}
}
