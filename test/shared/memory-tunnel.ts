import { readFile } from "node:fs/promises";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";

/** A peer as WireGuard keeps it. */
export interface MemoryPeer {
	presharedKey?: string | undefined;
	endpoint?: string | undefined;
	allowed: string[];
	handshake: number;
	keepalive: number;
	/** How often it was made: a peer that is made anew has lost its session. */
	born: number;
}

export interface MemoryLink {
	kind: string;
	alias?: string | undefined;
	mtu: number;
	up: boolean;
	addresses: string[];
	/** Undefined for what is no WireGuard interface. */
	device?: { privateKey?: string | undefined; port: number; peers: Map<string, MemoryPeer> } | undefined;
}

/** A machine whose links `ip` and `wg` show and change; it refuses what they would refuse, and what it does not know. */
export function memoryTunnel(
	options: { kernel?: boolean; privileged?: boolean; wireguardGo?: boolean } = {},
) {
	const { kernel = true, privileged = true, wireguardGo = false } = options;
	const links = new Map<string, MemoryLink>();
	const calls: string[] = [];
	/** An allowed IP belongs to one peer. */
	const owners = new Map<string, MemoryPeer>();
	let births = 0;

	const fail = (command: string, stderr: string): never => {
		throw new CommandError(command, `"${command}" failed: ${stderr}`, { stderr, exitCode: 1 });
	};

	function linkOf(name: string): MemoryLink {
		return links.get(name) ?? fail("ip", `Device "${name}" does not exist.`);
	}

	function ip(args: readonly string[], input: string): string {
		const line = args.join(" ");
		if (line === "-batch -") {
			for (const one of input.split("\n").filter(Boolean)) change(one.split(" "));
			return "";
		}
		const shown = /^-j (?:-d )?(link|address) show dev (\S+)$/.exec(line);
		if (shown) return JSON.stringify([show(shown[1]!, shown[2]!)]);
		change(args);
		return "";
	}

	function show(what: string, name: string): object {
		const link = linkOf(name);
		if (what === "address")
			return {
				ifname: name,
				addr_info: link.addresses.map((text) => {
					const [local, length] = text.split("/");
					return { local, prefixlen: Number(length), scope: text.startsWith("fe80:") ? "link" : "global" };
				}),
			};
		const { mtu, alias, kind, up } = link;
		return {
			ifname: name,
			mtu,
			flags: up ? ["UP"] : [],
			linkinfo: { info_kind: kind },
			...(alias ? { ifalias: alias } : {}),
		};
	}

	function change(args: readonly string[]): void {
		if (!privileged) fail("ip", "RTNETLINK answers: Operation not permitted");
		const line = args.join(" ");
		const match = (pattern: RegExp) => pattern.exec(line)?.slice(1) as string[] | undefined;
		const added = match(/^link add dev (\S+) type wireguard$/);
		if (added) {
			if (links.has(added[0]!)) fail("ip", "RTNETLINK answers: File exists");
			if (!kernel) fail("ip", "Error: Unknown device type.");
			links.set(added[0]!, wireguardLink());
			return;
		}
		const set = match(/^link set dev (\S+) (alias|mtu) (\S+)$/);
		if (set) {
			const link = linkOf(set[0]!);
			if (set[1] === "alias") link.alias = set[2];
			else link.mtu = Number(set[2]);
			return;
		}
		const upped = match(/^link set dev (\S+) up$/);
		if (upped) {
			linkOf(upped[0]!).up = true;
			return;
		}
		const deleted = match(/^link del dev (\S+)$/);
		if (deleted) {
			linkOf(deleted[0]!);
			links.delete(deleted[0]!);
			return;
		}
		const address = match(/^address (add|del) (\S+) dev (\S+)(?: nodad)?$/);
		if (!address) throw new Error(`the model knows no "ip ${line}"`);
		const link = linkOf(address[2]!);
		const has = link.addresses.includes(address[1]!);
		if (address[0] === "add" && has) fail("ip", "RTNETLINK answers: File exists");
		if (address[0] === "del" && !has) fail("ip", "RTNETLINK answers: Cannot assign requested address");
		if (address[0] === "add") link.addresses.push(address[1]!);
		else link.addresses = link.addresses.filter((one) => one !== address[1]);
	}

	async function wg(args: readonly string[]): Promise<string> {
		const [verb, name = "", ...rest] = args;
		const device = links.get(name)?.device;
		if (!links.has(name))
			fail("wg", `Unable to ${verb === "show" ? "access" : "modify"} interface: No such device`);
		if (!device) return fail("wg", "Unable to access interface: Operation not supported");
		if (verb === "show" && rest.join() === "dump") return dump(device);
		if (verb === "show" && rest.join() === "endpoints")
			return [...device.peers].map(([key, peer]) => `${key}\t${peer.endpoint ?? "(none)"}`).join("\n");
		if (verb !== "set") throw new Error(`the model knows no "wg ${args.join(" ")}"`);
		// Like wg: everything is read before anything is changed.
		for (const apply of await changes(device, rest)) apply();
		return "";
	}

	async function changes(
		device: NonNullable<MemoryLink["device"]>,
		args: readonly string[],
	): Promise<Array<() => void>> {
		const todo: Array<() => void> = [];
		let key = "";
		const peer = () => {
			const found = device.peers.get(key) ?? { allowed: [], handshake: 0, keepalive: 0, born: ++births };
			device.peers.set(key, found);
			return found;
		};
		for (let at = 0; at < args.length; at++) {
			const word = args[at]!;
			if (word === "remove") {
				const gone = key;
				todo.push(() => device.peers.delete(gone));
				continue;
			}
			const value = args[++at] ?? fail("wg", `Invalid argument: ${word}`);
			const forKey = key;
			const onPeer = (act: (found: MemoryPeer) => void) =>
				todo.push(() => {
					key = forKey;
					act(peer());
				});
			if (word === "listen-port")
				todo.push(() => {
					device.port = Number(value);
				});
			else if (word === "private-key") {
				const read = await keyIn(value);
				todo.push(() => {
					device.privateKey = read;
				});
			} else if (word === "peer") {
				checkKey(value);
				key = value;
				const made = value;
				if (args[at + 1] !== "remove")
					todo.push(() => {
						key = made;
						peer();
					});
			} else if (word === "preshared-key") {
				const read = value === "/dev/null" ? undefined : await keyIn(value);
				onPeer((found) => {
					found.presharedKey = read;
				});
			} else if (word === "endpoint")
				onPeer((found) => {
					found.endpoint = value;
				});
			else if (word === "persistent-keepalive")
				onPeer((found) => {
					found.keepalive = Number(value);
				});
			else if (word === "allowed-ips") {
				const networks = value.split(",").filter(Boolean);
				onPeer((found) => {
					for (const network of networks) {
						const other = owners.get(network);
						if (other) other.allowed = other.allowed.filter((one) => one !== network);
						owners.set(network, found);
					}
					found.allowed = networks;
				});
			} else fail("wg", `Invalid argument: ${word}`);
		}
		return todo;
	}

	async function keyIn(file: string): Promise<string> {
		const text = await readFile(file, "utf8").catch(() => fail("wg", "fopen: No such file or directory"));
		if (text.trim().length !== 44) fail("wg", "Invalid length key in key file");
		return checkKey(text.trim());
	}

	function checkKey(key: string): string {
		if (!/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(key))
			fail("wg", `Key is not the correct length or format: \`${key}'`);
		return key;
	}

	function dump({ privateKey, port, peers }: NonNullable<MemoryLink["device"]>): string {
		const own = [privateKey ?? "(none)", privateKey ? publicKeyOf(privateKey) : "(none)", port, "off"];
		const lines = [...peers].map(([key, peer]) => [
			key,
			// All zeros are how the kernel keeps no key.
			peer.presharedKey && !/^A+=$/.test(peer.presharedKey) ? peer.presharedKey : "(none)",
			peer.endpoint ?? "(none)",
			peer.allowed.join(",") || "(none)",
			peer.handshake,
			0,
			0,
			peer.keepalive || "off",
		]);
		return [own, ...lines].map((fields) => fields.join("\t")).join("\n");
	}

	const run: RunCommand = async (command, args, { input = "", signal } = {}) => {
		signal?.throwIfAborted();
		calls.push([command, ...args].join(" "));
		if (command === "ip") return ip(args, input);
		if (command === "wg") return wg(args);
		if (command === "wireguard-go") {
			if (wireguardGo) return "";
			throw new CommandError(command, "it is not installed", { missing: true });
		}
		throw new Error(`the model knows no ${command}`);
	};

	return {
		run,
		links,
		/** Every command so far. */
		calls,
		/** The calls that changed something, since the last time this was asked. */
		changesOf: () => calls.splice(0).filter((call) => !/ show /.test(call)),
	};
}

/** A WireGuard link as `ip link add` makes it. */
export function wireguardLink(changes: Partial<MemoryLink> = {}): MemoryLink {
	return {
		kind: "wireguard",
		mtu: 1420,
		up: false,
		addresses: [],
		device: { port: 0, peers: new Map() },
		...changes,
	};
}
