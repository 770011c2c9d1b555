import type { TunnelOptions } from "../../../agent/relay/tunnel.ts";
import { type Address, endpointText, parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { wireguard } from "../../../shared/wireguard.ts";

interface ModelPeer {
	endpoint?: string;
	allowed: string[];
	keepalive: number;
	preshared: string;
	/** Number of the session; undefined until a handshake. */
	session?: number;
	/** Seconds since 1970, of the latest that is told of. */
	handshake?: number;
}

/**
 * WireGuard between a home and a relay as far as the tunnel's failover depends on it (whitepaper, 6): `wg` commands
 * change the home's peers; a session lives on both sides or is lost; removing a peer forgets it, another endpoint
 * does not; an answer comes only if the endpoint in use leads to the relay and both sides hold the same session.
 *
 * @param clock milliseconds since 1970
 */
export function wireguardModel(relayKey: string, clock: () => number) {
	const peers = new Map<string, ModelPeer>();
	const commands: string[] = [];
	/** Addresses of the relay that a TCP connection reaches, and those that UDP reaches. */
	const paths = { tcp: new Set<Address>(), udp: new Set<Address>() };
	/** `answers`: its pulses; WireGuard shakes hands while it runs. */
	const relay = { running: true, answers: true, session: undefined as number | undefined };
	/** Our UDP port; a router may keep a dead translation for one. */
	const port = { now: 40_000, dead: 0 };
	let exists = false;
	let sessions = 0;
	/** The outer source address that WireGuard keeps per peer, until the endpoint is set. */
	let source: string | undefined;

	function set(args: string[]): void {
		let peer: ModelPeer | undefined;
		let key = "";
		while (args.length > 0) {
			const word = args.shift()!;
			if (word === "listen-port") {
				args.shift();
				port.now += 1;
				continue;
			}
			if (word === "peer") {
				key = args.shift()!;
				if (args[0] === "remove") {
					args.shift();
					peers.delete(key);
					continue;
				}
			}
			peer = peers.get(key) ?? { allowed: [], keepalive: 0, preshared: "(none)" };
			peers.set(key, peer);
			if (word === "peer") continue;
			const value = args.shift()!;
			if (word === "endpoint") {
				peer.endpoint = endpointText(parseEndpoint(value));
				source = undefined;
			} else if (word === "allowed-ips") peer.allowed = value.split(",");
			else if (word === "persistent-keepalive") peer.keepalive = Number(value);
			else if (word === "preshared-key") peer.preshared = value === "/dev/null" ? "(none)" : value;
			else throw new Error(`wg(8) knows no "${word}"`);
		}
	}

	function dump(): string {
		const lines = [...peers].map(([key, peer]) => [
			...[key, peer.preshared, peer.endpoint ?? "(none)", peer.allowed.join(",") || "(none)"],
			...[peer.handshake ?? 0, 0, 0, peer.keepalive || "off"],
		]);
		return [["private", "public", 51820, "off"], ...lines].map((line) => `${line.join("\t")}\n`).join("");
	}

	const run: RunCommand = async (command, args) => {
		const [verb, , ...rest] = args;
		if (!exists) throw new CommandError("wg", "wg failed", { stderr: "No such device" });
		if (verb === "show") return dump();
		commands.push([command, ...args].join(" "));
		set([...rest]);
		return "";
	};

	const device: TunnelOptions["device"] = {
		wireguard: wireguard(run, "hw0"),
		async ensure() {
			if (exists) return [];
			exists = true;
			return ["interface made"];
		},
	};

	return {
		device,
		paths,
		relay,
		port,
		commands,
		peer: () => peers.get(relayKey),
		addPeer: (key: string, peer: Partial<ModelPeer>) =>
			peers.set(key, { allowed: [], keepalive: 0, preshared: "(none)", ...peer }),
		peerKeys: () => [...peers.keys()],
		removeInterface() {
			exists = false;
			peers.clear();
		},
		source: () => source,
		/** Sends one pulse; true when it is answered. `from` is the source that the kernel would choose now. */
		pulse(from = "any"): boolean {
			const peer = peers.get(relayKey);
			const to = peer?.endpoint && parseEndpoint(peer.endpoint).address;
			if (!exists || !peer || !to || !paths.udp.has(to) || !relay.running) return false;
			if (port.now === port.dead) return false;
			source ??= from;
			if (peer.session === undefined) {
				sessions += 1;
				peer.session = sessions;
				relay.session = sessions;
				peer.handshake = Math.floor(clock() / 1_000);
			}
			return relay.answers && peer.session === relay.session;
		},
		/** A packet that the relay sent from this address arrives: WireGuard sends there from now on. */
		arrivesFrom(address: Address) {
			peers.get(relayKey)!.endpoint = endpointText({ address, port: 51820 });
		},
		/** A path for all traffic comes, or goes. */
		open(...addresses: string[]) {
			for (const text of addresses) for (const set of Object.values(paths)) set.add(parseAddress(text));
		},
		close(...addresses: string[]) {
			for (const text of addresses) for (const set of Object.values(paths)) set.delete(parseAddress(text));
		},
	};
}
