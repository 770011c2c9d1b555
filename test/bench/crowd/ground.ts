import type { Host } from "../../lab/host.ts";
import { startRelay } from "../../lab/lab.ts";
import type { Namespace } from "../../lab/namespace.ts";
import { addresses } from "../../lab/network.ts";
import type { Run } from "../../lab/run.ts";
import { type KeyPair, wireguardKeys } from "../../lab/scene.ts";
import { simulateTunnel } from "./border.ts";
import { endpoints } from "./home.ts";
import { installCompanion } from "./relay.ts";
import type { RelayEndpoint } from "./way.ts";

/** A relay that has booted, with the companion installed, and the network namespace that the homes live in. */
export interface Ground {
	run: Run;
	relay: Host;
	homes: Namespace;
	key: KeyPair;
	/** Which tunnels of so many homes are real, in words. */
	tunnels(homes: number): string;
	/** Where real tunnels end; undefined when all are simulated. */
	real?: RelayEndpoint;
	stop(): Promise<void>;
}

/** Boots a relay and connects the crowd's homes with it, through WireGuard or where the companion ends. */
export async function layGround(log: (line: string) => void, real: boolean): Promise<Ground> {
	const { run, relay, network, stop } = await startRelay({ log });
	try {
		const key = wireguardKeys();
		await installCompanion(relay, key);
		if (!real) {
			const homes = await simulateTunnel(run, relay, key.privateKey);
			const tunnels = (count: number) =>
				`no real WireGuard: the tunnels of ${count} are simulated where the companion ends, and wg is a stand-in`;
			return { run, relay, key, stop, tunnels, homes };
		}
		const homes = network.inet;
		await homes.ip(`route add local ${endpoints} dev lo`);
		const tunnels = (count: number) => `${count} real WireGuard sessions, wireguard-go at the relay`;
		return { run, relay, key, stop, tunnels, homes, real: { address: addresses.relay.ipv4, port: 51820 } };
	} catch (error) {
		await stop();
		throw error;
	}
}
