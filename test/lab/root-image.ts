import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt, run } from "./command.ts";
import { removeFolder } from "./mounts.ts";

const cacheFolder = fileURLToPath(new URL("../../.cache", import.meta.url));

/** A Debian that hosts boot from: its release, what is installed, and the services that start only when a host asks. */
export interface Root {
	release: "bookworm" | "trixie";
	packages: string;
	/** Installed by apt-get(8) afterwards: debootstrap configures them before the Python that they need. */
	added?: string;
	services: string;
}

/** What the hosts of the lab and its internet are made of, unless one asks for another. */
export const debian13: Root = {
	release: "trixie",
	packages:
		"systemd-sysv dbus nodejs postfix postfix-lmdb wireguard-go wireguard-tools iproute2 nftables dovecot-imapd dovecot-lmtpd " +
		"pdns-server pdns-backend-sqlite3 sqlite3 swaks bind9-dnsutils ddclient inadyn openssl procps iputils-ping " +
		"ca-certificates netcat-openbsd radvd",
	added:
		"haproxy opendkim opendkim-tools rspamd fail2ban python3-systemd python3-dkim msmtp isync curl sasl2-bin " +
		"libnet-ssleay-perl lego pebble unbound",
	services: "postfix dovecot pdns ddclient inadyn radvd haproxy opendkim rspamd fail2ban saslauthd unbound",
};

/** Debian 12 with what a mail server has anyway, two firewalls, and without any Node: its own is too old for Heimweg. */
export const debian12: Root = {
	release: "bookworm",
	packages:
		"systemd-sysv dbus postfix postfix-lmdb wireguard-go wireguard-tools iproute2 nftables openssl procps " +
		"iputils-ping ca-certificates netcat-openbsd curl needrestart unattended-upgrades",
	added: "ufw firewalld ansible-core openssh-server",
	services: "postfix ufw firewalld ssh",
};

/** Debian 12 as a home that serves mail programs: Dovecot 2.3, Postfix 3.7; and HAProxy 2.6. */
export const debian12WithDovecot: Root = {
	release: "bookworm",
	packages: debian12.packages,
	added: "dovecot-imapd dovecot-pop3d dovecot-managesieved haproxy",
	services: "postfix dovecot haproxy",
};

/** Debian 13 as a relay by hand: WireGuard, and nginx's stream module. */
export const debian13WithNginx: Root = {
	release: "trixie",
	packages:
		"systemd-sysv dbus postfix wireguard-go wireguard-tools iproute2 nftables procps iputils-ping ca-certificates",
	added: "nginx libnginx-mod-stream",
	services: "postfix nginx",
};

/** Nothing that a host in the lab needs, and it would wake up in the middle of a measurement. */
const masked =
	"apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer " +
	"systemd-tmpfiles-clean.timer networking.service";

/** Without a running systemd, deb-systemd-invoke(1p) starts nothing. */
const install = (packages: string) => `
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install ${packages}
`;

/** Turns what debootstrap made into a root that no single machine has left its traces in. */
const finish = (services: string) => `
set -e
systemctl disable --quiet ${services}
systemctl mask --quiet ${masked}
rm -rf /var/cache/apt/archives /var/lib/apt/lists /var/log/bootstrap.log /var/log/dpkg.log /etc/machine-id
mkdir -p /var/cache/apt/archives/partial /var/lib/apt/lists/partial /var/log/journal
rm -f /etc/resolv.conf /var/lib/dbus/machine-id /var/spool/postfix/etc/resolv.conf
echo lab >/etc/hostname
touch /etc/.updated /var/.updated
printf '127.0.0.1 localhost\\n::1 localhost\\n' >/etc/hosts
postconf -e myhostname=lab.invalid
`;

/**
 * The folder with a Debian root to boot hosts from. The first call makes it with debootstrap, which takes a minute or
 * two and about 600 MB; later ones find it in `.cache`. Give `log` to hear about the making of it, `signal` to end it.
 */
export async function rootImage(
	log: (line: string) => void,
	signal?: AbortSignal,
	root: Root = debian13,
): Promise<string> {
	const recipe = createHash("sha256")
		.update([root.release, root.packages, ...(root.added ? [root.added] : []), finish(root.services)].join())
		.digest("hex")
		.slice(0, 12);
	const image = join(cacheFolder, `lab-root-${recipe}`);
	if (existsSync(image)) return image;
	await mkdir(cacheFolder, { recursive: true });
	await removeUnfinished();
	const building = join(cacheFolder, `building-lab-root-${process.pid}`);
	try {
		await build(root, building, log, signal);
		await rename(building, image);
	} catch (error) {
		await removeFolder(building);
		// Another process may have been faster; then its image is as good as ours.
		if (!existsSync(image)) throw error;
	}
	return image;
}

async function build(
	{ release, packages, added, services }: Root,
	folder: string,
	log: (line: string) => void,
	signal?: AbortSignal,
): Promise<void> {
	log(`making the Debian root of the lab's hosts (${release}, once)`);
	const mirror = await debianMirror();
	const included = `--include=${packages.split(" ").join(",")}`;
	const debootstrap = ["debootstrap", "--variant=minbase", included, release, folder, ...mirror];
	// In namespaces of its own, so that one that is interrupted leaves neither a process nor a mount.
	const alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", ...debootstrap];
	const env = { ...(await aptProxy()), LC_ALL: "C.UTF-8" };
	// unshare(1) ignores the gentler signals while its child runs.
	await run(alone, { timeout: 15 * 60_000, killSignal: "SIGKILL", env, signal, onLine: log });
	const inside = (script: string) => ["chroot", folder, "/bin/sh", "-c", script];
	if (added) await run(inside(install(added)), { timeout: 15 * 60_000, env, signal, onLine: log });
	await run(inside(finish(services)), { env: { LC_ALL: "C.UTF-8" } });
	await writeFile(join(folder, "etc/debian-lab-root"), `${release}: ${packages} ${added ?? ""}\n`);
}

/** What builds that were killed have left, where the process is gone. */
async function removeUnfinished(): Promise<void> {
	for (const name of await readdir(cacheFolder)) {
		const pid = /^building-lab-root-(\d+)$/.exec(name)?.[1];
		if (pid && !existsSync(join("/proc", pid))) await removeFolder(join(cacheFolder, basename(name)));
	}
}

/** The mirror this machine gets its own Debian from; none on another distribution: debootstrap knows one itself. */
async function debianMirror(): Promise<string[]> {
	const format = "$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)";
	const { stdout } = await attempt(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
	const uri = /^Debian Debian main (https?:\S+)$/m.exec(stdout)?.[1];
	return uri ? [uri] : [];
}

async function aptProxy(): Promise<Record<string, string>> {
	const { stdout } = await attempt(["apt-config", "dump", "--format", "%f %v%n", "Acquire::http::Proxy"]);
	const proxy = /^Acquire::http::Proxy (http\S+)$/m.exec(stdout)?.[1];
	return proxy ? { http_proxy: proxy } : {};
}
