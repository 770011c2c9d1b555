import { type Endpoint, familyOf } from "../../shared/address.ts";
import { HeimwegError } from "../../shared/errors.ts";
import type { Invitation } from "../../shared/invitation/code.ts";
import type { Accepted, homeExchange } from "../../shared/invitation/exchange.ts";
import { deriveKeys } from "../../shared/protocol/keys.ts";
import { SECOND } from "../../shared/time.ts";
import type { firstPulse } from "./first-pulse.ts";
import { type EnrolPaths, filesIn } from "./paths.ts";
import { letOut } from "./troubles.ts";
import type { JoinTunnel } from "./tunnel.ts";

/** How long the relay may take to answer a pulse, over all its addresses. */
const pulsePatience = 45 * SECOND;

/** Puts the real keys in the code's place, and has the relay answer a pulse that counts; throws when it does not. */
export async function proveTunnel(options: {
	invitation: Invitation;
	accepted: Accepted;
	privateKey: string;
	exchange: ReturnType<typeof homeExchange>;
	tunnel: JoinTunnel;
	endpoints: readonly Endpoint[];
	paths: EnrolPaths;
	pulse: typeof firstPulse;
	closedWays(): Promise<string[]>;
	signal: AbortSignal;
}): Promise<void> {
	const { privateKey, exchange, tunnel, endpoints, signal } = options;
	const { relayKey, relayAddresses, networks } = options.invitation;
	const { addresses, mtu, pulse_port: port } = options.accepted;
	const { key, presharedKey } = filesIn(options.paths);
	const settings = {
		...{ privateKey, privateKeyFile: key, presharedKeyFile: presharedKey },
		...{ addresses, networks, mtu, relayKey, relayAddresses },
	};
	const keys = deriveKeys(privateKey, relayKey, "home", exchange.presharedKey);
	const to = relayAddresses.find((relay) => addresses.some((own) => familyOf(own) === familyOf(relay)))!;
	const from = addresses.find((own) => familyOf(own) === familyOf(to))!;
	for (const endpoint of endpoints) {
		await tunnel.set(settings, endpoint);
		const patience = pulsePatience / endpoints.length;
		if (await options.pulse({ from, to, port, keys, patience, signal })) return;
		signal.throwIfAborted();
	}
	const closed = await options.closedWays();
	throw new HeimwegError(
		"the relay accepted this home's key, and does not answer through the tunnel with it",
		{
			remedy:
				closed.length > 0
					? letOut(closed)
					: 'look on the relay at "heimweg-relay status", mend what it says, and run "heimweg join" again here; it goes on without the code',
		},
	);
}
