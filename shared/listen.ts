import { chmod, rm } from "node:fs/promises";
import type { Server } from "node:net";
import { codeOf, HeimwegError, messageOf } from "./errors.ts";
import { type Port, PortTaken } from "./port-holder.ts";
import { SECOND } from "./time.ts";

/** What listens: a server of node:net or node:http, or a socket of node:dgram. */
export interface Listener {
	on(event: "error", act: (error: Error) => void): unknown;
	on(event: "listening", act: () => void): unknown;
	close(): unknown;
}

/** A port or a socket to be served. */
export interface Place<L extends Listener> {
	/** As a sentence begins with it: "UDP port 8686 on 10.86.0.1". */
	name: string;
	/** The same for ss(8), which can tell who else holds it. */
	port?: Port;
	/** Makes what listens there, and begins to bind it. */
	open(): L;
}

export interface Listening {
	start(): void;
	/** Closes everything, also what is still being bound. */
	stop(): void;
}

/** Milliseconds until what could not be bound is tried again. */
const again = SECOND;

/**
 * Serves all the places: what cannot be bound, or breaks, is told with what to do, and is tried again each second. The
 * first trouble stands for all, so that two of them do not take turns; undefined when there is none any more.
 */
export function keepListening<L extends Listener>(options: {
	places: ReadonlyArray<Place<L>>;
	/** What to do about a place that another program holds. */
	remedy: string;
	onTrouble(error: HeimwegError | undefined): void;
	onListening?(listener: L, place: Place<L>): void;
	onClosed?(listener: L, place: Place<L>): void;
	/** By default `close`; a server of node:http has connections to end too. */
	close?(listener: L): void;
}): Listening {
	const { places, close = (listener: L) => void listener.close() } = options;
	const opened = new Map<L, Place<L>>();
	const timers = new Map<Place<L>, NodeJS.Timeout>();
	const troubles = new Map<Place<L>, HeimwegError>();
	let stopped = false;

	function open(place: Place<L>): void {
		if (stopped) return;
		const listener = place.open();
		opened.set(listener, place);
		listener.on("listening", () => {
			if (!opened.has(listener)) return;
			options.onListening?.(listener, place);
			troubles.delete(place);
			tell();
		});
		listener.on("error", (error) => {
			if (!opened.delete(listener)) return;
			// It may still listen (no file descriptor was left for a connection): two cannot.
			close(listener);
			options.onClosed?.(listener, place);
			troubles.set(place, explain(error, place, options.remedy));
			tell();
			if (!stopped) timers.set(place, setTimeout(open, again, place).unref());
		});
	}

	function tell(): void {
		const [first] = places.flatMap((place) => troubles.get(place) ?? []);
		options.onTrouble(first);
	}

	return {
		start() {
			for (const place of places) open(place);
		},
		stop() {
			stopped = true;
			for (const timer of timers.values()) clearTimeout(timer);
			for (const listener of opened.keys()) close(listener);
			opened.clear();
		},
	};
}

/**
 * Binds a server to a socket in the file system that everybody whom its folder lets through may open. What lies there is
 * from a process that has ended, or else of one that may not have written there: it is taken away first.
 */
export function bindUnix(server: Server, path: string): void {
	const fail = (error: unknown) => void server.emit("error", error);
	server.once("listening", () => void chmod(path, 0o666).catch(fail));
	rm(path, { force: true }).then(() => server.listen({ path }), fail);
}

function explain(error: unknown, { name, port }: Place<Listener>, remedy: string): HeimwegError {
	if (codeOf(error) !== "EADDRINUSE")
		return new HeimwegError(`${name} cannot be opened: ${messageOf(error)}`);
	if (port) return new PortTaken(port, remedy);
	return new HeimwegError(`${name} is in use by another program`, { remedy });
}
