import { kindOfPort, proxyPort } from "../../shared/client-ports.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { MINUTE } from "../../shared/time.ts";
import { dovecotPorts, portsInDropIn } from "./dovecot.ts";
import { postfixPorts } from "./postfix.ts";

/** What is set up here for clients that come through the relay, and what of it answers. */
export interface Offered {
	/** Client ports. */
	ports: number[];
	/** Those whose PROXY port nothing listens on. */
	silent: number[];
	/** Client ports that something listens on directly. */
	direct: number[];
}

/** Which program serves a client port. */
export function programOf(port: number): "Postfix" | "Dovecot" | "the web server" {
	if (postfixPorts.includes(port)) return "Postfix";
	return dovecotPorts.includes(port) ? "Dovecot" : "the web server";
}

/** Where to look; the machine's own if not given. */
interface LookOptions {
	dropIn?: () => Promise<readonly number[]>;
	services?: () => Promise<string>;
}

/** Milliseconds for which master.cf is taken to be as it was, though no change was seen. */
const believedFor = 5 * MINUTE;

/**
 * Finds out what is set up among these client ports: in master.cf, in Dovecot's drop-in; a web server's ports count when the
 * owner named them. Throws when the machine cannot be asked.
 */
export async function lookAtPorts(
	run: RunCommand,
	served: readonly number[],
	{ dropIn = portsInDropIn, services = servicesOf(run).now }: LookOptions = {},
): Promise<Offered> {
	const inDovecot = await dropIn();
	const inPostfix = postfixServices(await services());
	const ports = served.filter((port) => {
		if (postfixPorts.includes(port)) return inPostfix.has(proxyPort(port));
		return dovecotPorts.includes(port) ? inDovecot.includes(port) : kindOfPort(port) !== undefined;
	});
	if (ports.length === 0) return { ports, silent: [], direct: [] };
	const listening = listeningIn(await run("ss", ["-H", "-l", "-n", "-t"]));
	return {
		ports,
		silent: ports.filter((port) => !listening.has(proxyPort(port))),
		direct: ports.filter((port) => listening.has(port)),
	};
}

/** What master.cf has, asked of Postfix anew when it was forgotten, and now and then: each time costs a process. */
export function servicesOf(
	run: RunCommand,
	now: () => number = () => performance.now(),
): { now(): Promise<string>; forget(): void } {
	let known: { text: string; at: number } | undefined;
	let forgotten = 0;
	return {
		async now() {
			if (known && now() - known.at < believedFor) return known.text;
			const before = forgotten;
			const text = await run("postconf", ["-M"]).catch(withoutPostfix);
			// It may have been changed while it was read.
			if (before === forgotten) known = { text, at: now() };
			return text;
		},
		forget() {
			known = undefined;
			forgotten += 1;
		},
	};
}

function withoutPostfix(error: unknown): string {
	if (error instanceof CommandError && error.missing) return "";
	throw error;
}

/** The ports of the services in what `postconf -M` prints. */
function postfixServices(text: string): Set<number> {
	return new Set(
		text.split("\n").flatMap((line) => {
			const [, port] = /^(?:\S*:)?(\d+)\s+inet\s/.exec(line) ?? [];
			return port ? [Number(port)] : [];
		}),
	);
}

function listeningIn(sockets: string): Set<number> {
	return new Set(
		sockets.split("\n").flatMap((line) => {
			const port = /:(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? "")?.[1];
			return port ? [Number(port)] : [];
		}),
	);
}
