import { createSocket } from "node:dgram";
import { type ChildLines, followLines } from "../../shared/child-lines.ts";
import { type GuardChain, tableName } from "../../shared/guard.ts";
import type { Logger } from "../../shared/log.ts";
import { SECOND } from "../../shared/time.ts";

/** Tells when WireGuard's packets come from an address and port that none came from lately. */
export interface Sources {
	start(): void;
	stop(): Promise<void>;
	/** Whether that is proven to be noticed now. */
	followed(): boolean;
}

/** Our chain in the guard table. */
const chain = "pulse";

/** Milliseconds that a source is remembered after its last packet. */
export const rememberedFor = 5 * SECOND;

/** New sources that are told in a second; the kernel drops no packet because of it. */
const mostTold = 200;

/** A flood from invented sources must not fill the memory; so many addresses have all homes of a large relay, and more. */
const mostRemembered = 65_536;

/** Milliseconds between two proofs that we are told, and between two tries while we are not. */
const provenEvery = 10 * SECOND;
const triedEvery = 5 * SECOND;

/** Milliseconds after its start by which `nft monitor` listens: it does not say so. */
const listensWithin = SECOND / 2;

/** Milliseconds in which a datagram of our own must be told. */
const toldWithin = 1 * SECOND;

/** The rules that mark the first packet of each new source for `nft monitor trace`. */
export function sourcesChain(port: number): GuardChain {
	const set = (type: string) =>
		`type ${type} . inet_service; flags dynamic,timeout; timeout ${rememberedFor / SECOND}s; size ${mostRemembered};`;
	const each = (rule: (ip: string, set: string, family: string) => string) => [
		rule("ip", `${chain}4`, "ipv4"),
		rule("ip6", `${chain}6`, "ipv6"),
	];
	return {
		chain,
		hook: "input",
		sets: { [`${chain}4`]: set("ipv4_addr"), [`${chain}6`]: set("ipv6_addr") },
		rules: [
			"meta l4proto != udp accept",
			`udp dport != ${port} accept`,
			...each(
				(ip, set) => `${ip} saddr . udp sport @${set} update @${set} { ${ip} saddr . udp sport } accept`,
			),
			...each(
				(ip, set, family) =>
					`meta nfproto ${family} limit rate ${mostTold}/second update @${set} { ${ip} saddr . udp sport } meta nftrace set 1`,
			),
		],
	};
}

/** What `nft monitor trace` prints of a packet that our chain marked: where it came from. */
const marked = new RegExp(
	`^trace id \\S+ inet ${tableName} ${chain} packet: .*?\\bip6? saddr (\\S+) .*?\\budp sport (\\d+)\\b`,
);

const loopback = "127.0.0.1";

/**
 * Follows the packets that {@link sourcesChain} marks, and calls `onSource` for each new source; also when one may have
 * been missed. The rules may be gone, or never have been taken by the kernel, and the monitor may not run: so we send
 * ourselves a datagram from a new port now and then, and what is not told of it is not followed.
 */
export function followSources(options: {
	/** WireGuard's. */
	port: number;
	onSource(): void;
	log: Logger;
	/** By default `nft monitor trace`, which needs CAP_NET_ADMIN. */
	command?: readonly [string, ...string[]];
	/** By default {@link sendToOurselves}. */
	prove?: typeof sendToOurselves;
}): Sources {
	const { port, log, prove: sendProof = sendToOurselves } = options;
	const [command, ...args] = options.command ?? ["nft", "monitor", "trace"];
	let child: ChildLines | undefined;
	let timer: NodeJS.Timeout | undefined;
	let letGo: (() => void) | undefined;
	/** The port that our own datagram left from. */
	let ownPort: number | undefined;
	let followed = false;
	let said = false;

	function see(line: string): void {
		const [, address, source] = marked.exec(line) ?? [];
		if (address === undefined) return;
		if (address === loopback && Number(source) === ownPort) settle(true);
		else options.onSource();
	}

	function prove(): void {
		// When we stood still, it may have been told already, and not been read.
		again(() => setImmediate(() => setImmediate(late)), toldWithin);
		letGo = sendProof(port, (source) => {
			ownPort = source;
		});
	}

	function late(): void {
		if (letGo) settle(false);
	}

	function settle(told: boolean): void {
		close();
		if (told && !followed) options.onSource();
		if (told !== followed || !said) {
			said = true;
			log[told ? "debug" : "info"](
				told
					? "new addresses of homes are told by the kernel"
					: "new addresses of homes are not told by the kernel: WireGuard is asked at each pulse",
			);
		}
		followed = told;
		again(prove, told ? provenEvery : triedEvery);
	}

	function close(): void {
		ownPort = undefined;
		letGo?.();
		letGo = undefined;
	}

	function again(act: () => void, wait: number): void {
		clearTimeout(timer);
		timer = setTimeout(act, wait).unref();
	}

	return {
		start() {
			child ??= followLines({
				command,
				args,
				log,
				onStart() {
					followed = false;
					close();
					again(prove, listensWithin);
				},
				onLine: see,
			});
		},
		async stop() {
			clearTimeout(timer);
			close();
			await child?.stop();
			clearTimeout(timer);
		},
		followed: () => followed,
	};
}

/** Sends nothing to a port of this machine, from a port that none came from lately, and says which; returns the way to let go of it. */
function sendToOurselves(port: number, from: (source: number) => void): () => void {
	const socket = createSocket("udp4").unref();
	// Whatever goes wrong with it, nothing is told.
	socket.on("error", () => {});
	socket.bind(0, loopback, () => {
		from(socket.address().port);
		socket.send(Buffer.alloc(0), port, loopback, () => {});
	});
	return () => {
		try {
			socket.close();
		} catch {
			// It could not even be bound.
		}
	};
}
