import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackages } from "../../systemd/package/build.ts";
import { run } from "./command.ts";
import type { Host } from "./host.ts";

/** Where the hosts find their repository. */
const onHost = "/srv/heimweg";

export interface Release {
	version: string;
	/** How often Node was packed. */
	revision: string;
}

/** A folder with a signed repository of packages, on this machine. */
export interface PackageRepository {
	folder: string;
	/** Adds the packages of another version. */
	add(release: Release): Promise<void>;
	remove(): Promise<void>;
}

/** Builds the packages of the tree as it is, and a repository that a key made for it has signed. */
export async function createRepository(first: Release): Promise<PackageRepository> {
	const base = await mkdtemp(join(tmpdir(), "heimweg-packages-"));
	const [folder, keys] = [join(base, "repository"), join(base, "keys")];
	await mkdir(keys, { mode: 0o700 });
	const name = "Lab <lab@package.invalid>";
	await run([
		"gpg",
		"--homedir",
		keys,
		"--batch",
		"--passphrase",
		"",
		"--quick-generate-key",
		name,
		"ed25519",
		"sign",
		"never",
	]);
	const add = async ({ version, revision }: Release) => {
		await buildPackages({
			output: folder,
			architectures: [process.arch === "arm64" ? "arm64" : "amd64"],
			maintainer: name,
			epoch: 1_790_000_000,
			version,
			revision,
			packing: "fast",
			key: name,
			keys,
		});
	};
	await add(first);
	return {
		folder,
		add,
		async remove() {
			await run(["gpgconf", "--homedir", keys, "--kill", "all"]);
			await rm(base, { recursive: true, force: true });
		},
	};
}

/** Puts the repository on a host in the place of all that its apt had, and has apt read it. */
export async function offer(host: Host, { folder }: PackageRepository): Promise<void> {
	await host.run(["rm", "-rf", onHost]);
	await host.copyIn(folder, onHost);
	await host.write("/usr/share/keyrings/heimweg.asc", await readFile(join(folder, "heimweg.asc"), "utf8"));
	await host.run(["sh", "-c", "rm -f /etc/apt/sources.list.d/*; : >/etc/apt/sources.list"]);
	const source = `Types: deb\nURIs: file:${onHost}\nSuites: ./\nSigned-By: /usr/share/keyrings/heimweg.asc\n`;
	await host.write("/etc/apt/sources.list.d/heimweg.sources", source);
	await apt(host, "update");
}

/** apt-get(8), as somebody types it, without questions. */
export function apt(host: Host, ...args: string[]): Promise<string> {
	const env = ["env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"];
	return host.run([...env, "apt-get", "--yes", "--quiet", ...args], { timeout: 120_000 });
}
