import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Lab } from "./lab.ts";
import type { Namespace } from "./namespace.ts";
import { addresses } from "./network.ts";
import type { Command, Question, Report } from "./probe.ts";
import { tunnel } from "./scene.ts";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** A moment, in nanoseconds of the clock that all processes of this machine share (CLOCK_MONOTONIC). */
export type Moment = bigint;

export const now = (): Moment => process.hrtime.bigint();

/** Milliseconds from one moment to another. */
export const between = (from: Moment, to: Moment): number => Number(to - from) / 1e6;

export interface MeasureOptions {
	/** What the time is counted from; the call itself if not given. Tries begin with the call, never before. */
	since?: Moment;
	/** Milliseconds; 30,000 if not given. */
	timeout?: number;
	/** Milliseconds from one try to the next, for what takes minutes; 20 if not given. */
	pace?: number;
	signal?: AbortSignal;
}

/** Watches a lab from two of its places, by trying every 20 ms; each function returns milliseconds. */
export interface Measure {
	/**
	 * Until the relay can open TCP to the home's port 25 through the tunnel. Call it when what should cut the
	 * connection has happened, or the first try may still succeed by the old way. The home is at Heimweg's tunnel
	 * address, if no other is given.
	 */
	relayReachesHome(options?: MeasureOptions & { home?: string }): Promise<number>;
	/** Until the zone's authoritative server gives exactly this address for the name. */
	answers(name: string, type: "A" | "AAAA", value: string, options?: MeasureOptions): Promise<number>;
	/** Ends the two processes that try. To be called before the relay is switched off, and again for after it. */
	stop(): Promise<void>;
}

/** Starts the two processes that try, one on the relay's network and one on the internet; takes about a second. */
export async function startMeasure(lab: Lab): Promise<Measure> {
	const [relay, internet] = await Promise.all([
		startProbe(lab.relay.namespace),
		startProbe(lab.internet.namespace),
	]);
	const server = addresses.services.ipv4;
	return {
		relayReachesHome: (options) =>
			relay.ask(
				"the relay can open TCP to the home's port 25",
				{ kind: "connect", host: options?.home ?? tunnel.home[0]!, port: 25, pace: options?.pace },
				options,
			),
		answers: (name, type, value, options) =>
			internet.ask(
				`the name server answers ${name} ${type} ${value}`,
				{ kind: "record", server, name, type, value, pace: options?.pace },
				options,
			),
		async stop() {
			await Promise.all([relay.stop(), internet.stop()]);
		},
	};
}

interface Probe {
	ask(what: string, question: Question, options?: MeasureOptions): Promise<number>;
	stop(): Promise<void>;
}

async function startProbe(namespace: Namespace): Promise<Probe> {
	const program = fileURLToPath(new URL("probe.ts", import.meta.url));
	const child = namespace.spawn([process.execPath, "--import", "tsx", program], {
		cwd: projectFolder,
		stdio: ["pipe", "pipe", "inherit"],
	});
	const [input, output] = [child.stdin!, child.stdout!];
	const waiting = new Map<number, { yes: (at: Moment) => void; no: (error: Error) => void }>();
	// What is written to one that has ended fails here; its end is reported below.
	input.on("error", () => {});
	const ended = once(child, "exit");
	await new Promise<void>((ready, failed) => {
		createInterface({ input: output }).on("line", (line) => {
			const report = JSON.parse(line) as Report;
			if ("ready" in report) ready();
			else waiting.get(report.id)?.yes(BigInt(report.at));
		});
		void ended.then(() => {
			const error = new Error(`the process that tries in ${namespace.name} has ended`);
			failed(error);
			for (const { no } of waiting.values()) no(error);
		});
	});
	const send = (command: Command) => input.write(`${JSON.stringify(command)}\n`);
	let lastId = 0;
	return {
		async ask(what, question, { since = now(), timeout = 30_000, signal } = {}) {
			const id = ++lastId;
			const stopWaiting = new AbortController();
			const timer = setTimeout(
				() => stopWaiting.abort(new Error(`waited ${timeout / 1000} s until ${what}`)),
				timeout,
			);
			const end = AbortSignal.any([stopWaiting.signal, ...(signal ? [signal] : [])]);
			try {
				const at = await new Promise<Moment>((yes, no) => {
					end.throwIfAborted();
					end.addEventListener("abort", () => no(end.reason), { once: true });
					waiting.set(id, { yes, no });
					send({ id, ask: question });
				});
				return between(since, at);
			} finally {
				clearTimeout(timer);
				waiting.delete(id);
				send({ id, forget: true });
			}
		},
		async stop() {
			input.end();
			await ended;
		},
	};
}
