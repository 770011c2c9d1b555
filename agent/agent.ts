import { join } from "node:path";
import { type Address, type Family, familyOf } from "../shared/address.ts";
import { createApi } from "../shared/api.ts";
import { askBanner } from "../shared/banner.ts";
import type { RunCommand } from "../shared/command.ts";
import type { Daemon } from "../shared/daemon.ts";
import { createGuard } from "../shared/guard.ts";
import { createGuardDuty } from "../shared/guard-duty.ts";
import { Health } from "../shared/health.ts";
import type { Logger } from "../shared/log.ts";
import { createMetrics } from "../shared/metrics.ts";
import { createNotifier, notifierStateSchema } from "../shared/notify.ts";
import { commandChannel } from "../shared/notify-command.ts";
import { reviewOverlaps } from "../shared/overlap.ts";
import { queueMark } from "../shared/postfix/activity.ts";
import { postfixFlush } from "../shared/postfix/flush.ts";
import { listQueue } from "../shared/postfix/queue.ts";
import { createQueueRoom } from "../shared/postfix/queue-room.ts";
import { deriveKeys } from "../shared/protocol/keys.ts";
import { createSpoken, spokenSchema } from "../shared/protocol/spoken.ts";
import { savedState } from "../shared/saved-state.ts";
import { onSchedule } from "../shared/schedule.ts";
import { systemd } from "../shared/systemd.ts";
import { tunnelInterface } from "../shared/tunnel-interface.ts";
import { version } from "../shared/version.ts";
import { createAddressBook } from "./address/book.ts";
import { watchCheckIp } from "./address/check-ip.ts";
import { checkIpFailing } from "./address/conditions.ts";
import { type Link, watchLink } from "./address/link.ts";
import { agentMemory } from "./address/memory.ts";
import type { AgentConfig } from "./config.ts";
import { createRecords } from "./dns/records.ts";
import { createOutgoing } from "./mail/outgoing.ts";
import { createCheckins, speakerOf } from "./relay/checkins.ts";
import { largePacketsLost, packetsLost } from "./relay/conditions.ts";
import { pathWorks } from "./relay/path.ts";
import { watchPulse } from "./relay/pulse.ts";
import { createResolver } from "./relay/resolve.ts";
import { createTunnel } from "./relay/tunnel.ts";
import type { Secrets } from "./secrets.ts";
import { type AgentStatus, statusLine } from "./status.ts";

/** Every minute, in the middle of nothing: what should be looked at even if nobody told of a change. */
const everyMinute = "* * * * *";

/** Milliseconds for one try to reach the relay outside the tunnel. */
const pathPatience = 900;

/**
 * Puts the agent together: watchers poke duties, and nothing else. Nothing is touched before `start`.
 */
export function createAgent(config: AgentConfig, secrets: Secrets, run: RunCommand, log: Logger): Daemon {
	const relay = config.relays[0]!;
	const health = new Health(log);
	const metrics = createMetrics("heimweg", version, health);
	const notify = systemd(run, log);
	const memory = agentMemory(config.state_dir, { health, log });
	const alsoPublic = config.dns?.also_public ?? [];
	const published = new Set<Family>(config.dns?.publish.map((type) => (type === "A" ? 4 : 6)));
	const guarded = createGuard({ run, interface: config.tunnel.interface, networks: config.tunnel.networks });
	const endings: Array<() => unknown> = [];
	let link: Link | undefined;
	let relayAddresses: readonly Address[] = [];
	let roundTrip: number | undefined;
	let ready = false;
	let pulsing = false;

	const guard = createGuardDuty({ guard: guarded, onStands: serve, health, log });

	const book = createAddressBook({
		published,
		alsoPublic,
		health,
		log,
		onChange({ family }) {
			records?.duty.poke(undefined, { news: true });
			checkins.news();
			askOutside(family === 4 ? 6 : 4);
			remember();
			showStatus();
		},
		onGone: () => records?.duty.poke(),
	});

	const from = speakerOf(config);
	const spoken = createSpoken(
		savedState(join(config.state_dir, "identity.json"), spokenSchema, { health, log }),
	);
	const identity = {
		keys: deriveKeys(secrets.privateKey, relay.public_key, "home", secrets.presharedKey),
		spoken: spoken.by(relay.public_key),
	};

	const tunnelOptions = {
		guarded: () => ready,
		device: tunnelInterface(run, {
			name: config.tunnel.interface,
			addresses: config.tunnel.addresses,
			networks: config.tunnel.networks,
			mtu: config.tunnel.mtu,
			privateKey: secrets.privateKey,
			privateKeyFile: secrets.privateKeyFile,
		}),
		relay: {
			...relay.endpoint,
			publicKey: relay.public_key,
			addresses: relay.addresses,
			presharedKeyFile: secrets.presharedKeyFile,
			presharedKeyMark: secrets.presharedKeyMark,
		},
		outer: config.tunnel.outer,
		resolve: createResolver(),
		pathWorks: (address: Address) => pathWorks(address, pathPatience),
		families: () => link?.families ?? new Set<Family>(),
		onResolved(addresses: readonly Address[]) {
			relayAddresses = addresses;
			remember();
		},
		onUp() {
			if (pulsing) return;
			pulsing = true;
			pulse.start();
		},
		// The next beat may be a second away.
		onHope: () => pulse.now(),
		health,
		log,
	};
	/** Made at start, when the memory was read. */
	let tunnel: ReturnType<typeof createTunnel>;
	const tunnelUp = () => tunnel?.up() ?? false;

	const sent = metrics.counter("pulses_answered_total", "Pulses that the relay answered");
	const garbage = metrics.counter(
		"pulses_garbage_total",
		"Datagrams on the pulse socket that were no answers of ours",
	);
	const pulse = watchPulse({
		...identity,
		from,
		to: relay.addresses[0]!,
		port: relay.pulse_port,
		interval: config.pulse.interval,
		mtu: config.tunnel.mtu,
		onAnswer(endpoint, milliseconds) {
			sent.add();
			roundTrip = milliseconds;
			const wasUp = tunnel.up();
			tunnel.answered();
			if (endpoint) book.seenByRelay(endpoint.address);
			if (wasUp) return;
			askOutside();
			outgoing.begin();
			checkins.news();
			records?.duty.poke(undefined, { news: true });
			showStatus();
		},
		onSilence(milliseconds) {
			const wasUp = tunnel.up();
			tunnel.silent(milliseconds);
			if (!wasUp) return;
			outgoing.end();
			showStatus();
		},
		onLarge: (passed) => health.put(largePacketsLost, "", passed ? undefined : { mtu: config.tunnel.mtu }),
		onLoss: (share) =>
			health.put(packetsLost, "", share === undefined ? undefined : { percent: Math.round(share * 100) }),
		onGeneration: (generation) => checkins.heard(generation),
		onGarbage: () => garbage.add(),
	});

	const links = watchLink({ run, tunnel: config.tunnel.interface, log, onLink: seeLink });

	const checkIp = watchCheckIp({
		urls: { 4: config.check_ip.ipv4, 6: config.check_ip.ipv6 },
		onAddress(family, address) {
			health.clear(checkIpFailing, `IPv${family}`);
			book.seenByCheckIp(family, address);
		},
		onUnreachable: (family) => book.unreachable(family),
		onFailure: (family, error) => {
			// A line without this family is no failure of the service.
			if (link?.families.has(family)) health.set(checkIpFailing, `IPv${family}`, { error });
		},
	});

	const records =
		config.dns &&
		createRecords({
			config: config.dns,
			guarded: () => ready,
			stateDir: config.state_dir,
			family: (family) => book.state(family),
			onSettled: showStatus,
			health,
			log,
		});

	const outgoing = createOutgoing({
		relay: relay.addresses,
		...{ run, listQueue, flush: postfixFlush(run), ask: askBanner, mark: queueMark(run) },
		tunnelUp,
		health,
		log,
	});

	const checkins = createCheckins({
		config,
		privateKey: secrets.privateKey,
		...identity,
		from,
		addresses: () => ({ ipv4: book.state(4).address, ipv6: book.state(6).address }),
		tunnelUp,
		health,
		log,
	});

	const { command } = config.notify;
	const notifier =
		command &&
		createNotifier({
			channel: commandChannel({ command, program: "heimweg", run }),
			state: savedState(join(config.state_dir, "notify.command.json"), notifierStateSchema, { health, log }),
			health,
			log,
		});

	const lookForRoom = createQueueRoom({ run, health });

	const duties = () => [
		guard,
		tunnel.duty,
		...checkins.duties,
		outgoing.duty,
		...(records ? [records.duty] : []),
	];

	const api = createApi({
		health,
		metrics,
		log,
		ready: () => ready,
		live: () => duties().every((duty) => !duty.overdue()),
		status,
	});

	metrics.gauge("tunnel_up", "1 while pulses are answered", () => (tunnel.up() ? 1 : 0));
	metrics.gauge("pulse_round_trip_seconds", "Of the last answered pulse", () => (roundTrip ?? 0) / 1000);

	function seeLink(fresh: Link): void {
		const before = link;
		link = fresh;
		book.seenLink(fresh);
		if (!before || !tunnel) return;
		const changed = [4, 6].some((f) => before.families.has(f as Family) !== fresh.families.has(f as Family));
		if (changed || (before.tunnel && !fresh.tunnel)) {
			tunnel.lineChanged();
			askOutside();
		}
		if (!before.tunnel && fresh.tunnel) tunnel.duty.poke(undefined, { news: true });
		if (sourcesOf(before) !== sourcesOf(fresh)) tunnel.addressesChanged();
		if (isUnready(before) && !isUnready(fresh)) askOutside(6);
		if (pulsing && (changed || before.addresses.length !== fresh.addresses.length)) pulse.now();
	}

	/** Asks the check-ip services for what the tunnel does not show. */
	function askOutside(only?: Family): void {
		// On a line that is down nobody answers, and that tells nothing of a family.
		if (link?.families.size === 0 && !tunnel.up()) return;
		const shown = tunnel.up() ? familyOf(tunnel.endpoint()?.address ?? ("0.0.0.0" as Address)) : undefined;
		for (const family of [4, 6] as const) {
			// A connection would leave with the link-local address and get nowhere, as if the family were gone.
			if (family === 6 && link && isUnready(link)) continue;
			if (family !== shown && published.has(family) && (only === undefined || only === family))
				checkIp.ask(family);
		}
	}

	/** Begins what may only run behind the guard. */
	function serve(): void {
		if (ready) return;
		ready = true;
		tunnel.duty.poke();
		records?.duty.poke();
		// The relay is the better witness; who asks at once only asks twice.
		endings.push(later(3_000, () => askOutside()));
		void notify.ready(statusLine(status()));
	}

	function remember(): void {
		void memory.write({ history: [...book.history()], relay: [...relayAddresses] });
	}

	function showStatus(): void {
		if (ready) void notify.status(statusLine(status()));
	}

	function status(): AgentStatus {
		const answer = checkins.answer();
		return {
			version,
			mailFlows: health.mailFlows && ready,
			tunnel: {
				up: tunnel.up(),
				relay: relay.endpoint.host,
				endpoint: tunnel.endpoint(),
				roundTrip,
			},
			addresses: { ipv4: book.state(4).address, ipv6: book.state(6).address },
			records: records?.state(),
			checkin: answer && {
				home: answer.home,
				domains: answer.domains,
				relayVersion: answer.version,
				waiting: answer.waiting,
			},
			recipients: checkins.recipients(),
			conditions: health.list(),
			history: [...book.history()],
		};
	}

	return {
		async start() {
			const remembered = await memory.read();
			relayAddresses = remembered?.relay ?? [];
			tunnel = createTunnel({ ...tunnelOptions, lastGood: relayAddresses });
			if (remembered) book.restore(remembered.history);
			await spoken.restore();
			await api.listen(config.http.listen, join(config.run_dir, "control.sock"));
			await notifier?.start();
			seeLink(await links.look());
			links.start();
			await checkins.start();
			guard.poke();
			notify.startWatchdog(() => duties().every((duty) => !duty.overdue()));
			endings.push(
				health.listen(showStatus),
				onSchedule("*/15 * * * * *", () => {
					guard.poke();
					void outgoing.look();
				}),
				onSchedule("*/5 * * * * *", () => void lookForRoom()),
				onSchedule(everyMinute, () => {
					tunnel.duty.poke();
					void reviewOverlaps(run, config.tunnel, health);
					void checkins.look();
				}),
				onSchedule(config.check_ip.schedule, () => askOutside()),
				...(config.dns ? [onSchedule(config.dns.check, () => records?.recheck())] : []),
			);
			log.info({ version }, `heimweg ${version} started`);
		},
		async stop() {
			for (const end of endings) end();
			checkins.stop();
			notify.stop();
			pulse.stop();
			outgoing.end();
			await notifier?.stop();
			memory.stop();
			spoken.stop();
			await Promise.all([links.stop(), checkIp.stop(), api.close(), ...duties().map((duty) => duty.stop())]);
		},
	};
}

/** The IPv6 addresses that a packet to the relay may leave with. */
function sourcesOf({ addresses }: Link): string {
	const usable = addresses.filter((a) => familyOf(a.address) === 6 && !a.tentative && !a.deprecated);
	return usable
		.map((a) => a.address)
		.sort()
		.join();
}

/** True while duplicate address detection still keeps every IPv6 address of ours from being used. */
function isUnready(link: Link): boolean {
	return sourcesOf(link) === "" && link.addresses.some((a) => a.tentative && !a.duplicate);
}

/** Acts once, after so many milliseconds; returns the way to prevent that. */
function later(milliseconds: number, act: () => void): () => void {
	const timer = setTimeout(act, milliseconds);
	return () => clearTimeout(timer);
}
