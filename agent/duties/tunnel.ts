import { type Address, type Endpoint, endpointText, type Family, familyOf } from "../../shared/address.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import { type Health, spanOf } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import type { TunnelInterface } from "../../shared/tunnel-interface.ts";
import { hostNetwork, type Peer, type PeerSettings } from "../../shared/wireguard.ts";
import { endpointUnresolved, lineDown, tunnelDown, tunnelFailing } from "../conditions.ts";
import { createRecovery, type Step } from "./recovery.ts";

export interface TunnelOptions {
	device: TunnelInterface;
	relay: {
		host: string;
		port: number;
		publicKey: string;
		addresses: readonly Address[];
		presharedKeyFile: string | undefined;
		/** Stands for the key in that file. */
		presharedKeyMark: string | undefined;
	};
	outer: "auto" | "ipv4" | "ipv6";
	/** The addresses of a name, or of an address itself; throws when it cannot be resolved. */
	resolve(host: string): Promise<Address[]>;
	/** True when the relay can be reached outside the tunnel. */
	pathWorks(relay: Address): Promise<boolean>;
	/** Families with a default route. */
	families(): ReadonlySet<Family>;
	/** Addresses that the name had when it last could be resolved. */
	lastGood: readonly Address[];
	onResolved(addresses: readonly Address[]): void;
	/** The interface is up and has our relay as its peer. */
	onUp(): void;
	health: Health;
	log: Logger;
	now?: () => number;
}

export interface Tunnel {
	duty: Duty;
	/** The relay answered a pulse. */
	answered(): void;
	/** No pulse was answered for so many milliseconds. */
	silent(milliseconds: number): void;
	/** The families with a default route changed, or the interface vanished. */
	lineChanged(): void;
	/** True while pulses are answered. */
	up(): boolean;
	/** The outer endpoint in use. */
	endpoint(): Endpoint | undefined;
}

/** Seconds between WireGuard's own keepalives: they hold the NAT open should the agent not run. */
const keepalive = 25;

/** Keeps our interface and its one peer as they should be, and revives a tunnel that does not answer. */
export function createTunnel(options: TunnelOptions): Tunnel {
	const { device, relay, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const recovery = createRecovery();
	let known: readonly Address[] = options.lastGood;
	/** The family that `auto` settled on, because the preferred one did not work. */
	let fallback: Family | undefined;
	let endpoint: Endpoint | undefined;
	let silentFor = 0;
	let answers = false;
	let downSince: number | undefined;

	async function run(signal: AbortSignal): Promise<void> {
		const done = await device.ensure(signal);
		if (done.length > 0) log.info(`tunnel interface set up: ${done.join(", ")}`);
		await ensurePeer(signal);
		options.onUp();
		if (silentFor > 0) await revive();
	}

	async function ensurePeer(signal: AbortSignal): Promise<void> {
		const peers = (await device.wireguard.device(signal))?.peers ?? [];
		const strangers = peers
			.filter((peer) => peer.publicKey !== relay.publicKey)
			.map((peer) => peer.publicKey);
		if (strangers.length > 0) await device.wireguard.removePeers(strangers);
		const present = peers.find((peer) => peer.publicKey === relay.publicKey);
		if (present?.endpoint) endpoint = present.endpoint;
		else if (!endpoint || !familyAllowed(familyOf(endpoint.address))) endpoint = await choose();
		else await resolveQuietly();
		if (present?.endpoint && !familyAllowed(familyOf(present.endpoint.address))) endpoint = await choose();
		const wanted = settings();
		if (present && matches(present, wanted)) return;
		await device.wireguard.setPeers([wanted]);
		log.info({ relay: endpointText(wanted.endpoint!) }, "the relay is set as the tunnel's peer");
	}

	function settings(): PeerSettings {
		return {
			publicKey: relay.publicKey,
			endpoint,
			allowed: relay.addresses,
			presharedKeyFile: relay.presharedKeyFile,
			keepalive,
		};
	}

	function matches(present: Peer, wanted: PeerSettings): boolean {
		return (
			present.endpoint !== undefined &&
			endpointText(present.endpoint) === endpointText(wanted.endpoint!) &&
			present.keepalive === keepalive &&
			present.presharedKeyMark === relay.presharedKeyMark &&
			[...present.allowed].sort().join() === [...relay.addresses].map(hostNetwork).sort().join()
		);
	}

	/** The best endpoint that is known: the preferred family first, if this machine has a way there. */
	async function choose(): Promise<Endpoint> {
		await resolveQuietly();
		const families = options.families();
		const order = preference();
		const usable = known.filter((address) => order.includes(familyOf(address)));
		const rank = (a: Address) => order.indexOf(familyOf(a)) + (families.has(familyOf(a)) ? 0 : 10);
		const [best] = [...usable].sort((a, b) => rank(a) - rank(b));
		if (best) return { address: best, port: relay.port };
		const family = options.outer === "auto" ? "" : ` in ${options.outer}`;
		throw new HeimwegError(`no address of the relay ${relay.host}${family} is known`, {
			remedy: "look whether its name can be resolved here, and at relays.endpoint and tunnel.outer",
		});
	}

	function preference(): Family[] {
		if (options.outer !== "auto") return [options.outer === "ipv4" ? 4 : 6];
		return fallback === 6 ? [6, 4] : [4, 6];
	}

	function familyAllowed(family: Family): boolean {
		return options.outer === "auto"
			? known.length === 0 || options.families().has(family) || options.families().size === 0
			: preference().includes(family);
	}

	/** Resolves the relay's name; what it was before stays when that fails. */
	async function resolveQuietly(): Promise<void> {
		try {
			const found = await options.resolve(relay.host);
			if (found.length === 0) throw new HeimwegError("it has no address");
			if (found.join() !== known.join()) options.onResolved(found);
			known = found;
			health.clear(endpointUnresolved);
		} catch (error) {
			const using =
				known.length > 0 ? `its last known address ${known.join(", ")} is used` : "no address is known";
			health.set(endpointUnresolved, "", { host: relay.host, error: messageOf(error), using });
		}
	}

	/** Takes the step that is due for a silent tunnel, if one is. */
	async function revive(): Promise<void> {
		const current = endpoint!;
		const other = otherFamily(current.address);
		const lineUp =
			options.families().has(familyOf(current.address)) ||
			Boolean(other && options.families().has(familyOf(other)));
		const [pathUp, otherPathUp] = lineUp
			? await Promise.all([options.pathWorks(current.address), other ? options.pathWorks(other) : undefined])
			: [undefined, undefined];
		if (silentFor === 0) return;
		const step = recovery.next({ now: now(), silentFor, lineUp, pathUp, otherPathUp });
		if (step) await take(step);
	}

	async function take(step: Step): Promise<void> {
		const before = endpointText(endpoint!);
		if (step !== "renew") await resolveQuietly();
		const other = otherFamily(endpoint!.address);
		if (step === "other-family" && other) {
			fallback = familyOf(other);
			endpoint = { address: other, port: relay.port };
		} else if (step !== "renew" && known.length > 0 && !known.includes(endpoint!.address)) {
			endpoint = await choose();
		}
		const after = endpointText(endpoint!);
		if (step === "look-up" && after === before) return;
		await device.wireguard.renewPeer(settings());
		log.debug({ step, endpoint: after }, "the peer was removed and added again to force a handshake");
		if (after !== before) log.info({ from: before, to: after }, `the relay is now tried at ${after}`);
	}

	function otherFamily(address: Address): Address | undefined {
		if (options.outer !== "auto") return undefined;
		return known.find(
			(candidate) => familyOf(candidate) !== familyOf(address) && options.families().has(familyOf(candidate)),
		);
	}

	const duty = createDuty({
		name: "tunnel",
		run: ({ signal }) => run(signal),
		deadline: 30_000,
		backoff: { first: 500, max: 10_000 },
		failing: tunnelFailing,
		health,
		log,
	});

	return {
		duty,
		up: () => answers,
		endpoint: () => endpoint,
		answered() {
			silentFor = 0;
			if (answers) return;
			answers = true;
			recovery.over();
			const span = downSince === undefined ? "" : ` after ${((now() - downSince) / 1000).toFixed(1)} s`;
			log.info({ relay: endpoint && endpointText(endpoint) }, `tunnel up${span}`);
			downSince = undefined;
			health.clear(tunnelDown);
			health.clear(lineDown);
		},
		silent(milliseconds) {
			silentFor = milliseconds;
			if (answers || downSince === undefined) downSince = now() - milliseconds;
			answers = false;
			const down = options.families().size === 0;
			if (down) health.set(lineDown, "", undefined);
			else {
				health.clear(lineDown);
				health.set(tunnelDown, "", {
					relay: relay.host,
					handshake: `since ${spanOf(Math.round(milliseconds / 1000))}`,
				});
			}
			duty.poke();
		},
		lineChanged() {
			recovery.hope(now());
			duty.poke(undefined, { news: true });
		},
	};
}
