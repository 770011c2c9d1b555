import { createCertificates, trust } from "./certificates.ts";
import { type Boot, createHost, type Host, type HostOptions } from "./host.ts";
import { type Internet, startInternet } from "./internet.ts";
import { addresses, type Card, createNetwork, type Network } from "./network.ts";
import { debian13, type Root, rootImage } from "./root-image.ts";
import { createRouter, inPrefix, lifetimes, type Router } from "./router.ts";
import { beginRun, type Run, removeRun, watchOver } from "./run.ts";
import { serviceNames } from "./zones.ts";

/** A relay and a home that really boot, a router between the home and the internet, and the internet. */
export interface Lab {
	run: Run;
	relay: Host;
	home: Host;
	router: Router;
	internet: Internet;
	/** Removes the lab from the machine: processes, mounts, namespaces, folders. May be called twice. */
	stop(): Promise<void>;
}

export interface LabOptions {
	/** Hears what is going on, a line at a time. */
	log?: (line: string) => void;
	/** Ends the making of the hosts' root image. What comes after it is ended by a signal to this process, or `stop`. */
	signal?: AbortSignal | undefined;
	/** What the relay and the home boot from; Debian 13 unless said. */
	roots?: { relay?: Root; home?: Root };
}

/**
 * Builds the lab and boots both hosts; needs root. Whatever ends this process (an error, Ctrl-C, kill -9), the lab is
 * removed.
 */
export function startLab(options: LabOptions = {}): Promise<Lab> {
	return startParts(options, build);
}

/** As {@link startLab}, with the relay alone. */
export function startRelay(
	options: LabOptions = {},
): Promise<Pick<Lab, "run" | "relay" | "stop"> & { network: Network }> {
	return startParts(options, async (run, images, log) => {
		const network = await createNetwork(run);
		const card = relayCard(network);
		const relay = await createHost(run, images.relay, {
			card,
			hostname: "relay.example.net",
			enable: ["postfix"],
		});
		tellBoot(relay, await relay.boot(), log);
		return { relay, network };
	});
}

type Log = (line: string) => void;
type Images = Record<"internet" | "relay" | "home", string>;

async function startParts<P>(
	{ log = () => {}, signal, roots = {} }: LabOptions,
	make: (run: Run, images: Images, log: Log) => Promise<P>,
): Promise<P & Pick<Lab, "run" | "stop">> {
	const images: Images = {
		internet: await rootImage(log, signal, debian13),
		relay: await rootImage(log, signal, roots.relay),
		home: await rootImage(log, signal, roots.home),
	};
	signal?.throwIfAborted();
	const run = await beginRun();
	const dismissKeeper = watchOver(run);
	let removal: Promise<void> | undefined;
	const remove = async () => {
		await removeRun(run);
		dismissKeeper();
		forgetSignals();
	};
	const stop = () => {
		removal ??= remove();
		return removal;
	};
	const forgetSignals = onSignals(stop);
	try {
		return { run, ...(await make(run, images, log)), stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

type Parts = Pick<Lab, "relay" | "home" | "router" | "internet">;

async function build(run: Run, images: Images, log: Log): Promise<Parts> {
	const network = await createNetwork(run);
	const router = await createRouter(run, network);
	const certificates = await createCertificates(run.folder, serviceNames);
	const host = async (image: string, options: HostOptions) => {
		const made = await createHost(run, image, options);
		await trust(made.disk, certificates);
		tellBoot(made, await made.boot(), log);
		return made;
	};
	const [internet, relay, home] = await Promise.all([
		startInternet(run, images.internet, network, certificates),
		host(images.relay, { card: relayCard(network), hostname: "relay.example.net", enable: ["postfix"] }),
		host(images.home, { card: homeCard(router), hostname: "home.example.org", enable: ["postfix"] }),
	]);
	return { internet, relay, home, router };
}

function tellBoot({ role }: Host, { state, failed, seconds }: Boot, log: Log): void {
	const failures = failed.length > 0 ? `; failed: ${failed.join(", ")}` : "";
	log(`${role} is ${state}, after ${seconds.toFixed(1)} s${failures}`);
}

function relayCard(network: Network): Card {
	return {
		role: "relay",
		into: network.dataCentre,
		mac: "02:00:00:00:00:10",
		lines: () => [
			`address add ${addresses.relay.ipv4}/24 dev eth0`,
			`address add ${addresses.relay.ipv6}/64 dev eth0 nodad`,
			"route add default via 203.0.113.1",
			"route add default via 2001:db8:1::1",
		],
	};
}

function homeCard(router: Router): Card {
	return {
		role: "home",
		into: router.lan,
		mac: "02:00:00:00:00:20",
		lines: () => [
			`address add ${addresses.home.ipv4}/24 dev eth0`,
			`address add ${inPrefix(router.prefix, 0x20)}/64 dev eth0 ${lifetimes}`,
			"route add default via 192.168.178.1",
			"route add default via fe80::1 dev eth0",
		],
	};
}

/** On Ctrl-C and the like: first the lab goes, then this process. The returned function ends that. */
function onSignals(stop: () => Promise<void>): () => void {
	const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
	const handlers = Object.entries(codes).map(([signal, code]) => {
		const handler = () => {
			stop().finally(() => process.exit(code));
		};
		// Not once: npm passes on a Ctrl-C that the terminal has sent too, and the second must not end the removal.
		process.on(signal, handler);
		return () => process.removeListener(signal, handler);
	});
	return () => {
		for (const forget of handlers) forget();
	};
}
