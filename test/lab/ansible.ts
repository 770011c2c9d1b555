import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { authorityOnHosts } from "./certificates.ts";
import type { Outcome } from "./command.ts";
import type { Lab } from "./lab.ts";
import { onHost } from "./packages.ts";
import { domain, homeId, labSettings } from "./scene.ts";

const ansibleFolder = fileURLToPath(new URL("../../systemd/ansible", import.meta.url));
const folder = "/root/ansible";

/** What a run of the playbook came to. */
export interface Played extends Outcome {
	/** Of each host, as the recap has it. */
	changed: Record<string, number>;
	/** All command lines that there were on this machine, the hosts' too. */
	commandLines: string;
}

/**
 * Has the home's machine run Ansible, on itself and over ssh(1) on the relay. The returned function runs the playbook.
 * Both find the repository where `offer` has put it.
 */
export async function readyAnsible(
	{ home, relay, internet }: Lab,
	source: Record<string, unknown> = {
		heimweg_repository: { uri: `file:${onHost}`, key: `${onHost}/heimweg.asc` },
	},
): Promise<(...options: string[]) => Promise<Played>> {
	await home.copyIn(ansibleFolder, folder);
	await home.run([
		"sh",
		"-ec",
		"umask 077; mkdir -p /root/.ssh; ssh-keygen -qN '' -f /root/.ssh/id_ed25519 -t ed25519",
	]);
	const key = await home.read("/root/.ssh/id_ed25519.pub");
	await relay.write("/root/.ssh/authorized_keys", key, 0o600);
	await relay.run(["systemctl", "start", "ssh"]);
	const hosts = {
		heimweg_relays: { hosts: { "relay.example.net": { ansible_user: "root" } } },
		heimweg_homes: {
			hosts: {
				"home.example.org": {
					ansible_connection: "local",
					ansible_become: false,
					heimweg_relay: "relay.example.net",
					heimweg_home: homeId,
					heimweg_domains: [domain],
					heimweg_mailbox: `anna@${domain}`,
					heimweg_add: labSettings(internet.desec),
				},
			},
		},
	};
	const vars = {
		ansible_ssh_common_args: "-o StrictHostKeyChecking=accept-new",
		// One connection for a task instead of four.
		ansible_pipelining: true,
		...source,
	};
	// What is JSON is YAML.
	await home.write(`${folder}/inventory.yml`, JSON.stringify({ all: { vars, children: hosts } }));
	await home.write(`${folder}/vault.password`, "a password for the vault\n", 0o600);
	await home.write(`${folder}/vault.yml`, `heimweg_desec_token: ${internet.desec.token}\n`, 0o600);
	const vault = ["--vault-password-file", `${folder}/vault.password`];
	await home.run(["ansible-vault", "encrypt", ...vault, `${folder}/vault.yml`]);
	return async (...options) => {
		const watch = watchCommandLines();
		const outcome = await home.exec(
			[
				...["env", `NODE_EXTRA_CA_CERTS=${authorityOnHosts}`, "ansible-playbook"],
				...["-i", `${folder}/inventory.yml`, ...vault, "-e", `@${folder}/vault.yml`, ...options],
				`${folder}/heimweg.yml`,
			],
			{ timeout: 600_000 },
		);
		const recap = outcome.stdout.matchAll(/^(\S+) +: ok=\d+ +changed=(\d+) /gm);
		const changed = Object.fromEntries([...recap].map(([, host, count]) => [host, Number(count)]));
		return { ...outcome, changed, commandLines: await watch() };
	};
}

/** How often it looks, in milliseconds: what is to be seen lasts for seconds. */
const interval = 100;

/** Reads the command lines of all processes of this machine, until the returned function is called. */
function watchCommandLines(): () => Promise<string> {
	const seen = new Set<string>();
	let ended = false;
	const watching = (async () => {
		while (!ended) {
			for (const pid of await readdir("/proc")) {
				if (/^\d+$/.test(pid))
					seen.add(await readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => ""));
			}
			await sleep(interval);
		}
	})();
	return async () => {
		ended = true;
		await watching;
		return [...seen].join("\n");
	};
}
