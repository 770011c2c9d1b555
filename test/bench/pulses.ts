import type { Host } from "../lab/host.ts";
import type { Moment } from "../lab/measure.ts";
import { watchLines } from "./lines.ts";

/** Sees the pulses on the home's tunnel interface, without a part of Heimweg. */
export interface Pulses {
	/** When the next pulse leaves; times out after so many milliseconds. */
	nextSent(timeout?: number): Promise<Moment>;
	/** When the next answer comes. */
	nextAnswered(timeout?: number): Promise<Moment>;
	stop(): Promise<void>;
}

const port = 8686;

/** Has the home's kernel report each pulse and each answer (nft(8), "monitor trace"). */
export async function watchPulses(home: Host): Promise<Pulses> {
	const { namespace } = home;
	await namespace.nft(`
table inet bench {
	chain sent { type filter hook output priority 10; oifname "hw0" udp dport ${port} meta nftrace set 1; }
	chain answered { type filter hook input priority 10; iifname "hw0" udp sport ${port} meta nftrace set 1; }
}`);
	const lines = watchLines(namespace, ["nft", "monitor", "trace"]);
	const packetIn = (chain: string) => (line: string) => line.includes(` inet bench ${chain} packet: `);
	return {
		nextSent: (timeout) => lines.next(packetIn("sent"), timeout),
		nextAnswered: (timeout) => lines.next(packetIn("answered"), timeout),
		async stop() {
			await lines.stop();
			await namespace.nft("delete table inet bench");
		},
	};
}
