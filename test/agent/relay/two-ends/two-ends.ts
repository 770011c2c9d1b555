import { pino } from "pino";
import { vi } from "vitest";
import { createTunnel, type Tunnel, type TunnelOptions } from "../../../../agent/relay/tunnel.ts";
import {
	type Address,
	endpointText,
	familyOf,
	parseAddress,
	parseEndpoint,
} from "../../../../shared/address.ts";
import { Health } from "../../../../shared/health.ts";
import { wireguard } from "../../../../shared/wireguard.ts";
import { random as randomFrom } from "../../../shared/random.ts";
import { relaySettings } from "../relay-settings.ts";
import { type End, type Packet, type Way, wireguardEnd } from "./wireguard-end.ts";

export const [four, six, moved] = ["198.51.100.1", "2001:db8::1", "198.51.100.2"].map((text) =>
	parseAddress(text),
) as [Address, Address, Address];

/** Milliseconds that a packet is under way. */
const flight = 20;

/** Milliseconds for one look at a path, as agent.ts has it; of its two tries, the second comes in the middle. */
const pathPatience = 900;

/** As agent/relay/pulse.ts has them: milliseconds without an answer that are a silence, and pulses that may be answered. */
const silence = 2_500;
const pulseMemory = 16;

/** Not faked. */
const nextTurn = setImmediate;

export type TwoEnds = ReturnType<typeof twoEnds>;

/**
 * A home and its relay: the home's real failover on a model of both ends' WireGuard and of what is between them. Needs
 * faked timers, also those of node:timers/promises.
 */
export function twoEnds(seed: number) {
	const { below } = randomFrom(Math.imul(seed + 1, 0x9e3779b1));
	for (let draw = 0; draw < 8; draw++) below(2);
	const commands: number[] = [];
	const answers: number[] = [];
	/** What reaches the relay's addresses; a router may keep a dead translation for one of the home's ports. */
	const net = {
		udp: new Set<Address>([four, six]),
		tcp: new Set<Address>([four, six]),
		deadPort: 0,
		/** Milliseconds that packets of an address take longer. */
		slower: new Map<Address, number>(),
		/** Of 100 looks at a path, so many fail by chance. */
		lossOfLooks: 0,
		names: [four, six] as Address[] | Error,
	};
	/** `running`: its kernel, which takes or refuses TCP; the companion is what answers pulses. */
	const relay = { running: true, companion: true, wireguard: undefined as End | undefined };
	const home = { port: 40_000, wireguard: undefined as End | undefined, pulses: 0, lastAnswer: 0 };
	const health = new Health(pino({ level: "silent" }));
	const timers: NodeJS.Timeout[] = [];
	let interfaceMade = false;

	const passes = ({ relay: address, port }: Way) =>
		relay.running && net.udp.has(address) && !(port === net.deadPort && familyOf(address) === 4);

	/** Milliseconds later at the other end, unless the way is closed now; what is under way arrives. */
	function fly(packet: Packet, to: () => End | undefined): void {
		const takes = flight + (net.slower.get(packet.way.relay) ?? 0);
		if (passes(packet.way)) setTimeout(() => to()?.receive(packet), takes);
	}

	function relayEnd(): End {
		const end: End = wireguardEnd({
			send: (packet) => fly(packet, () => (packet.way.port === home.port ? home.wireguard : undefined)),
			onPulse(pulse) {
				if (relay.companion) end.transmit(pulse);
			},
			below,
		});
		return end;
	}

	function homeEnd(way: Way): End {
		return wireguardEnd({
			send(packet) {
				const sent = { ...packet, way: { ...packet.way, port: home.port } };
				fly(sent, () => (relay.running ? relay.wireguard : undefined));
			},
			onPulse(pulse) {
				if (pulse <= home.pulses - pulseMemory) return;
				home.lastAnswer = performance.now();
				answers.push(performance.now());
				tunnel.answered();
			},
			below,
			way,
			keepalive: 25_000,
		});
	}

	function set(words: string[]): void {
		if (words[0] === "listen-port") home.port += 1;
		if (words.includes("remove")) {
			home.wireguard?.forget();
			home.wireguard = undefined;
		}
		const endpoint = words.includes("endpoint") && words[words.indexOf("endpoint") + 1];
		if (!endpoint) return;
		const way = { relay: parseEndpoint(endpoint).address, port: home.port };
		if (home.wireguard) home.wireguard.turnTo(way);
		else {
			home.wireguard = homeEnd(way);
			// An interval that was not there before begins with a keepalive.
			home.wireguard.sendKeepalive();
		}
	}

	function dump(): string {
		const end = home.wireguard;
		const way = end?.way();
		const endpoint = way && endpointText({ address: way.relay, port: relaySettings.port });
		const peer = [relaySettings.publicKey, "(none)", endpoint, "10.86.0.1/32", end?.handshake(), 0, 0, 25];
		const lines = [["private", "public", home.port, "off"], ...(end ? [peer] : [])];
		return lines.map((line) => `${line.join("\t")}\n`).join("");
	}

	const device: TunnelOptions["device"] = {
		wireguard: wireguard(async (_command, [verb, , ...words]) => {
			if (verb === "show") return dump();
			commands.push(performance.now());
			set(words);
			return "";
		}, "hw0"),
		async ensure() {
			if (interfaceMade) return [];
			interfaceMade = true;
			return ["interface made"];
		},
	};

	const later = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

	async function pathWorks(address: Address): Promise<boolean> {
		const begin = performance.now();
		const fails = below(100) < net.lossOfLooks;
		const reaches = () => !fails && relay.running && net.tcp.has(address);
		for (const pause of [0, pathPatience / 2]) {
			await later(pause);
			if (!reaches()) continue;
			await later(2 * flight);
			if (reaches()) return true;
		}
		await later(begin + pathPatience - performance.now());
		return false;
	}

	function sendPulse(): void {
		home.pulses += 1;
		home.wireguard?.transmit(home.pulses);
	}

	function beat(): void {
		const silent = performance.now() - home.lastAnswer;
		sendPulse();
		if (silent >= silence) tunnel.silent(silent);
	}

	const tunnel: Tunnel = createTunnel({
		device,
		relay: relaySettings,
		outer: "auto",
		async resolve() {
			await later(30);
			if (net.names instanceof Error) throw net.names;
			return net.names;
		},
		pathWorks,
		families: () => new Set([4, 6]),
		lastGood: [],
		onResolved() {},
		onUp() {
			if (timers.length > 0) return;
			home.lastAnswer = performance.now();
			sendPulse();
			timers.push(setInterval(beat, 1_000));
			timers.push(setInterval(() => tunnel.duty.poke(), 60_000));
		},
		onHope: sendPulse,
		health,
		log: pino({ level: "silent" }),
	});
	relay.wireguard = relayEnd();

	/** Lets everything happen that follows from what just happened, as far as it takes no time. */
	const happened = () => new Promise<void>((done) => nextTurn(done));

	/** Lets time pass, timer by timer. */
	async function pass(milliseconds: number): Promise<void> {
		let over = false;
		setTimeout(() => {
			over = true;
		}, milliseconds);
		while (!over) {
			await happened();
			vi.advanceTimersToNextTimer();
		}
		await happened();
	}

	return {
		pass,
		net,
		relay,
		tunnel,
		/** When WireGuard was changed. */
		commands,
		/** When pulses were answered. */
		answers,
		below,
		conditions: () => health.list().map(({ code }) => code),
		/** Where the home's WireGuard sends, and in which session. */
		goesTo: () => home.wireguard?.way()?.relay,
		session: () => home.wireguard?.session(),
		/** All traffic to these addresses of the relay comes, or goes. */
		open(...addresses: Address[]) {
			for (const address of addresses) for (const set of [net.udp, net.tcp]) set.add(address);
		},
		close(...addresses: Address[]) {
			for (const address of addresses) for (const set of [net.udp, net.tcp]) set.delete(address);
		},
		/** What the router translates the home's present port to leads nowhere any more. */
		killTranslation() {
			net.deadPort = home.port;
		},
		stopWireguard() {
			relay.wireguard?.forget();
			relay.wireguard = undefined;
		},
		startWireguard() {
			relay.wireguard?.forget();
			relay.wireguard = relayEnd();
		},
		async stop() {
			for (const timer of timers) clearInterval(timer);
			relay.wireguard?.forget();
			home.wireguard?.forget();
			const stopped = tunnel.duty.stop();
			// A look at a path may be under way.
			await pass(2 * pathPatience);
			await stopped;
		},
	};
}
