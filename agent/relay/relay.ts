import { stat } from "node:fs/promises";
import { z } from "zod";
import { type Address, type Endpoint, type Family, familyOf, parseAddress } from "../../shared/address.ts";
import { jitterOf } from "../../shared/jitter.ts";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import { deriveKeys, publicKeyOf } from "../../shared/protocol/keys.ts";
import { createSpoken, spokenSchema } from "../../shared/protocol/spoken.ts";
import { MINUTE } from "../../shared/time.ts";
import { tunnelInterface } from "../../shared/tunnel-interface.ts";
import type { AgentCore } from "../config.ts";
import { changedFamilies, sourcesOf } from "../facts.ts";
import type { AgentContext, AgentPart } from "../part.ts";
import { watchChanges } from "./changes.ts";
import { createCheckins } from "./checkins.ts";
import { largePacketsLost, packetsLost, relayMute } from "./conditions.ts";
import type { RelayConfig, RelaySection } from "./config.ts";
import { pathWorks } from "./path.ts";
import type { PresharedKey } from "./preshared-keys.ts";
import { relayProofs } from "./proof.ts";
import { watchPulse } from "./pulse.ts";
import { createResolver } from "./resolve.ts";
import type { RelayStatus } from "./status.ts";
import { createTunnel, type Tunnel } from "./tunnel.ts";

/** Milliseconds for one try to reach the relay outside the tunnel. */
const pathPatience = 900;

/** Into so many moments the time of homes' check-ins is divided. */
const parts = 2 ** 32;

/** What is remembered across restarts: the addresses that the relay's name had. */
const memorySchema = z.object({
	relay: z.array(z.string().transform((text) => parseAddress(text))).default([]),
});

/** Makes the part for one relay: its tunnel, its pulse and its check-ins. */
export function createRelay(
	relay: RelayConfig,
	config: AgentCore & RelaySection,
	context: AgentContext,
	preshared: PresharedKey,
): AgentPart {
	const { facts, key, run, health, log, metrics, statusChanged } = context;
	const { host } = relay.endpoint;
	const { tunnel: settings, pulse: pulses } = config;
	const from = speakerTo(relay, settings.addresses);
	const changes = watchChanges(relay, settings, context, preshared);
	const tellRelay = facts.relays.own(host, "relay");
	const memory = context.state("relay.json", memorySchema);
	/** Where an earlier version remembered it, together with what is the part address's now; never written again. */
	const oldMemory = context.state("agent.json", memorySchema);
	let roundTrip: number | undefined;
	let pulsing = false;
	const startedAt = performance.now();
	let answeredAt: number | undefined;
	let silent = false;
	/** What the relay's name is known to have. */
	let addresses: readonly Address[] = [];
	let seenAs: Endpoint | undefined;
	let savedAt: Date | undefined;
	/** Made at start, when the memory was read. */
	let tunnel: Tunnel | undefined;
	const up = () => tunnel?.up() ?? false;

	const spoken = createSpoken(context.state("identity.json", spokenSchema));
	const identity = {
		keys: deriveKeys(key.privateKey, relay.public_key, "home", preshared.presharedKey),
		spoken: spoken.by(relay.public_key),
	};
	const checkins = createCheckins({
		relay,
		jitter: jitterOf(`check-in ${publicKeyOf(key.privateKey)}`, parts) / parts,
		port: {
			...identity,
			relay: relay.addresses[0]!,
			from,
			port: relay.checkin_port,
			bearer: deriveBearer(key.privateKey, relay.public_key),
		},
		addresses: () => ({
			ipv4: facts.addresses.value?.[4].address,
			ipv6: facts.addresses.value?.[6].address,
		}),
		expected: config.mail?.domains,
		sections: context.checkin,
		proofs: () => context.proofs("relay"),
		tunnelUp: up,
		health,
		log,
	});

	const answered = metrics.counter("pulses_answered_total", "Pulses that the relay answered");
	const garbage = metrics.counter(
		"pulses_garbage_total",
		"Datagrams on the pulse socket that were no answers of ours",
	);
	metrics.gauge("tunnel_up", "1 while pulses are answered", () => (up() ? 1 : 0));
	metrics.gauge("pulse_round_trip_seconds", "Of the last answered pulse", () => (roundTrip ?? 0) / 1000);

	const pulse = watchPulse({
		...identity,
		from,
		to: relay.addresses[0]!,
		port: relay.pulse_port,
		interval: pulses.interval,
		mtu: settings.mtu,
		onAnswer(endpoint, milliseconds) {
			answered.add();
			answeredAt = performance.now();
			silent = false;
			roundTrip = milliseconds;
			const wasUp = up();
			tunnel?.answered();
			seenAs = endpoint;
			tell();
			if (wasUp) return;
			changes.worked();
			checkins.back();
			statusChanged();
		},
		onSilence(milliseconds) {
			const wasUp = up();
			silent = true;
			tunnel?.silent(milliseconds);
			checkins.silent();
			if (!wasUp) return;
			changes.worked(new Date(Date.now() - milliseconds));
			tell();
			statusChanged();
		},
		onLarge: (passed) => health.put(largePacketsLost, "", passed ? undefined : { mtu: settings.mtu }),
		onLoss: (share) =>
			health.put(packetsLost, "", share === undefined ? undefined : { percent: Math.round(share * 100) }),
		onGeneration: (generation) => checkins.heard(generation),
		onGarbage: () => garbage.add(),
	});

	function tell(): void {
		tellRelay({
			...{ up: up(), outer: tunnel?.endpoint(), seenAs, addresses },
			reaches: (address) => pathWorks(address, pathPatience),
			port: checkins.port,
		});
	}

	facts.link.subscribe((link, before) => {
		if (!before || !tunnel) return;
		const changed = changedFamilies(before, link);
		if (changed || (before.tunnel && !link.tunnel)) tunnel.lineChanged();
		if (!before.tunnel && link.tunnel) tunnel.duty.poke(undefined, { urgent: true });
		if (sourcesOf(before) !== sourcesOf(link)) tunnel.addressesChanged();
		if (pulsing && (changed || before.addresses.length !== link.addresses.length)) pulse.now();
	});
	facts.addresses.subscribe(checkins.news);

	function makeTunnel(lastGood: readonly Address[]): Tunnel {
		return createTunnel({
			guarded: context.guarded,
			device: tunnelInterface(run, {
				name: settings.interface,
				addresses: settings.addresses,
				networks: settings.networks,
				mtu: settings.mtu,
				...key,
			}),
			relay: {
				...relay.endpoint,
				publicKey: relay.public_key,
				addresses: relay.addresses,
				...preshared,
			},
			outer: settings.outer,
			resolve: createResolver(),
			savedAt,
			lastWorked: changes.at(),
			changed: changes.changed,
			pathWorks: (address) => pathWorks(address, pathPatience),
			families: () => facts.link.value?.families ?? new Set<Family>(),
			lastGood,
			onResolved(found) {
				addresses = found;
				void memory.write({ relay: [...found] });
				tell();
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
		});
	}

	return {
		name: "relay",
		duties: () => [...(tunnel ? [tunnel.duty] : []), checkins.duty],
		ticks: [{ every: MINUTE, act: () => tunnel?.duty.poke() }],
		status: (): Record<keyof RelayStatus, unknown> => ({
			tunnel: {
				...{ up: up(), relay: host, endpoint: tunnel?.endpoint(), roundTrip },
				evidence: tunnel?.evidence() ?? [],
			},
			checkin: checkins.state(),
			keys: { own: publicKeyOf(key.privateKey), relay: relay.public_key },
			tunnelAddresses: { own: settings.addresses, relay: relay.addresses },
		}),
		proof() {
			const now = performance.now();
			return relayProofs({
				...{ up: up(), silent, sinceStart: now - startedAt, mute: health.has(relayMute, "") },
				sinceAnswer: answeredAt && now - answeredAt,
				...checkins.seen(),
			});
		},
		async start() {
			addresses = ((await memory.read()) ?? (await oldMemory.read()))?.relay ?? [];
			await Promise.all([spoken.restore(), changes.restore()]);
			savedAt = await lastSaved(config.state_dir);
			tunnel = makeTunnel(addresses);
			checkins.start();
			tell();
		},
		serve: () => tunnel?.duty.poke(),
		stop() {
			checkins.stop();
			pulse.stop();
			memory.stop();
			oldMemory.stop();
			spoken.stop();
			if (up() && answeredAt) changes.worked(new Date(Date.now() - (performance.now() - answeredAt)));
			changes.stop();
		},
	};
}

/** When the state folder was last written to: a clock that was right then has gone on since. */
async function lastSaved(folder: string): Promise<Date | undefined> {
	return stat(folder).then(
		({ mtime }) => mtime,
		() => undefined,
	);
}

/** Which of our tunnel addresses speaks to the relay's first one. */
function speakerTo({ addresses }: RelayConfig, own: readonly Address[]): Address {
	const family = familyOf(addresses[0]!);
	return own.find((address) => familyOf(address) === family) ?? own[0]!;
}
