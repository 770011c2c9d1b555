import type { Namespace } from "./namespace.ts";

const port = 8686;

/** A pulse of the home, and the relay's answer to one. */
export type PulseKind = "sent" | "answered";

/** The home's kernel reports each pulse and each answer on the tunnel (nft(8), "monitor trace"), without a part of Heimweg. */
export interface PulseTrace {
	/** The program whose lines tell them. */
	readonly argv: string[];
	/** What a line of it tells. */
	kindOf(line: string): PulseKind | undefined;
	/** Takes the rules away. */
	stop(): Promise<void>;
}

export async function tracePulses(namespace: Namespace): Promise<PulseTrace> {
	await namespace.nft(`
table inet pulses {
	chain sent { type filter hook output priority 10; oifname "hw0" udp dport ${port} meta nftrace set 1; }
	chain answered { type filter hook input priority 10; iifname "hw0" udp sport ${port} meta nftrace set 1; }
}`);
	return {
		argv: ["nft", "monitor", "trace"],
		kindOf: (line) => / inet pulses (sent|answered) packet: /.exec(line)?.[1] as PulseKind | undefined,
		stop: () => namespace.nft("delete table inet pulses"),
	};
}
