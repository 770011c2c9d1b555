import type { Host } from "./host.ts";

/** A disk that has little room. */
export interface SmallDisk {
	/** Leaves not a byte. */
	fill(): Promise<void>;
	/** Gives the room back. */
	free(): Promise<void>;
}

/**
 * Puts a folder of a host, with what is in it, on a disk of its own of this size (as tmpfs(5) writes it), until the
 * host is switched off. Whoever uses the folder must be stopped.
 */
export async function smallDisk(host: Host, folder: string, size: string): Promise<SmallDisk> {
	const script = `set -e
		before=$(mktemp -d)
		cp -a "$1/." "$before/"
		mount -t tmpfs -o "size=$2" small "$1"
		cp -a "$before/." "$1/"`;
	await host.run(["sh", "-c", script, "sh", folder, size]);
	const ballast = `${folder}/.ballast`;
	return {
		async fill() {
			await host.run(["sh", "-c", '! dd if=/dev/zero of="$1" bs=4k status=none', "sh", ballast]);
		},
		async free() {
			await host.run(["rm", "-f", ballast]);
		},
	};
}
