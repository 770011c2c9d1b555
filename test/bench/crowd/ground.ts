import type { Host } from "../../lab/host.ts";
import { startRelay } from "../../lab/lab.ts";
import type { Namespace } from "../../lab/namespace.ts";
import type { Run } from "../../lab/run.ts";
import { type KeyPair, wireguardKeys } from "../../lab/scene.ts";
import { simulateTunnel } from "./border.ts";
import { installCompanion } from "./relay.ts";

/** A relay that has booted, with the companion installed, and the network namespace that the homes live in. */
export interface Ground {
	run: Run;
	relay: Host;
	homes: Namespace;
	key: KeyPair;
	/** Which tunnels of so many homes are real, in words. */
	tunnels(homes: number): string;
	stop(): Promise<void>;
}

/** Boots a relay and connects the crowd's homes with it. */
export async function layGround(log: (line: string) => void): Promise<Ground> {
	const { run, relay, stop } = await startRelay({ log });
	try {
		const key = wireguardKeys();
		await installCompanion(relay, key);
		const tunnels = (homes: number) =>
			`no real WireGuard: the tunnels of ${homes} are simulated where the companion ends, and wg is a stand-in`;
		return { run, relay, key, stop, tunnels, homes: await simulateTunnel(run, relay, key.privateKey) };
	} catch (error) {
		await stop();
		throw error;
	}
}
