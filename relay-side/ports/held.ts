import { networkInterfaces } from "node:os";
import { type Address, familyOf, parseAddress } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { portHolder } from "../../shared/port-holder.ts";
import type { Bind } from "./plan.ts";

/** The user whose sockets are HAProxy's own (systemd/heimweg.sysusers). */
export const haproxyUser = "heimweg-haproxy";

/** A listening TCP socket of this machine. */
interface Listener {
	/** `*` for all addresses of both families, `0.0.0.0` and `::` for those of one. */
	address: string;
	port: number;
	/** The user's number; ss(8) leaves out root's. */
	uid: number;
}

/** Reads what `ss -H -l -n -t -e` (ss(8)) prints. */
export function listenersIn(output: string): Listener[] {
	return output.split("\n").flatMap((line) => {
		const [, host, port] = /^(.*):(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? "") ?? [];
		if (host === undefined || port === undefined) return [];
		const address = host.replace(/^\[(?:::ffff:(?=\d+\.))?|\]$/g, "").replace(/%.*$/, "");
		const uid = Number(/\buid:(\d+)/.exec(line)?.[1] ?? 0);
		return [{ address, port: Number(port), uid }];
	});
}

/** The binds that another program than HAProxy stands in the way of. */
export function heldBinds(
	binds: readonly Bind[],
	listeners: readonly Listener[],
	ownUid: number | undefined,
): Bind[] {
	return binds.filter(({ port, address }) =>
		listeners.some(
			(one) => one.port === port && one.uid !== ownUid && (address === undefined || holds(one, address)),
		),
	);
}

/** Whether a listener has an address: by itself, or with all others of its family. */
function holds({ address: held }: Listener, address: Address): boolean {
	return held === "*" || held === address || held === (familyOf(address) === 4 ? "0.0.0.0" : "::");
}

/** Who holds the port of a bind, as a phrase. */
export async function holderOf(run: RunCommand, { port, address }: Bind): Promise<string> {
	const anywhere = parseAddress("0.0.0.0");
	return portHolder(run, { protocol: "tcp", address: address ?? anywhere, port }).catch(() => "");
}

/** The addresses of this machine's interfaces, and whether it has IPv6 at all. */
export function ownAddresses(): { all: ReadonlySet<Address>; ipv6: boolean } {
	const all = Object.values(networkInterfaces())
		.flatMap((list = []) => list)
		.map(({ address }) => parseAddress(address.split("%")[0]!));
	return { all: new Set(all), ipv6: all.some((address) => address.includes(":")) };
}
