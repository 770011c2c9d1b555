import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Address, type Cidr, familyOf, inNetwork, parseAddress } from "./address.ts";
import { CommandError, type RunCommand } from "./command.ts";
import { addressSchema } from "./config.ts";
import { ConfigError, HeimwegError } from "./errors.ts";
import { type InterfaceSeen, interfaceSeen } from "./interface-look.ts";
import { readEach, readJsonList } from "./json-list.ts";
import { holderCommand, portHolder } from "./port-holder.ts";
import { publicKeyOf } from "./protocol/keys.ts";
import { type Device, type WireGuard, wireguard } from "./wireguard.ts";

/** How we know an interface again as ours (`ip link show`: alias). */
export const interfaceAlias = "heimweg";

export interface TunnelInterfaceSettings {
	name: string;
	addresses: readonly Address[];
	networks: readonly Cidr[];
	mtu: number;
	privateKeyFile: string;
	/** The key in that file. */
	privateKey: string;
	listenPort?: number | undefined;
}

export interface TunnelInterface {
	readonly wireguard: WireGuard;
	/**
	 * Makes the interface be as it should: there, ours, with our key, addresses and MTU, and up. What is right is left
	 * alone, so that sessions live on. Returns what had to be done, in words; nothing the second time. `onDevice` gets
	 * what WireGuard showed meanwhile: with thousands of peers nobody asks twice.
	 */
	ensure(signal?: AbortSignal, onDevice?: (device: Device) => void): Promise<string[]>;
}

/** What cannot be read is as if it were wrong: it is set again. Whose the interface is must be read. */
const linkSchema = z.looseObject({
	ifname: z.string(),
	ifalias: z.string().optional(),
	mtu: z.number().catch(0),
	flags: z.array(z.string()).catch([]),
	linkinfo: z.looseObject({ info_kind: z.string().optional() }).optional(),
});

type LinkEntry = z.infer<typeof linkSchema>;

const interfaceSchema = z.looseObject({ addr_info: z.array(z.unknown()).catch([]) });

const addressInfoSchema = z.looseObject({
	local: addressSchema,
	prefixlen: z.int().min(0).max(128),
	scope: z.string(),
});

/**
 * Our WireGuard interface, in the kernel or, where the kernel has no WireGuard, made by wireguard-go's own unit. Longer
 * than other files here: what makes the interface, knows it again and takes it away has to agree.
 */
export function tunnelInterface(
	run: RunCommand,
	settings: TunnelInterfaceSettings,
	seen: (name: string) => InterfaceSeen | undefined = interfaceSeen,
): TunnelInterface {
	const { name } = settings;
	const wanted = settings.addresses.map((address) => `${address}/${lengthFor(address, settings.networks)}`);
	const wg = wireguard(run, name);
	const ip = (...args: string[]) => run("ip", args);

	const link = (signal?: AbortSignal) => readLink(run, name, signal);

	async function create(): Promise<void> {
		try {
			// One process for both, so that hardly a crash can leave an interface that nobody owns.
			const lines = [`link add dev ${name} type wireguard`, `link set dev ${name} alias ${interfaceAlias}`];
			await run("ip", ["-batch", "-"], { input: `${lines.join("\n")}\n` });
		} catch (error) {
			throw explain(error, name, await hasWireguardGo(run));
		}
	}

	/** Mostly all of it is, and that is seen without a program; what is not is asked of `ip`, whose word counts. */
	function isAsWanted(): boolean {
		const found = seen(name);
		return (
			found?.alias === interfaceAlias &&
			found.kind !== "other" &&
			found.mtu === settings.mtu &&
			found.addresses.length === wanted.length &&
			wanted.every((address) => found.addresses.includes(address))
		);
	}

	async function ensure(signal?: AbortSignal, onDevice?: (device: Device) => void): Promise<string[]> {
		signal?.throwIfAborted();
		if (isAsWanted()) return ensureDevice(signal, onDevice);
		const done: string[] = [];
		let found = await link(signal);
		if (!found) {
			await create();
			done.push("interface made");
			found = await link(signal);
		}
		if (!found) throw new HeimwegError(`the interface ${name} vanished while it was set up`);
		if (!isOurs(found)) {
			await adopt(found, signal);
			done.push("interface taken over");
		}
		done.push(...(await ensureDevice(signal, onDevice)), ...(await ensureAddresses(signal)));
		if (found.mtu !== settings.mtu) {
			await ip("link", "set", "dev", name, "mtu", String(settings.mtu));
			done.push(`MTU ${settings.mtu} set`);
		}
		if (!found.flags.includes("UP")) {
			await ip("link", "set", "dev", name, "up").catch(sayWhoHoldsPort);
			done.push("interface up");
		}
		return done;
	}

	/**
	 * Marks an interface that is WireGuard's and blank (no key, no peer): wireguard-go has just made it, or we were
	 * killed between making and marking it.
	 */
	async function adopt(found: LinkEntry, signal?: AbortSignal): Promise<void> {
		const device = await wg.device(signal);
		if (!device || device.publicKey || device.peers.length > 0) throw new HeimwegError(foreign(found));
		await ip("link", "set", "dev", name, "alias", interfaceAlias);
	}

	async function ensureDevice(signal?: AbortSignal, onDevice?: (device: Device) => void): Promise<string[]> {
		const device = await wg.device(signal);
		if (!device) {
			throw new HeimwegError(`the interface ${name} does not answer as a WireGuard interface`, {
				remedy: `look at "systemctl status heimweg-wireguard-go@${name}"`,
			});
		}
		onDevice?.(device);
		const done: string[] = [];
		if (device.publicKey !== publicKeyOf(settings.privateKey)) {
			await wg.setInterface({ privateKeyFile: settings.privateKeyFile });
			done.push("key set");
		}
		if (settings.listenPort !== undefined && device.listenPort !== settings.listenPort) {
			await wg.setInterface({ listenPort: settings.listenPort }).catch(sayWhoHoldsPort);
			done.push(`port ${settings.listenPort} set`);
		}
		return done;
	}

	/** Any user may hold the port while nobody listens there. */
	async function sayWhoHoldsPort(error: unknown): Promise<never> {
		const port = settings.listenPort;
		if (
			port === undefined ||
			!(error instanceof CommandError) ||
			!/Address already in use/.test(error.stderr)
		)
			throw error;
		const where = { protocol: "udp", address: parseAddress("0.0.0.0"), port } as const;
		const holder = await portHolder(run, where).catch(() => "");
		throw new HeimwegError(`UDP port ${port} is held by another program ${holder}`.trim(), {
			remedy: `run "${holderCommand(where)}" as root to see which program it is, and end it; it is tried again by itself`,
		});
	}

	async function ensureAddresses(signal?: AbortSignal): Promise<string[]> {
		const text = await run("ip", ["-j", "address", "show", "dev", name], signal ? { signal } : {});
		const present = readJsonList(text, interfaceSchema)
			.flatMap((entry) => readEach(entry.addr_info, addressInfoSchema))
			.filter((entry) => entry.scope === "global")
			.map((entry) => `${entry.local}/${entry.prefixlen}`);
		for (const address of present.filter((a) => !wanted.includes(a)))
			await ip("address", "del", address, "dev", name).catch(ignore(/Cannot assign requested address/));
		const missing = wanted.filter((a) => !present.includes(a));
		for (const address of missing) {
			// No other host is on this link, so there is nothing to detect duplicates with.
			const noDetection = address.includes(":") ? ["nodad"] : [];
			await ip("address", "add", address, "dev", name, ...noDetection).catch(ignore(/File exists/));
		}
		return missing.map((address) => `address ${address} set`);
	}

	return {
		wireguard: wg,
		ensure,
	};
}

/** For what is as it should be by now, be it that a look at it could not be read. */
function ignore(reason: RegExp): (error: unknown) => void {
	return (error) => {
		if (!(error instanceof CommandError) || !reason.test(error.stderr)) throw error;
	};
}

function lengthFor(address: Address, networks: readonly Cidr[]): string {
	const network = networks.find((candidate) => inNetwork(address, candidate));
	return network ? network.slice(network.indexOf("/") + 1) : familyOf(address) === 4 ? "32" : "128";
}

/** Milliseconds that wireguard-go, just started, may need until it answers for the tun device that it made. */
const startOfWireguardGo = 3_000;

/** Throws a ConfigError when there is an interface of our name that we did not make; to be asked before a start. */
export async function refuseForeignInterface(
	run: RunCommand,
	name: string,
	patience = startOfWireguardGo,
): Promise<void> {
	const end = performance.now() + patience;
	for (;;) {
		const found = await readLink(run, name);
		if (!found || isOurs(found)) return;
		const device = await wireguard(run, name).device();
		if (device && !device.publicKey && device.peers.length === 0) return;
		if (device || found.linkinfo?.info_kind !== "tun" || performance.now() > end)
			throw new ConfigError([foreign(found)]);
		await sleep(100);
	}
}

/** Takes the interface away, if it is there and ours; throws a ConfigError when it is somebody else's. */
export async function removeTunnelInterface(run: RunCommand, name: string): Promise<void> {
	const found = await readLink(run, name);
	if (!found) return;
	if (!isOurs(found)) throw new ConfigError([foreign(found)]);
	await run("ip", ["link", "del", "dev", name]);
}

async function readLink(run: RunCommand, name: string, signal?: AbortSignal): Promise<LinkEntry | undefined> {
	try {
		const text = await run("ip", ["-j", "-d", "link", "show", "dev", name], signal ? { signal } : {});
		return readOne(text, name);
	} catch (error) {
		if (error instanceof CommandError && /does not exist|Cannot find device/.test(error.stderr))
			return undefined;
		throw error;
	}
}

function readOne(text: string, name: string): LinkEntry {
	const [found] = readJsonList(text, linkSchema);
	if (found) return found;
	throw new HeimwegError(`"ip -j -d link show dev ${name}" printed nothing that can be read`, {
		remedy: `run "ip -d link show dev ${name}" and look what is odd about it`,
	});
}

function isOurs(found: LinkEntry): boolean {
	const kind = found.linkinfo?.info_kind;
	return found.ifalias === interfaceAlias && (kind === "wireguard" || kind === "tun");
}

function foreign(found: LinkEntry): string {
	const kind = found.linkinfo?.info_kind ?? "unknown";
	const name = found.ifname;
	return `tunnel.interface: there is an interface ${name} (kind ${kind}) that heimweg did not make: choose another name, or remove it with "ip link del ${name}"`;
}

async function hasWireguardGo(run: RunCommand): Promise<boolean> {
	return run("wireguard-go", ["--version"]).then(
		() => true,
		(error) => !(error instanceof CommandError && error.missing),
	);
}

function explain(error: unknown, name: string, installed: boolean): unknown {
	if (!(error instanceof CommandError)) return error;
	if (/Operation not permitted/.test(error.stderr)) {
		return new HeimwegError(`the interface ${name} cannot be made: ${error.stderr}`, {
			remedy: "run as root, or give the service CAP_NET_ADMIN (the unit that comes with heimweg does)",
			cause: error,
		});
	}
	if (/Unknown device type|not supported/i.test(error.stderr)) {
		return new HeimwegError(
			`the interface ${name} is missing: this kernel has no WireGuard, and wireguard-go has not made it`,
			{
				remedy: installed
					? `look at "systemctl status heimweg-wireguard-go@${name}", which needs /dev/net/tun, and restart it`
					: `run "apt install wireguard-go" and "systemctl restart heimweg-wireguard-go@${name}"`,
				cause: error,
			},
		);
	}
	return error;
}
