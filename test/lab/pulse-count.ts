import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Host } from "./host.ts";
import { between, type Moment, now } from "./measure.ts";
import { type PulseKind, tracePulses } from "./pulse-trace.ts";

/** Pulses as the home's kernel saw them on the tunnel, without a part of Heimweg. */
export interface PulseCount {
	sent: number;
	answered: number;
	/** The longest times from one pulse to the next, and from one answer to the next, in milliseconds. */
	longestSilence: { sent: number; answered: number };
}

/** Counts pulses while something is done. */
export async function countPulses(home: Host, act: () => Promise<void>): Promise<PulseCount> {
	const { namespace } = home;
	const trace = await tracePulses(namespace);
	const moments: Record<PulseKind, Moment[]> = { sent: [], answered: [] };
	const child = namespace.spawn(["stdbuf", "-oL", ...trace.argv], { stdio: ["ignore", "pipe", "ignore"] });
	const ended = once(child, "exit");
	createInterface({ input: child.stdout! }).on("line", (line) => {
		const kind = trace.kindOf(line);
		if (kind) moments[kind].push(now());
	});
	try {
		await act();
	} finally {
		child.kill();
		await ended;
		await trace.stop();
	}
	const longest = (list: Moment[]) =>
		Math.max(0, ...list.slice(1).map((moment, i) => between(list[i]!, moment)));
	return {
		sent: moments.sent.length,
		answered: moments.answered.length,
		longestSilence: { sent: longest(moments.sent), answered: longest(moments.answered) },
	};
}
