import { fileURLToPath } from "node:url";
import type { Host } from "./host.ts";
import type { Internet } from "./internet.ts";
import { addresses } from "./network.ts";
import { parentOf, zones } from "./zones.ts";

/** Names that unbound(8) answers by itself unless it is told that here they are the internet's. */
const elsewhereReserved = [
	"test.",
	"2.0.192.in-addr.arpa.",
	"113.0.203.in-addr.arpa.",
	"8.b.d.0.1.0.0.2.ip6.arpa.",
];

const strippingResolver = fileURLToPath(new URL("stripping-resolver.mjs", import.meta.url));

/** The root's key, as delv(1) takes it with `-a`. */
export const rootAnchor = "/etc/bind/lab-root.keys";

/**
 * Has delv(1) on a host validate up to the lab's root, as it does up to the real one elsewhere: that one is built in, so
 * a script stands in its place that names the lab's.
 */
export async function trustRoot(host: Host, { rootDs }: Pick<Internet, "rootDs">): Promise<void> {
	const [tag, algorithm, type, digest] = rootDs.split(" ");
	const anchor = `trust-anchors { . static-ds ${tag} ${algorithm} ${type} "${digest}"; };\n`;
	await host.write(rootAnchor, anchor);
	await host.run(["sh", "-c", "[ -e /usr/bin/delv.real ] || mv /usr/bin/delv /usr/bin/delv.real"]);
	await host.write("/usr/bin/delv", `#!/bin/sh\nexec /usr/bin/delv.real -a ${rootAnchor} "$@"\n`, 0o755);
}

/**
 * Gives a host a resolver of its own, unbound(8), which asks from the root down and validates. It keeps a bad key for a
 * minute, whatever it is told: called again, it is as new.
 */
export async function useValidatingResolver(host: Host, { rootDs }: Internet): Promise<void> {
	const { ipv4, ipv6 } = addresses.services;
	const hints = [". NS ns1.desec.test.", `ns1.desec.test. A ${ipv4}`, `ns1.desec.test. AAAA ${ipv6}`, ""];
	await host.write("/etc/unbound/root.hints", hints.join("\n"));
	const settings = [
		"server:",
		"interface: 127.0.0.1",
		'root-hints: "/etc/unbound/root.hints"',
		`trust-anchor: ". DS ${rootDs}"`,
		"cache-max-ttl: 0",
		"cache-max-negative-ttl: 0",
		...elsewhereReserved.map((name) => `local-zone: "${name}" nodefault`),
		"remote-control:",
		"control-enable: no",
		"",
	];
	await host.write("/etc/unbound/unbound.conf", settings.join("\n"));
	await host.run(["systemctl", "restart", "unbound"]);
	await useResolver(host, "127.0.0.1");
}

/** Gives a host a resolver that takes every signature away; the name server of the lab, which it asks, sends them. */
export async function useStrippingResolver(host: Host): Promise<void> {
	await host.exec(["systemctl", "stop", "unbound"]);
	const path = "/usr/local/lib/stripping-resolver.mjs";
	await host.copyIn(strippingResolver, path);
	const unit = ["systemd-run", "--unit=stripping-resolver", "--collect"];
	await host.run([...unit, "node", path, addresses.services.ipv4]);
	await useResolver(host, "127.0.0.1");
	const answers = "until dig +tries=1 +time=1 @127.0.0.1 . SOA >/dev/null; do sleep 0.1; done";
	await host.run(["sh", "-c", answers]);
}

/** The lab's name server itself answers the host again. */
export async function useNameServer(host: Host): Promise<void> {
	await useResolver(host, addresses.services.ipv4);
	await host.exec(["systemctl", "stop", "unbound", "stripping-resolver"]);
}

async function useResolver(host: Host, address: string): Promise<void> {
	await host.write("/etc/resolv.conf", `nameserver ${address}\n`);
}

/** What the zone above says of a zone's key, each `TAG ALGORITHM DIGEST-TYPE DIGEST`; none: it is not signed. */
export async function setDs(internet: Internet, zone: string, ...ds: string[]): Promise<void> {
	const parent = parentOf(zone) ?? ".";
	const name = parent === "." ? zone : zone.slice(0, -parent.length - 1);
	const change =
		ds.length > 0 ? ["replace-rrset", parent, name, "DS", "60", ...ds] : ["delete-rrset", parent, name, "DS"];
	await pdnsutil(internet, ...change);
	await pdnsutil(internet, "rectify-zone", parent);
}

/** The DS records that the zone above has of a zone. */
export async function dsOf(internet: Internet, zone: string): Promise<string[]> {
	return (await internet.dig(zone, "DS")).map((one) => {
		const [tag, algorithm, type, ...digest] = one.split(" ");
		return [tag, algorithm, type, digest.join("").toLowerCase()].join(" ");
	});
}

/** A zone is not signed any more although the zone above says that it is, or is again. */
export async function setSigned(internet: Internet, zone: string, signed: boolean): Promise<void> {
	const { stdout } = await internet.exec(["pdnsutil", "list-keys", zone]);
	const id = /\sECDSA\S+\s+(\d+)\s/.exec(stdout)?.[1];
	if (!id) throw new Error(`${zone} has no key: ${stdout}`);
	await pdnsutil(internet, signed ? "activate-zone-key" : "deactivate-zone-key", zone, id);
}

async function pdnsutil(internet: Internet, ...args: string[]): Promise<void> {
	const { stdout, stderr, exitCode } = await internet.exec(["pdnsutil", ...args]);
	if (exitCode !== 0) throw new Error(`pdnsutil ${args.join(" ")}: ${stderr || stdout}`);
}

/** All zones that can be validated. */
export const signedZones: readonly string[] = Object.keys(zones);
