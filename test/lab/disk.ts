import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { mountOverlay } from "./mounts.ts";
import type { Run } from "./run.ts";

/**
 * Makes the disk of a machine: a copy of the root image that shares what it does not change, with a hostname and a
 * machine id of its own. Returns the folder. What is written to it stays until the run is removed.
 */
export async function createDisk(lab: Run, image: string, role: string, hostname: string): Promise<string> {
	const [upper, work, disk] = ["upper", "work", "disk"].map((part) => join(lab.folder, "disks", role, part));
	if (!upper || !work || !disk) throw new Error("unreachable");
	for (const folder of [upper, work, disk]) await mkdir(folder, { recursive: true });
	await mountOverlay(image, upper, work, disk);
	await writeFile(join(disk, "etc/machine-id"), `${randomBytes(16).toString("hex")}\n`);
	await writeFile(join(disk, "etc/hostname"), `${hostname}\n`);
	await writeFile(join(disk, "etc/hosts"), `127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ${hostname}\n`);
	await writeFile(join(disk, "etc/mailname"), `${hostname}\n`);
	await writeFile(join(disk, "etc/resolv.conf"), "nameserver 192.0.2.53\n");
	await tellBoot(disk);
	return disk;
}

/**
 * systemd-nspawn gives a machine a boot id of its own by a mount in /proc, which a unit with a /proc of its own does not
 * see. Debian 12's "journalctl --follow" shows this boot alone, and so would show nothing there.
 */
async function tellBoot(disk: string): Promise<void> {
	if (!(await readFile(join(disk, "etc/debian_version"), "utf8")).startsWith("12.")) return;
	for (const unit of ["heimweg-maillog@", "heimweg-relay-maillog@"]) {
		const folder = join(disk, `etc/systemd/system/${unit}.service.d`);
		await mkdir(folder, { recursive: true });
		const lines = ["ProtectProc=default", "ProtectKernelTunables=no", "ProtectControlGroups=no"];
		await writeFile(join(folder, "lab.conf"), `[Service]\n${lines.join("\n")}\n`);
	}
}

/**
 * The TUN device as udev makes it on a real machine, for everybody to open (who may use it is a matter of
 * CAP_NET_ADMIN). On a machine without udev it is root's alone, which a unit with a user of its own would run into.
 */
export async function tunDevice(lab: Run): Promise<string> {
	const path = join(lab.folder, "disks", "tun");
	// Hosts that start at the same time all try; one of them makes it.
	await run(["sh", "-c", 'mknod -m 666 "$1" c 10 200 2>/dev/null || [ -c "$1" ]', "sh", path]);
	return path;
}
