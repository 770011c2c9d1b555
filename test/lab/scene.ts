import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runtimeFor } from "../../systemd/package/runtime.ts";
import type { AgentStatus } from "../agent/agent-status.ts";
import type { RelayStatus } from "../relay-side/relay-status.ts";
import { authorityOnHosts } from "./certificates.ts";
import type { Desec } from "./desec.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";

/** The tunnel of the lab. */
export const tunnel = {
	networks: ["10.86.0.0/24", "fd86:5a1e:77::/64"],
	relay: ["10.86.0.1", "fd86:5a1e:77::1"],
	home: ["10.86.0.2", "fd86:5a1e:77::2"],
};

/** The home's id, its mail domain, the name that follows its address, and its mailboxes. */
export const homeId = "anna";
export const domain = "example.org";
export const mailName = "mail.example.org";
export const mailboxes = ["anna", "bert"];

/** The lab's internet is made of the documentation's addresses. */
const documentation = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"];

export interface KeyPair {
	privateKey: string;
	publicKey: string;
}

/** A WireGuard key pair, as `wg genkey` and `wg pubkey` print it. */
export function wireguardKeys(): KeyPair {
	const pair = generateKeyPairSync("x25519");
	const raw = (der: Buffer) => der.subarray(-32).toString("base64");
	return {
		privateKey: raw(pair.privateKey.export({ format: "der", type: "pkcs8" })),
		publicKey: raw(pair.publicKey.export({ format: "der", type: "spki" })),
	};
}

/** Heimweg installed and running on both hosts of a lab, as the README tells. */
export interface Scene {
	lab: Lab;
	keys: { relay: KeyPair; home: KeyPair };
	agentStatus(): Promise<AgentStatus>;
	relayStatus(): Promise<RelayStatus>;
	/** Hands a mail over from the internet, and waits until it is in the mailbox; returns the milliseconds. */
	deliver(subject: string, options?: Delivery): Promise<number>;
	/** Waits until the mail with this subject is in the home's mailbox. */
	arrives(subject: string, options?: Delivery): Promise<void>;
}

/** For what starts many processes, on a machine that does many other things. */
const patient = { timeout: 120_000 };

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** What its owner has set in Postfix on either side, before Heimweg. */
export const relaySettings = ["default_database_type=lmdb"];
export const homeSettings = [
	`mydestination = ${domain}, localhost`,
	"home_mailbox = Maildir/",
	"mynetworks = 127.0.0.0/8 [::1]/128",
	// Who sends from here is somebody of our domain.
	`myorigin = ${domain}`,
];

/** Builds the programs from the tree as it is. */
export function buildPrograms(): void {
	execFileSync(process.execPath, ["systemd/build.mjs"], {
		cwd: projectFolder,
		stdio: ["ignore", "ignore", "inherit"],
	});
}

export interface SceneOptions {
	/** Changes to the config files' text, for tests of other settings. */
	agentConfig?: (toml: string) => string;
	relayConfig?: (toml: string) => string;
	/** Start the daemons; true by default. */
	start?: boolean;
	/** Installs the programs of one side; by `systemd/install` if not given. */
	install?: (host: Host, side: "home" | "relay") => Promise<void>;
}

/** Installs, configures and starts everything on a lab that has booted. */
export async function setScene(lab: Lab, options: SceneOptions = {}): Promise<Scene> {
	const same = (text: string) => text;
	const keys = { relay: wireguardKeys(), home: wireguardKeys() };
	await Promise.all([
		prepareRelay(lab.relay, keys, (options.relayConfig ?? same)(relayConfig()), options.install),
		prepareHome(lab, keys, (options.agentConfig ?? same)(agentConfig(lab, keys)), options.install),
	]);
	const scene = sceneOf(lab, keys);
	if (options.start !== false) {
		await Promise.all([
			lab.relay.run(["systemctl", "enable", "--now", "heimweg-relay"]),
			lab.home.run(["systemctl", "enable", "--now", "heimweg"]),
		]);
		await until("the tunnel is up", async () => (await scene.agentStatus()).tunnel.up);
	}
	return scene;
}

/** Installs the programs as built on a host, as the README tells. */
export async function installed(host: Host, side: "home" | "relay"): Promise<void> {
	await host.copyIn(`${projectFolder}dist`, "/root/heimweg/dist");
	await host.copyIn(`${projectFolder}systemd`, "/root/heimweg/systemd");
	await host.run(["/root/heimweg/systemd/install", side]);
}

/** The same on a Debian whose own Node is too old, or that has none: it gets the one that the packages bring. */
export async function installedWithNode(host: Host, side: "home" | "relay"): Promise<void> {
	const { binary } = await runtimeFor(process.arch === "arm64" ? "arm64" : "amd64");
	await host.copyIn(binary, "/usr/local/bin/node");
	await installed(host, side);
}

async function secret(host: Host, path: string, text: string): Promise<void> {
	await host.write(path, `${text}\n`, 0o640);
	await host.run(["chown", "root:heimweg", path]);
}

async function prepareRelay(
	host: Host,
	keys: Scene["keys"],
	config: string,
	install = installed,
): Promise<void> {
	await install(host, "relay");
	await secret(host, "/etc/heimweg-relay/wireguard.key", keys.relay.privateKey);
	await host.write("/etc/heimweg-relay/relay.toml", config);
	await host.write(`/etc/heimweg-relay/homes.d/${homeId}.toml`, homeFile(keys.home.publicKey));
	await host.run(["postconf", "-e", ...relaySettings]);
	await host.run(["heimweg-relay", "postfix", "--apply"], patient);
}

/** Installs and configures everything at the home of this lab; does not start the agent. */
export async function prepareHome(
	lab: Lab,
	keys: Scene["keys"],
	config: string,
	install = installed,
): Promise<void> {
	const host = lab.home;
	await install(host, "home");
	await secret(host, "/etc/heimweg/wireguard.key", keys.home.privateKey);
	await secret(host, "/etc/heimweg/desec.token", lab.internet.desec.token);
	await host.write("/etc/heimweg/heimweg.toml", config);
	// The lab's deSEC has a certificate of the lab's own authority.
	await host.write(
		"/etc/systemd/system/heimweg.service.d/lab.conf",
		`[Service]\nEnvironment=NODE_EXTRA_CA_CERTS=${authorityOnHosts}\n`,
	);
	await host.run(["systemctl", "daemon-reload"]);
	for (const mailbox of mailboxes) await host.run(["useradd", "--create-home", mailbox]);
	await host.run(["postconf", "-e", ...homeSettings]);
	await host.run(["heimweg", "postfix", "--apply"], patient);
	await host.run(["newaliases"]);
	await host.run(["systemctl", "enable", "--now", "heimweg-recipients.timer", "heimweg-recipients.path"]);
}

export function relayConfig(): string {
	return `[tunnel]
addresses = ${JSON.stringify(tunnel.relay)}
networks = ${JSON.stringify(tunnel.networks)}

[dns]
also_public = ${JSON.stringify(documentation)}
`;
}

export function homeFile(publicKey: string, domains: readonly string[] = [domain]): string {
	return `public_key = "${publicKey}"
addresses = ${JSON.stringify(tunnel.home)}
domains = ${JSON.stringify(domains)}
`;
}

export function agentConfig(lab: Lab, keys: Scene["keys"]): string {
	const { desec } = lab.internet;
	return `[[relays]]
endpoint = "relay.example.net:51820"
public_key = "${keys.relay.publicKey}"
addresses = ${JSON.stringify(tunnel.relay)}

[tunnel]
addresses = ${JSON.stringify(tunnel.home)}
networks = ${JSON.stringify(tunnel.networks)}

[mail]
domains = ["${domain}"]

[recipients]
passwd = true
tables = ["hash:/etc/aliases"]

${labSettings(desec)}`;
}

/** What a lab has to say besides: its own deSEC, and that the addresses of its internet count as public. */
export const labSettings = ({ api, update, checkIp }: Desec): string => `[dns]
names = ["${mailName}"]
api = "${api}"
update = "${update}"
also_public = ${JSON.stringify(documentation)}

[check_ip]
ipv4 = ["${checkIp.ipv4}"]
ipv6 = ["${checkIp.ipv6}"]
`;

/** What is to be asked and done on hosts that were prepared. */
export function sceneOf(lab: Lab, keys: Scene["keys"]): Scene {
	const status = async <T>(host: Host, program: string): Promise<T> => {
		const { stdout, stderr } = await host.exec([program, "status", "--json"]);
		if (!stdout) throw new Error(stderr);
		return JSON.parse(stdout) as T;
	};
	return {
		lab,
		keys,
		agentStatus: () => status(lab.home, "heimweg"),
		relayStatus: () => status(lab.relay, "heimweg-relay"),
		deliver: (subject, options) => deliver(lab, subject, options),
		arrives: (subject, options) => arrives(lab, subject, options),
	};
}

export interface Delivery {
	/** The mailbox; the first one if not given. */
	to?: string;
	/** Milliseconds; 20,000 if not given. */
	timeout?: number;
}

/** Hands a mail over from the internet, and waits until it is in the mailbox; returns the milliseconds. */
export async function deliver(lab: Lab, subject: string, options: Delivery = {}): Promise<number> {
	const to = options.to ?? mailboxes[0]!;
	const began = performance.now();
	const { accepted, transcript } = await lab.internet.sendMail({ to: `${to}@${domain}`, subject });
	if (!accepted) throw new Error(`the relay did not take the mail "${subject}":\n${transcript}`);
	await arrives(lab, subject, options);
	return performance.now() - began;
}

async function arrives(
	{ home }: Lab,
	subject: string,
	{ to = mailboxes[0]!, timeout = 20_000 }: Delivery = {},
): Promise<void> {
	const search = ["grep", "-rqs", `^Subject: ${subject}$`, `/home/${to}/Maildir/new`];
	await until(
		`the mail "${subject}" is in ${to}'s mailbox`,
		async () => (await home.exec(search)).exitCode === 0,
		timeout,
	);
}

/** Waits until the check says yes; throws with what it waited for, and the last error, after the timeout (20 s). */
export async function until(what: string, check: () => Promise<boolean>, timeout = 20_000): Promise<number> {
	const began = performance.now();
	let reason = "";
	while (performance.now() - began < timeout) {
		try {
			if (await check()) return performance.now() - began;
			reason = "";
		} catch (error) {
			reason = `: ${(error as Error).message}`;
		}
		await sleep(50);
	}
	throw new Error(`waited ${timeout / 1000} s until ${what}${reason}`);
}
