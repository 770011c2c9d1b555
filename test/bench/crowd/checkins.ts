import { setTimeout as sleep } from "node:timers/promises";
import { askRelay } from "../../../agent/relay/client.ts";
import { parseAddress } from "../../../shared/address.ts";
import { jitterOf } from "../../../shared/jitter.ts";
import { checkinLimit, checkinPath } from "../../../shared/protocol/checkin.ts";
import { deriveKeys } from "../../../shared/protocol/keys.ts";
import { percentile } from "../figure.ts";
import { crowdHome, tunnel } from "./home.ts";
import { work } from "./worker.ts";

// The homes' check-ins, in a process of their own, so that their TLS delays no pulse: over the agent's own client, from
// each home's tunnel address, each at the home's own moment.

export interface CheckinsSetting {
	homes: number;
	/** The relay's WireGuard key. */
	publicKey: string;
	port: number;
}

/** What came of the check-ins; times in milliseconds. */
export interface CheckinsSeen {
	answered: number;
	failed: number;
	p50: number;
	p99: number;
	/** From the first to the last answer. */
	took: number;
}

const setting = JSON.parse(process.argv[2]!) as CheckinsSetting;
const relay = parseAddress(tunnel.relay[0]!);

/** Milliseconds that the agent waits for the answer. */
const patience = 10_000;

const homes = Array.from({ length: setting.homes }, (_, number) => {
	const { privateKey, addresses, domains } = crowdHome(number);
	return {
		...{ relay, from: parseAddress(addresses[0]), port: setting.port, bearer: "" },
		keys: deriveKeys(privateKey, setting.publicKey, "home"),
		spoken: { has: () => true, add: () => {} },
		// No address: it would be another than the stand-in for wg shows.
		says: { version: "0.1.0", addresses: {}, domains, conditions: [] },
		key: privateKey,
	};
});

work({
	/** All check in within so many milliseconds. */
	async all({ within }: { within: number }): Promise<CheckinsSeen> {
		const began = performance.now();
		const times: number[] = [];
		let failed = 0;
		await Promise.all(
			homes.map(async (home) => {
				await sleep(jitterOf(home.key, within));
				const from = performance.now();
				const limits = { signal: AbortSignal.timeout(patience), patience, limit: checkinLimit };
				const { status } = await askRelay(home, checkinPath, home.says, limits).catch(() => ({ status: 0 }));
				if (status === 200) times.push(performance.now() - from);
				else failed += 1;
			}),
		);
		const at = (share: number) => percentile(times, share);
		return { answered: times.length, failed, p50: at(0.5), p99: at(0.99), took: performance.now() - began };
	},
});
