import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackages } from "../../systemd/package/build.ts";
import { run } from "./command.ts";
import type { Host } from "./host.ts";

/** Where the hosts find their repository. */
export const onHost = "/srv/heimweg";

export interface Release {
	version: string;
	/** How often Node was packed. */
	revision: string;
}

/** Folders with signed repositories of packages, on this machine. */
export interface Repositories {
	/** One with the first version, and one that has the next, too, if there is one. */
	first: string;
	both: string;
	remove(): Promise<void>;
}

/** Builds the packages of the tree as it is, in two versions where a next one is asked for; a key made for it signs them. */
export async function createRepositories(first: Release, next?: Release): Promise<Repositories> {
	const base = await mkdtemp(join(tmpdir(), "heimweg-packages-"));
	const folder = (name: string) => join(base, name);
	await mkdir(folder("keys"), { mode: 0o700 });
	const gpg = ["gpg", "--homedir", folder("keys"), "--batch"];
	const name = "Lab <lab@package.invalid>";
	await run([...gpg, "--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never"]);
	const build = (output: string, { version, revision }: Release) =>
		buildPackages({
			output,
			architectures: [process.arch === "arm64" ? "arm64" : "amd64"],
			maintainer: name,
			epoch: 1_790_000_000,
			version,
			revision,
			packing: "fast",
			key: name,
			keys: folder("keys"),
		});
	await build(folder("first"), first);
	await cp(folder("first"), folder("both"), { recursive: true });
	if (next) await build(folder("both"), next);
	return {
		first: folder("first"),
		both: folder("both"),
		async remove() {
			await run(["gpgconf", "--homedir", folder("keys"), "--kill", "all"]);
			await rm(base, { recursive: true, force: true });
		},
	};
}

/** Puts the repository on a host in the place of all that its apt had, and has apt read it. */
export async function offer(host: Host, folder: string): Promise<void> {
	await host.run(["sh", "-c", `rm -rf ${onHost} /var/lib/apt/lists/*`]);
	await host.copyIn(folder, onHost);
	await host.write("/usr/share/keyrings/heimweg.asc", await readFile(join(folder, "heimweg.asc"), "utf8"));
	await host.run(["sh", "-c", "rm -f /etc/apt/sources.list.d/*; : >/etc/apt/sources.list"]);
	const source = `Types: deb\nURIs: file:${onHost}\nSuites: ./\nSigned-By: /usr/share/keyrings/heimweg.asc\n`;
	await host.write("/etc/apt/sources.list.d/heimweg.sources", source);
	await apt(host, "update");
}

/** Takes the repository from its apt; the packages stay where they are. */
export async function forget(host: Host): Promise<void> {
	await host.run(["rm", "/etc/apt/sources.list.d/heimweg.sources", "/usr/share/keyrings/heimweg.asc"]);
	await apt(host, "update");
}

/** apt-get(8), as somebody types it, without questions. */
export function apt(host: Host, ...args: string[]): Promise<string> {
	const env = ["env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"];
	return host.run([...env, "apt-get", "--yes", "--quiet", ...args], { timeout: 120_000 });
}

/** As the timer of unattended-upgrades does it at night, for what Heimweg's repository has; Node stays as it is. */
export async function upgradeUnattended(host: Host): Promise<void> {
	await host.write(
		"/etc/apt/apt.conf.d/52heimweg",
		'Unattended-Upgrade::Origins-Pattern { "origin=Heimweg"; };\n',
	);
	await host.run(["apt-mark", "hold", "heimweg-node"]);
	await host.run(["unattended-upgrade", "--verbose"], { timeout: 120_000 });
}
