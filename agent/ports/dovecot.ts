import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Address, familyOf } from "../../shared/address.ts";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { proxyPort } from "../../shared/client-ports.ts";
import type { RunCommand } from "../../shared/command.ts";
import { codeOf, HeimwegError, messageOf, remedyOf } from "../../shared/errors.ts";

/** What Dovecot serves: the client port, its login service, and whether it begins with TLS. */
const services = [
	{ port: 143, protocol: "imap", tls: false },
	{ port: 993, protocol: "imap", tls: true },
	{ port: 995, protocol: "pop3", tls: true },
	{ port: 4190, protocol: "sieve", tls: false },
] as const;

const loginService = { imap: "imap-login", pop3: "pop3-login", sieve: "managesieve-login" } as const;

/** The client ports that Dovecot serves. */
export const dovecotPorts: readonly number[] = services.map(({ port }) => port);

/** The folder that Debian's dovecot.conf includes, and our file there; the last one read. */
const folder = "/etc/dovecot/conf.d";
const fileName = "99-heimweg.conf";
export const dropInPath = join(folder, fileName);

/** By the first line the file is known as ours. */
const mark =
	'# Made by "heimweg dovecot --apply", which makes it anew; "heimweg dovecot --undo" takes it away.';

export interface DovecotDeps {
	run: RunCommand;
	out: { write(text: string): unknown };
	uid: number;
	/** The relay's addresses in the tunnel. */
	relay: readonly Address[];
	/** The client ports to serve. */
	ports: readonly number[];
	directory?: string;
}

/** The command `dovecot`: shows, writes or takes away what Dovecot needs; 0 all is as wanted, 1 it is not, 2 it could not be done. */
export async function dovecotCommand(
	{ apply = false, undo = false }: { apply?: boolean; undo?: boolean },
	deps: DovecotDeps,
): Promise<0 | 1 | 2> {
	try {
		if (apply && undo) throw new HeimwegError("--apply and --undo exclude each other");
		if ((apply || undo) && deps.uid !== 0) {
			throw new HeimwegError("only root may change Dovecot's configuration", {
				remedy: "run the command again with sudo",
			});
		}
		return undo ? await takeAway(deps) : await showOrApply(apply, deps);
	} catch (error) {
		const remedy = remedyOf(error);
		deps.out.write(`${messageOf(error)}\n${remedy ? `What to do: ${remedy}\n` : ""}`);
		return 2;
	}
}

async function showOrApply(apply: boolean, deps: DovecotDeps): Promise<0 | 1> {
	const { run, out, directory = folder } = deps;
	const path = join(directory, fileName);
	const before = await readOurs(path);
	const trusted = (await run("doveconf", ["-h", "haproxy_trusted_networks"])).trim();
	const wanted = dropIn(deps, before === undefined ? trusted : ownersNetworks(trusted, deps.relay));
	if (before === wanted) {
		out.write("Dovecot is set up as Heimweg needs it.\n");
		return 0;
	}
	if (!apply) {
		out.write(`${path} is needed, with these lines; "heimweg dovecot --apply" writes it:\n\n${wanted}`);
		return 1;
	}
	await writeFileAtomic(path, wanted, { mode: 0o644 });
	try {
		const now = await run("doveconf", ["-n"]);
		if (!now.includes("heimweg_")) {
			throw new HeimwegError(`Dovecot does not read ${path}`, {
				remedy: `add "!include conf.d/*.conf" to the end of dovecot.conf, and run this again`,
			});
		}
	} catch (error) {
		if (before === undefined) await rm(path, { force: true });
		else await writeFileAtomic(path, before, { mode: 0o644 });
		throw new HeimwegError(`Dovecot was left as it was: ${messageOf(error)}`, {
			remedy: remedyOf(error) ?? 'run "doveconf -n" and put right what it says, then try again',
			cause: error,
		});
	}
	out.write(`${path} was written; "heimweg dovecot --undo" takes it away.\n`);
	await reload(deps);
	return 0;
}

async function takeAway(deps: DovecotDeps): Promise<0> {
	const path = join(deps.directory ?? folder, fileName);
	if ((await readOurs(path)) === undefined) {
		deps.out.write("There is nothing to take back.\n");
		return 0;
	}
	await rm(path, { force: true });
	deps.out.write(`${path} is no longer there.\n`);
	await reload(deps);
	return 0;
}

async function reload({ run, out }: DovecotDeps): Promise<void> {
	try {
		await run("doveadm", ["reload"]);
	} catch {
		out.write('Dovecot does not run, or could not be told: run "systemctl restart dovecot".\n');
	}
}

/** What lies at the path; throws when it is somebody else's. */
async function readOurs(path: string): Promise<string | undefined> {
	const text = await readFile(path, "utf8").catch((error: unknown) => {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	});
	if (text === undefined || text.startsWith(mark)) return text;
	throw new HeimwegError(`${path} is there, and Heimweg did not write it`, {
		remedy: "give it another name",
	});
}

/** The text of the drop-in; the same for Dovecot 2.3 and 2.4. */
export function dropIn({ relay, ports }: Pick<DovecotDeps, "relay" | "ports">, trusted = ""): string {
	const wanted = services.filter(({ port }) => ports.includes(port));
	const networks = [...trusted.split(/[\s,]+/).filter(Boolean), ...relay.map(networkOf)];
	const blocks = [...new Set(wanted.map(({ protocol }) => protocol))].map((protocol) => {
		const listeners = wanted
			.filter((one) => one.protocol === protocol)
			.map(
				({ port, tls }) => `  inet_listener heimweg_${protocol}${tls ? "s" : ""} {
    port = ${proxyPort(port)}
    haproxy = yes
${tls ? "    ssl = yes\n" : ""}  }
`,
			);
		return `service ${loginService[protocol]} {\n${listeners.join("")}}\n`;
	});
	return `${mark}
# Only whom these networks have is believed about who a client is; the guard lets nobody else to these ports either.
haproxy_trusted_networks = ${[...new Set(networks)].join(" ")}
haproxy_timeout = 5 secs
${blocks.join("")}`;
}

/** The client ports that the drop-in serves; none while it is not there. Anybody may read it. */
export async function portsInDropIn(directory = folder): Promise<number[]> {
	const text = await readFile(join(directory, fileName), "utf8").catch(() => "");
	const found = new Set([...text.matchAll(/^\s*port = (\d+)$/gm)].map(([, port]) => Number(port)));
	return dovecotPorts.filter((port) => found.has(proxyPort(port)));
}

function networkOf(address: Address): string {
	return `${address}/${familyOf(address) === 4 ? 32 : 128}`;
}

/** What the owner trusted besides, as far as it can be told from what is in force with our file. */
function ownersNetworks(inForce: string, relay: readonly Address[]): string {
	const ours = new Set(relay.map(networkOf));
	return inForce
		.split(/[\s,]+/)
		.filter((one) => one && !ours.has(one))
		.join(" ");
}
