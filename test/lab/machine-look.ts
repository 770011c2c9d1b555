import type { Host } from "./host.ts";

/** What of a machine somebody could find changed. */
export interface MachineLook {
	/** Files, folders and links that last, with owner, mode and content. */
	files: string;
	nft: string;
	interfaces: string;
	/** Postfix's settings and services. */
	settings: string;
	services: string;
}

/**
 * What changes by itself, and what dpkg, apt and the accounts keep: users stay when a package is purged, since their
 * ids must not become somebody else's.
 */
const left = [
	"/etc/passwd* /etc/group* /etc/shadow* /etc/gshadow* /etc/subuid* /etc/subgid* /etc/.pwd.lock /etc/aliases.*",
	"/var/log /var/cache /var/tmp /var/mail /var/lib/apt /var/lib/dpkg /var/lib/systemd /var/lib/private",
	// Of Postfix's two files the settings count; its queue has what it has.
	"/etc/postfix/main.cf /etc/postfix/master.cf /var/lib/postfix /var/spool/postfix/[abcdefgijklmnopqrstuvwxyz]*",
	"/etc/apt /usr/share/keyrings /var/lib/unattended-upgrades",
].join(" ");

/** Looks at all of that. */
export async function lookAt(host: Host): Promise<MachineLook> {
	const sh = (script: string) => host.run(["sh", "-c", script], { timeout: 60_000 });
	const prunes = left
		.split(" ")
		.map((path) => `-path '${path}' -prune`)
		.join(" -o ");
	const run = "find /run -maxdepth 1 -name '*heimweg*' -printf '%p %y\\n'";
	const found = `find /etc /usr /var /opt -xdev \\( ${prunes} \\) -o`;
	return {
		files: await sh(
			`{ ${found} -not -type f -printf '%p %y %U:%G %m %l\\n'; ${found} -type f -printf '%p %U:%G %m %s %T@\\n'; ${run}; } | sort`,
		),
		nft: await sh("nft list ruleset"),
		interfaces: await sh("ip -brief address | awk '{ print $1 }'"),
		// postconf(1) does not show a name of somebody's own that nothing uses.
		settings: await sh("postconf -n; sed -n 's/ *=.*//p' /etc/postfix/main.cf | grep -v '^#' | sort"),
		services: await sh("postconf -M"),
	};
}
