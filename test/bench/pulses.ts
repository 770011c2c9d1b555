import type { Host } from "../lab/host.ts";
import type { Moment } from "../lab/measure.ts";
import { type PulseKind, tracePulses } from "../lab/pulse-trace.ts";
import { watchLines } from "./lines.ts";

/** Sees the pulses on the home's tunnel interface, without a part of Heimweg. */
export interface Pulses {
	/** When the next pulse leaves; times out after so many milliseconds. */
	nextSent(timeout?: number): Promise<Moment>;
	/** When the next answer comes. */
	nextAnswered(timeout?: number): Promise<Moment>;
	stop(): Promise<void>;
}

export async function watchPulses(home: Host): Promise<Pulses> {
	const trace = await tracePulses(home.namespace);
	const lines = watchLines(home.namespace, trace.argv);
	const is = (kind: PulseKind) => (line: string) => trace.kindOf(line) === kind;
	return {
		nextSent: (timeout) => lines.next(is("sent"), timeout),
		nextAnswered: (timeout) => lines.next(is("answered"), timeout),
		async stop() {
			await lines.stop();
			await trace.stop();
		},
	};
}
