import { constants } from "node:fs";
import { access } from "node:fs/promises";
import type { RunCommand } from "./command.ts";

/** Where systemd's unit expects wireguard-go, and what that needs. */
const defaults = {
	module: "/sys/module/wireguard",
	userSpace: "/usr/bin/wireguard-go",
	device: "/dev/net/tun",
};

/**
 * What this machine lacks to make a WireGuard interface, as sentences: the kernel has WireGuard, or can load it, or there
 * are wireguard-go and the device that it makes interfaces with.
 */
export async function wireguardProblems(run: RunCommand, paths = defaults): Promise<string[]> {
	if (await there(paths.module, constants.F_OK)) return [];
	const loads = await run("modprobe", ["--dry-run", "--quiet", "wireguard"]).then(
		() => true,
		() => false,
	);
	if (loads) return [];
	if (!(await there(paths.userSpace, constants.X_OK))) {
		return [
			`this kernel has no WireGuard, and ${paths.userSpace} is missing: run "apt install wireguard-go", or use a kernel with WireGuard`,
		];
	}
	if (await there(paths.device, constants.F_OK)) return [];
	return [
		`this kernel has no WireGuard, and wireguard-go needs ${paths.device}, which is missing: run "modprobe tun"; in a container, let its host pass the device in`,
	];
}

async function there(path: string, mode: number): Promise<boolean> {
	return access(path, mode).then(
		() => true,
		() => false,
	);
}
