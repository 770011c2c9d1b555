import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Host } from "../../lab/host.ts";
import type { KeyPair } from "../../lab/scene.ts";
import { crowdFile, crowdHome, tunnel } from "./home.ts";

const projectFolder = fileURLToPath(new URL("../../..", import.meta.url));

/** Where the companion's maps lie, as Postfix names them. */
export const map = (name: "transport" | "relay_domains") => `lmdb:/var/lib/heimweg-relay/maps/${name}`;

export const homesDirectory = "/etc/heimweg-relay/homes.d";

/** Installs the companion on a relay that has booted, as the README tells, and starts nothing. */
export async function installCompanion(relay: Host, key: KeyPair): Promise<void> {
	await relay.copyIn(`${projectFolder}dist`, "/root/heimweg/dist");
	await relay.copyIn(`${projectFolder}systemd`, "/root/heimweg/systemd");
	await relay.run(["/root/heimweg/systemd/install", "relay"]);
	await relay.write("/etc/heimweg-relay/wireguard.key", `${key.privateKey}\n`, 0o640);
	await relay.run(["chown", "root:heimweg", "/etc/heimweg-relay/wireguard.key"]);
	await relay.write(
		"/etc/heimweg-relay/relay.toml",
		`[tunnel]
addresses = ${JSON.stringify(tunnel.relay)}
networks = ${JSON.stringify(tunnel.networks)}
`,
	);
	await relay.run(["postconf", "-e", "default_database_type=lmdb"]);
	await relay.run(["heimweg-relay", "postfix", "--apply"]);
}

/** Stops the companion, lets it forget everything, and gives it the files of so many homes. */
export async function giveHomes(relay: Host, count: number): Promise<void> {
	await relay.run(["systemctl", "stop", "heimweg-relay"]);
	const forget = `
mkdir -p /var/lib/heimweg-crowd
find ${homesDirectory} /var/lib/heimweg-relay /var/lib/heimweg-crowd -type f ! -name interface -delete
nft delete table inet heimweg 2>/dev/null || true
heimweg-relay postfix --apply >/dev/null`;
	await relay.run(["sh", "-e", "-c", forget], { timeout: 120_000 });
	const folder = await mkdtemp(join(tmpdir(), "heimweg-crowd-"));
	try {
		const files = join(folder, "homes.d");
		await mkdir(files);
		for (let number = 0; number < count; number++) {
			const home = crowdHome(number);
			await writeFile(join(files, `${home.id}.toml`), crowdFile(home));
		}
		await relay.copyIn(files, homesDirectory);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
	await relay.run(["chgrp", "-R", "heimweg", homesDirectory]);
}

/**
 * Does something on the relay, waits until a command there succeeds (or fails), and returns the seconds in between;
 * Infinity when it does not in time. Both happen in one shell there, so that no way from here to there is counted.
 */
export async function secondsUntil(
	relay: Host,
	act: string,
	check: string,
	timeout: number,
): Promise<number> {
	const script = `
${act}
began=$(date +%s%N)
end=$((began + ${Math.round(timeout * 1e6)}))
until ${check}; do
	[ "$(date +%s%N)" -lt $end ] || { echo never; exit 0; }
	sleep 0.02
done
echo $(($(date +%s%N) - began))`;
	const printed = await relay.run(["sh", "-c", script], { timeout: timeout + 60_000 });
	return printed === "never" ? Number.POSITIVE_INFINITY : Number(printed) / 1e9;
}

/** A check that a domain is relayed for and has its route. */
export function inMaps(domain: string): string {
	return `postmap -q ${domain} ${map("transport")} >/dev/null 2>&1 && postmap -q ${domain} ${map("relay_domains")} >/dev/null 2>&1`;
}

export function notInMaps(domain: string): string {
	return `! postmap -q ${domain} ${map("relay_domains")} >/dev/null 2>&1`;
}
