import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";

/** A network interface that is up, as the kernel shows it to everybody. */
export interface InterfaceSeen {
	/** Its alias, undefined without one. */
	alias: string | undefined;
	kind: "wireguard" | "tun" | "other";
	mtu: number;
	/** `address/length`, without those of the link. */
	addresses: string[];
}

/**
 * Looks at an interface without a program (sysfs-class-net in the kernel's ABI; getifaddrs(3)); undefined for one that is
 * not there, not up, or not shown. It takes a hundredth of what `ip` does, which is asked when this is not as it should be.
 */
export function interfaceSeen(name: string, folder = "/sys/class/net"): InterfaceSeen | undefined {
	const shown = networkInterfaces()[name];
	if (!shown) return undefined;
	try {
		const text = (file: string) => readFileSync(join(folder, name, file), "utf8").trim();
		return {
			alias: text("ifalias") || undefined,
			kind: /^DEVTYPE=wireguard$/m.test(text("uevent"))
				? "wireguard"
				: readable(() => text("tun_flags"))
					? "tun"
					: "other",
			mtu: Number(text("mtu")),
			addresses: shown.flatMap(({ cidr, scopeid }) => (cidr && !scopeid ? cidr : [])),
		};
	} catch {
		return undefined;
	}
}

function readable(read: () => string): boolean {
	try {
		read();
		return true;
	} catch {
		return false;
	}
}
