import type { Address } from "../../shared/address.ts";
import { type Backoff, waitAfter } from "../../shared/backoff.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import { readKey } from "../../shared/keys.ts";
import type { Logger } from "../../shared/log.ts";
import { workMeter } from "../../shared/rest.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import type { TunnelInterface } from "../../shared/tunnel-interface.ts";
import {
	addressesOf,
	hostNetwork,
	type Peer,
	type PeerSettings,
	presharedKeyMark,
} from "../../shared/wireguard.ts";
import { say } from "../../shared/words/say.ts";
import type { EnrolmentPeer, Home, Peers, Presence } from "../facts.ts";
import { peerSecretWrong, peersFailing } from "./conditions.ts";
import { createEnrolments } from "./enrolments.ts";

export interface PeersOptions {
	/** Whether the guard stands; nothing is done before. */
	guarded?: () => boolean;
	device: TunnelInterface;
	/** The homes to serve, by id. */
	homes(): ReadonlyMap<string, Home>;
	/** Through which peers homes may ask to join. */
	enrolments?(): readonly EnrolmentPeer[] | undefined;
	/** Undefined while nothing is known of it. */
	presence(home: string): Presence | undefined;
	/** Makes WireGuard start a handshake with the home at this tunnel address. */
	nudge(address: Address): void;
	/** The interface is up and has its addresses. */
	onUp(): void;
	/** What WireGuard's peers are now. */
	onPeers?(peers: Peers): void;
	/** A run has ended, and kept a core busy for so many milliseconds. */
	onEnd?(took: number): void;
	health: Health;
	log: Logger;
	now?: () => number;
	/** Seconds since 1970, as WireGuard counts handshakes. */
	wallClock?: () => number;
}

interface Wanted extends PeerSettings {
	/** Undefined for an enrolment's. */
	home?: string;
	presharedKeyMark: string | undefined;
	/** Its preshared key cannot be read now: it can be left alone or removed, and nothing else. */
	stuck?: boolean;
}

type HomePeer = Wanted & { home: string };

/** Milliseconds of silence, and seconds since the last handshake, after which a peer's memory may be thrown away. */
const silence = 30_000;
const oldHandshake = 180;

/** Between two such tries for a home. */
const renewals: Backoff = { first: 10 * SECOND, max: 5 * MINUTE };

/** Peers that are renewed in one run, so that a relay of many absent homes stays calm. */
const renewAtOnce = 5;

/** Keeps the interface and its peers as the home files say, without touching the sessions of those that did not change. */
export function createPeers(options: PeersOptions): Duty {
	const { device, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const work = workMeter(now);
	const wallClock = options.wallClock ?? (() => Date.now() / 1000);
	const renewed = new Map<string, { at: number; count: number }>();
	const enrolments = createEnrolments({ now, wallClock });
	/** The interface was once as it should be. */
	let stood = false;

	async function run(signal: AbortSignal): Promise<void> {
		let present = new Map<string, Peer>();
		const done = await device.ensure(signal, ({ peers }) => {
			present = byKey(peers);
		});
		if (done.length > 0) log.info(`tunnel interface set up: ${done.join(", ")}`);
		if (done.length > 0 && stood)
			health.recent.note(say`the tunnel's interface was made right again: ${done.join(", ")}`);
		stood = true;
		options.onUp();
		const asking = options.enrolments?.();
		const wanted = await wantedPeers(present);
		const enrolling = await enrolments.wanted(asking ?? [], {
			keys: new Set(wanted.map(({ publicKey }) => publicKey)),
			addresses: new Set(wanted.flatMap(({ allowed }) => allowed)),
		});
		const all = [...wanted, ...enrolling];
		await reconcile(present, all);
		const keys = new Set(all.map(({ publicKey }) => publicKey));
		options.onPeers?.({ has: (publicKey) => keys.has(publicKey), enrolments: asking });
		for (const peer of enrolments.silent(enrolling, present)) await device.wireguard.renewPeer(peer);
		await renewLost(present, wanted);
	}

	/**
	 * A home whose preshared key cannot be read keeps its peer exactly as it is: `wg` refuses a whole command for one
	 * such file, and with it the changes of the others. It has none yet, or no more when its address became another's.
	 */
	async function wantedPeers(present: ReadonlyMap<string, Peer>): Promise<HomePeer[]> {
		const wanted: HomePeer[] = [];
		const stuck: HomePeer[] = [];
		for (const home of options.homes().values()) {
			const mark = await readMark(home);
			const before = present.get(home.publicKey);
			const { id, publicKey, presharedKeyFile } = home;
			if (mark !== "unusable") {
				wanted.push({
					home: id,
					publicKey,
					allowed: home.addresses,
					presharedKeyFile,
					presharedKeyMark: mark,
				});
			} else if (before) {
				const { presharedKeyMark: kept } = before;
				stuck.push({
					home: id,
					publicKey,
					allowed: addressesOf(before),
					presharedKeyMark: kept,
					stuck: true,
				});
			}
		}
		const taken = new Set(wanted.flatMap((peer) => peer.allowed));
		return [...wanted, ...stuck.filter((peer) => !peer.allowed.some((address) => taken.has(address)))];
	}

	async function readMark(home: Home): Promise<string | undefined | "unusable"> {
		if (!home.presharedKeyFile) {
			health.clear(peerSecretWrong, home.id);
			return undefined;
		}
		try {
			const key = await readKey("preshared_key_file", home.presharedKeyFile);
			health.clear(peerSecretWrong, home.id);
			return presharedKeyMark(key);
		} catch (error) {
			health.set(peerSecretWrong, home.id, { problem: messageOf(error) });
			return "unusable";
		}
	}

	async function reconcile(present: ReadonlyMap<string, Peer>, wanted: readonly Wanted[]): Promise<void> {
		const wantedByKey = new Map(wanted.map((peer) => [peer.publicKey, peer]));
		const changed = wanted.filter((peer) => !matches(present.get(peer.publicKey), peer));
		// An allowed IP belongs to one peer, and `wg set` moves it silently: whoever loses one goes first.
		const taken = new Set(changed.flatMap((peer) => peer.allowed.map(hostNetwork)));
		const losing = [...present.values()].filter((peer) => {
			const future = wantedByKey.get(peer.publicKey);
			return !future || (peer.allowed.some((a) => taken.has(a)) && !sameAddresses(peer, future));
		});
		if (losing.length > 0) await device.wireguard.removePeers(losing.map((peer) => peer.publicKey));
		if (changed.length === 0) return;
		await device.wireguard.setPeers(changed);
		const after = byKey((await device.wireguard.device())?.peers ?? []);
		const wrong = changed.filter((peer) => !matches(after.get(peer.publicKey), peer));
		if (wrong.length === 0) return;
		throw new HeimwegError(
			`WireGuard did not take the peers of ${wrong.map((peer) => peer.home ?? "an invitation").join(", ")}`,
		);
	}

	/**
	 * A home whose clock ran ahead and was put right is locked out: WireGuard drops its initiations as replays until the
	 * clock has caught up. Removing the peer makes it forget that time, and a handshake from our side needs no memory.
	 * Never while a session could still be good: on a daily reconnect that would only cost time.
	 */
	async function renewLost(present: ReadonlyMap<string, Peer>, wanted: readonly HomePeer[]): Promise<void> {
		for (const home of renewed.keys()) if (!options.homes().has(home)) renewed.delete(home);
		const lost: Array<{ peer: HomePeer; before: Peer; last: { at: number; count: number } | undefined }> = [];
		for (const peer of wanted) {
			const presence = options.presence(peer.home);
			if (presence?.here) renewed.delete(peer.home);
			const before = present.get(peer.publicKey);
			if (!presence || presence.here || peer.stuck || !before || !isLost(before, presence)) continue;
			const last = renewed.get(peer.home);
			if (!last || now() - last.at >= waitAfter(last.count, renewals)) lost.push({ peer, before, last });
		}
		// Who waited longest comes first, so that of many absent homes each has its turn.
		lost.sort((a, b) => (a.last?.at ?? 0) - (b.last?.at ?? 0));
		for (const { peer, before, last } of lost.slice(0, renewAtOnce)) {
			renewed.set(peer.home, { at: now(), count: (last?.count ?? 0) + 1 });
			await device.wireguard.renewPeer({ ...peer, endpoint: before.endpoint });
			if (before.endpoint) for (const address of peer.allowed) options.nudge(address);
		}
	}

	function isLost(peer: Peer, presence: Presence): boolean {
		const quiet = now() - (presence.lastPulse ?? presence.since);
		return (
			quiet > Math.max(silence, 3 * presence.interval) && wallClock() - peer.latestHandshake > oldHandshake
		);
	}

	return createDuty({
		name: "peers",
		async run({ signal }) {
			const taken = work();
			try {
				await run(signal);
			} finally {
				options.onEnd?.(taken());
			}
		},
		allowed: options.guarded,
		deadline: 30_000,
		backoff: { first: 500, max: 10_000 },
		failing: peersFailing,
		health,
		log,
	});
}

function matches(present: Peer | undefined, wanted: Wanted): boolean {
	return (
		present !== undefined &&
		present.presharedKeyMark === wanted.presharedKeyMark &&
		sameAddresses(present, wanted)
	);
}

function sameAddresses({ allowed }: Peer, wanted: Wanted): boolean {
	return (
		allowed.length === wanted.allowed.length &&
		wanted.allowed.every((address) => allowed.includes(hostNetwork(address)))
	);
}

function byKey(peers: readonly Peer[]): Map<string, Peer> {
	return new Map(peers.map((peer) => [peer.publicKey, peer]));
}
