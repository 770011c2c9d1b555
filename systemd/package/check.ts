import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** Has lintian(1) look at the packages, and installs those for arm64; prints what they say. False when one fails. */
export async function checkPackages(files: readonly string[]): Promise<boolean> {
	const lintian = ["--allow-root", "--profile", "debian", "--fail-on", "error,warning"];
	const clean = await run("lintian", ...lintian, "--tag-display-limit", "0", ...files);
	const onArm = files.filter((file) => /_(all|arm64)\.deb$/.test(file));
	if (!onArm.some((file) => file.endsWith("_arm64.deb"))) return clean;
	return (await installsOnArm(onArm)) && clean;
}

/** What the packages need on a machine, so that they install from files alone. */
const needed = "systemd,postfix,postfix-lmdb,wireguard-tools,iproute2,nftables";

/**
 * Installs the packages into a Debian for arm64 and asks both programs for their version. Its programs run by
 * qemu-user-static, which has registered itself with the kernel when it was installed (binfmt_misc).
 */
async function installsOnArm(files: readonly string[]): Promise<boolean> {
	const root = await mkdtemp(join(tmpdir(), "heimweg-arm64-"));
	// Its mounts and processes end with it, also when it is interrupted.
	const alone = (...argv: string[]) =>
		run("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", ...argv);
	const inRoot = (...argv: string[]) =>
		alone("chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", ...argv);
	try {
		const made = await alone(
			...["debootstrap", "--arch=arm64", "--variant=minbase", `--include=${needed}`, "bookworm", root],
		);
		if (!made) return false;
		for (const file of files) await copyFile(file, join(root, "root", basename(file)));
		const installed = files.map((file) => `/root/${basename(file)}`);
		return (
			(await inRoot("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", ...installed)) &&
			(await inRoot("heimweg", "--version")) &&
			(await inRoot("heimweg-relay", "--version"))
		);
	} finally {
		await rm(root, { recursive: true, force: true });
	}
}

async function run(command: string, ...args: string[]): Promise<boolean> {
	const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
	child.on("error", (error) => process.stderr.write(`${error.message}\n`));
	const [code] = (await Promise.race([once(child, "exit"), once(child, "error")])) as [unknown];
	if (code !== 0) process.stderr.write(`${[command, ...args].join(" ")}: failed\n`);
	return code === 0;
}
