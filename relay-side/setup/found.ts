import { version } from "node:process";
import type { Cidr } from "../../shared/address.ts";
import { firewalls } from "../../shared/firewall/firewalls.ts";
import type { Firewall, OpenPort } from "../../shared/firewall/port.ts";
import { sentence } from "../../shared/sentence.ts";
import type { RelayCore } from "../config.ts";
import { invitedBy, textOf } from "./files.ts";
import { type Outward, type OwnAddress, outwardPort25, ownAddresses } from "./look.ts";
import { routedNetworks } from "./networks.ts";
import type { SetupDeps, SetupOptions } from "./options.ts";
import { hasLmdb, type OwnPostfix, ownPostfix } from "./postfix.ts";
import { words } from "./words.ts";

/** This machine before anything is done. */
export interface Found {
	addresses: OwnAddress[];
	outward: Outward;
	postfix: OwnPostfix & { lmdb: boolean };
	firewalls: Firewall[];
	/** Networks that the tunnel's may not overlap. */
	routed: Cidr[];
	/** The configuration that is there, its text, and under which name it invites. */
	config: { text: string; read: RelayCore; host: string | undefined } | undefined;
	kernelHasWireguard: boolean;
}

/** What relay.toml says when it says nothing: WireGuard's port, the tunnel's interface, and ours inside of the tunnel. */
const usual = { listen: 51820, interface: "hw0", pulse: 8686, checkin: 8687, invite: 8688 } as const;

/** What others must reach: mail servers and homes from everywhere, homes through the tunnel; and where mail goes out. */
function portsOf(read: RelayCore | undefined): OpenPort[] {
	const { pulse, checkin, invite } = (read ?? {}) as Partial<
		Record<"pulse" | "checkin" | "invite", { port?: number }>
	>;
	const on = read?.tunnel.interface ?? usual.interface;
	return [
		{ protocol: "tcp", port: 25 },
		{ protocol: "udp", port: read?.tunnel.listen_port ?? usual.listen },
		{ protocol: "udp", port: pulse?.port ?? usual.pulse, on },
		{ protocol: "tcp", port: checkin?.port ?? usual.checkin, on },
		{ protocol: "tcp", port: invite?.port ?? usual.invite, on },
		{ protocol: "tcp", port: 25, out: true },
	];
}

export async function lookAround(options: Pick<SetupOptions, "config">, deps: SetupDeps): Promise<Found> {
	const { run, internet, line } = deps;
	// First: a file that is wrong is to be mended before anything else.
	const text = await textOf(options.config);
	const config =
		text === undefined ? undefined : { text, read: line.parse(options.config, text), host: invitedBy(text) };
	const [addresses, outward, postfix, lmdb, fire, routed, module] = await Promise.all([
		ownAddresses(run, internet.resolver),
		outwardPort25(internet.resolver, async (address) => (await internet.greeting(address)) === undefined),
		ownPostfix(run),
		hasLmdb(run),
		firewalls(run, portsOf(config?.read)),
		routedNetworks(run),
		run("modprobe", ["--dry-run", "--quiet", "wireguard"]).then(
			() => true,
			() => false,
		),
	]);
	return {
		...{ addresses, outward, firewalls: fire, routed, config },
		postfix: { ...postfix, lmdb },
		kernelHasWireguard: module,
	};
}

/** What was found, a line each. */
export function foundLines(found: Found): string[] {
	const { addresses, outward, postfix, firewalls: fire } = found;
	const lines = ([4, 6] as const).flatMap((family) => {
		const name = `IPv${family}`;
		const one = addresses.find((address) => address.family === family);
		return one ? addressLines(name, one) : [sentence(words.noAddress, { family: name })];
	});
	lines.push(outwardLine(outward));
	lines.push(
		sentence(words.postfix, {
			version: postfix.version,
			myhostname: postfix.myhostname,
			interfaces: postfix.interfaces,
		}),
	);
	if (postfix.keeps.length > 0)
		lines.push(sentence(words.mydestination, { domains: postfix.keeps.join(", ") }));
	for (const { name } of fire) lines.push(sentence(words.firewall, { name }));
	if (fire.length === 0) lines.push(words.noFirewall);
	lines.push(sentence(words.node, { version }));
	lines.push(found.kernelHasWireguard ? words.wireguardKernel : words.wireguardGo);
	return [words.found, ...lines.map((line) => `  ${line}`)];
}

function addressLines(family: string, { address, behindNat, dynamic, ptr, back }: OwnAddress): string[] {
	const kind = behindNat ? "addressBehindNat" : dynamic ? "addressDynamic" : "address";
	const first = sentence(words[kind], { family, address });
	// The hoster's name for a private address is nobody's concern.
	if (behindNat) return [first];
	const name = ptr === undefined ? words.noPtr : sentence(back ? words.ptr : words.ptrNotBack, { ptr });
	return [first, `  ${name}`];
}

function outwardLine(outward: Outward): string {
	if (outward.is === "not known") return words.outwardUnknown;
	return sentence(outward.is === "yes" ? words.outwardYes : words.outwardNo, { server: outward.server });
}
