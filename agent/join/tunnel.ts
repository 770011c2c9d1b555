import { z } from "zod";
import { type Address, type Cidr, type Endpoint, familyOf } from "../../shared/address.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { createGuard, type GuardWish } from "../../shared/guard.ts";
import { readJsonList } from "../../shared/json-list.ts";
import { SECOND } from "../../shared/time.ts";
import { removeTunnelInterface, tunnelInterface } from "../../shared/tunnel-interface.ts";
import { interfaceName } from "./paths.ts";

/** Seconds between WireGuard's own keepalives, as the daemon has them. */
const keepalive = 25;

const waySchema = z.looseObject({ dev: z.string(), table: z.coerce.string().optional() });

/** What one of the two tunnels of enrolment is like. */
export interface TunnelSettings {
	privateKey: string;
	privateKeyFile: string;
	presharedKeyFile: string;
	addresses: readonly Address[];
	networks: readonly Cidr[];
	mtu: number;
	relayKey: string;
	relayAddresses: readonly Address[];
}

/** The interface hw0 as enrolment has it; the daemon, which starts later, takes it over as it is. */
export interface JoinTunnel {
	/** Sets the guard, then the interface, and then the relay as its one peer. */
	set(settings: TunnelSettings, endpoint: Endpoint, rules?: readonly GuardWish[]): Promise<void>;
	/** Whether WireGuard has ever heard the relay since the peer was set. */
	heard(): Promise<boolean>;
	/** Where packets to the relay's tunnel address leave, when that is not the tunnel. */
	astray(from: Address, to: Address): Promise<string | undefined>;
	/** Takes interface and guard away. */
	remove(): Promise<void>;
}

export function joinTunnel(run: RunCommand): JoinTunnel {
	let networks: readonly Cidr[] = [];
	const guardWith = (rules: readonly GuardWish[]) =>
		createGuard({ run, interface: interfaceName, networks, rules: () => rules });
	let wireguard: ReturnType<typeof tunnelInterface>["wireguard"] | undefined;

	return {
		async set(settings, endpoint, rules = []) {
			networks = settings.networks;
			// Before there is anything that could carry a packet.
			await guardWith(rules).ensure();
			await startWireguardGo(run);
			const device = tunnelInterface(run, { name: interfaceName, ...settings });
			await device.ensure();
			wireguard = device.wireguard;
			const { peers = [] } = (await wireguard.device()) ?? {};
			const strangers = peers.map(({ publicKey }) => publicKey).filter((key) => key !== settings.relayKey);
			if (strangers.length > 0) await wireguard.removePeers(strangers);
			// Removed and added: a session with the other key, or preshared key, would be good for nothing.
			await wireguard.renewPeer({
				publicKey: settings.relayKey,
				endpoint,
				allowed: settings.relayAddresses,
				presharedKeyFile: settings.presharedKeyFile,
				keepalive,
			});
		},
		async heard() {
			const { peers = [] } = (await wireguard?.device()) ?? {};
			return peers.some(({ latestHandshake }) => latestHandshake > 0);
		},
		async astray(from, to) {
			const said = await run("ip", ["-j", "route", "get", to, "from", from]).catch(() => "[]");
			const [way] = readJsonList(said, waySchema);
			if (!way || way.dev === interfaceName) return undefined;
			return way.table === undefined ? way.dev : `${way.dev} (table ${way.table})`;
		},
		async remove() {
			await stopWireguardGo(run);
			await removeTunnelInterface(run, interfaceName);
			await guardWith([]).remove();
		},
	};
}

const helper = `heimweg-wireguard-go@${interfaceName}`;

/** Where the kernel has WireGuard its own conditions keep the unit from starting. */
async function startWireguardGo(run: RunCommand): Promise<void> {
	await systemctl(run, "start", helper);
}

async function stopWireguardGo(run: RunCommand): Promise<void> {
	await systemctl(run, "stop", helper);
}

async function systemctl(run: RunCommand, verb: string, unit: string): Promise<void> {
	try {
		await run("systemctl", [verb, unit], { timeout: 30 * SECOND });
	} catch (error) {
		// What lacks is said by whoever makes the interface; a machine without systemd has a kernel that may do.
		if (!(error instanceof CommandError)) throw error;
	}
}

/**
 * While this home has the first tunnel, only the port of enrolment's answers come in through it: nothing that listens here
 * was meant for it yet, and the relay is not known to be the right one.
 */
export function answersOnly(relay: Address, port: number): GuardWish[] {
	const ip = familyOf(relay) === 4 ? "ip" : "ip6";
	return [
		{
			chain: "prerouting",
			rule: `iifname "${interfaceName}" ${ip} saddr ${relay} tcp sport ${port} tcp flags & (syn | ack) != syn accept`,
		},
		{ chain: "prerouting", rule: `iifname "${interfaceName}" drop` },
	];
}
