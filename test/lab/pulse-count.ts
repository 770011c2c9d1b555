import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Host } from "./host.ts";
import { between, type Moment, now } from "./measure.ts";

/** Pulses as the home's kernel saw them on the tunnel, without a part of Heimweg. */
export interface PulseCount {
	sent: number;
	answered: number;
	/** The longest times from one pulse to the next, and from one answer to the next, in milliseconds. */
	longestSilence: { sent: number; answered: number };
}

const port = 8686;
const chains = ["sent", "answered"] as const;

/** Counts pulses while something is done (nft(8), "monitor trace"). */
export async function countPulses(home: Host, act: () => Promise<void>): Promise<PulseCount> {
	const { namespace } = home;
	await namespace.nft(`
table inet count {
	chain sent { type filter hook output priority 10; oifname "hw0" udp dport ${port} meta nftrace set 1; }
	chain answered { type filter hook input priority 10; iifname "hw0" udp sport ${port} meta nftrace set 1; }
}`);
	const moments: Record<(typeof chains)[number], Moment[]> = { sent: [], answered: [] };
	const child = namespace.spawn(["stdbuf", "-oL", "nft", "monitor", "trace"], {
		stdio: ["ignore", "pipe", "ignore"],
	});
	const ended = once(child, "exit");
	createInterface({ input: child.stdout! }).on("line", (line) => {
		for (const chain of chains)
			if (line.includes(` inet count ${chain} packet: `)) moments[chain].push(now());
	});
	try {
		await act();
	} finally {
		child.kill();
		await ended;
		await namespace.nft("delete table inet count");
	}
	const longest = (list: Moment[]) =>
		Math.max(0, ...list.slice(1).map((moment, i) => between(list[i]!, moment)));
	return {
		sent: moments.sent.length,
		answered: moments.answered.length,
		longestSilence: { sent: longest(moments.sent), answered: longest(moments.answered) },
	};
}
