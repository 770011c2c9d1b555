import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** What the packages need on a machine, so that they install from files alone. */
const needed = "systemd,postfix,postfix-lmdb,wireguard-tools,iproute2,nftables";

/** How the kernel knows a program for arm64, and what runs it: as the package qemu-user-static has it (binfmt.d(5)). */
const format = "/usr/lib/binfmt.d/qemu-aarch64.conf";

/**
 * Installs the packages into a Debian for arm64 and asks both programs for their version; prints what is said, and returns
 * whether all went well. Its programs run by qemu-user-static.
 */
export async function installsOnArm(files: readonly string[]): Promise<boolean> {
	if (!existsSync(format)) {
		process.stderr.write(
			`programs for arm64 cannot run here, without ${format}: run "apt install qemu-user-static"\n`,
		);
		return false;
	}
	const root = await mkdtemp(join(tmpdir(), "heimweg-arm64-"));
	// So debootstrap knows that it may make no device files there; the first stage has made them.
	const ours = ["--unset=NODE_OPTIONS", "--unset=NODE_EXTRA_CA_CERTS"];
	const env = ["env", ...ours, "container=lxc", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"];
	const inRoot = (...argv: string[]) => foreign(root, [...env, ...argv]);
	try {
		const first = ["--foreign", "--arch=arm64", "--variant=minbase", `--include=${needed}`];
		if (!(await here(["debootstrap", ...first, "bookworm", root]))) return false;
		if (!(await inRoot("/debootstrap/debootstrap", "--second-stage"))) return false;
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

/** Its mounts and processes end with it, also when it is interrupted. */
const alone = ["--mount", "--pid", "--fork", "--kill-child"];

function here(argv: readonly string[]): Promise<boolean> {
	const stdio = ["ignore", "inherit", "inherit"] as const;
	return ended(spawn("unshare", [...alone, "--mount-proc", ...argv], { stdio: [...stdio] }), argv);
}

/**
 * Tells the kernel of the format, for this user namespace alone, and becomes the command in the root. A kernel before Linux
 * 6.7 has formats for the whole machine only, and there qemu-user-static has told it when it was installed.
 */
const registering = `
root=$1
shift
formats=$root/proc/sys/fs/binfmt_misc
mount -t binfmt_misc binfmt_misc "$formats" 2>/dev/null && cat ${format} >"$formats/register"
exec chroot "$root" "$@"
`;

/** Runs a program for arm64 in its root, in a user namespace in which all users are who they are. */
async function foreign(root: string, argv: readonly string[]): Promise<boolean> {
	const own = ["unshare", ...alone, `--mount-proc=${root}/proc`];
	const inside = [...own, "sh", "-c", registering, "sh", root, ...argv];
	const waiting = ["--user", "sh", "-c", 'echo ready; read -r _; exec "$@" </dev/null', "sh", ...inside];
	const child = spawn("unshare", waiting, { stdio: ["pipe", "pipe", "inherit"] });
	const end = ended(child, argv);
	const ready = await Promise.race([once(child.stdout, "data"), end]);
	if (typeof ready === "boolean") return ready;
	for (const kind of ["uid", "gid"]) await writeFile(`/proc/${child.pid}/${kind}_map`, "0 0 65536\n");
	child.stdout.pipe(process.stdout, { end: false });
	child.stdin.end("\n");
	return end;
}

async function ended(child: ReturnType<typeof spawn>, argv: readonly string[]): Promise<boolean> {
	child.on("error", (error) => process.stderr.write(`${error.message}\n`));
	const [code] = (await Promise.race([once(child, "close"), once(child, "error")])) as [unknown];
	if (code !== 0) process.stderr.write(`${argv.join(" ")}: failed\n`);
	return code === 0;
}
