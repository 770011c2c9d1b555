import { access, link, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { endpointText } from "../../shared/address.ts";
import { syncFolder, writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf, HeimwegError } from "../../shared/errors.ts";
import type { Accepted } from "../../shared/invitation/exchange.ts";
import { readKey } from "../../shared/keys.ts";
import type { Joining } from "./join-file.ts";
import { type EnrolPaths, filesIn } from "./paths.ts";

/** The relay's defaults, which need not be written. */
export const usual = { pulsePort: 8686, checkinPort: 8687, mtu: 1280 };

/** This machine's key, if it has one; throws a ConfigError when what lies there is none. */
export async function ownKey(path: string): Promise<string | undefined> {
	if (!(await isThere(path))) return undefined;
	return readKey("tunnel.private_key_file", path);
}

export async function isThere(path: string): Promise<boolean> {
	try {
		await access(path);
		return true;
	} catch (error) {
		if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
		throw error;
	}
}

/** Writes what the daemon may read and nobody else: the folder's group is the daemon's. */
async function write(paths: EnrolPaths, path: string, text: string, fresh = false): Promise<void> {
	const { gid } = await stat(paths.folder);
	const owner = process.getuid?.() === 0 ? { uid: 0, gid } : undefined;
	await writeFileAtomic(path, text, { mode: 0o640, owner, fresh });
}

/** Writes the key where there is none; one that is there is never written over. */
export async function keepKey(paths: EnrolPaths, privateKey: string): Promise<void> {
	const { key } = filesIn(paths);
	try {
		await write(paths, key, `${privateKey}\n`, true);
	} catch (error) {
		if (codeOf(error) !== "EEXIST") throw error;
		if ((await ownKey(key)) === privateKey) return;
		throw new HeimwegError(`${key} holds another key than the one with which this home joins`, {
			remedy: `move it away and run "heimweg join" again`,
		});
	}
}

/**
 * Writes all that the daemon needs of the relay: the keys first, since heimweg.toml names them. One that its owner wrote or
 * changed before this home had joined is kept; returns where.
 */
export async function writeHome(
	paths: EnrolPaths,
	joining: Joining & { accepted: Accepted },
	presharedKey: string,
): Promise<string | undefined> {
	const files = filesIn(paths);
	await keepKey(paths, joining.privateKey);
	await write(paths, files.presharedKey, `${presharedKey}\n`);
	const text = configText(joining, files.presharedKey);
	const before = (await isThere(files.config)) ? await readFile(files.config, "utf8") : text;
	const kept = before === text ? undefined : await keepBeside(files.config, "replaced");
	await write(paths, files.config, text);
	return kept;
}

/**
 * Keeps a file under another name as well, `FILE.ENDING`, before it is replaced or taken away; one that is kept there already
 * stays, and the next gets a number. Returns where it is kept.
 */
export async function keepBeside(path: string, ending: string): Promise<string> {
	const text = await readFile(path, "utf8");
	for (let number = 1; ; number++) {
		const kept = `${path}.${ending}${number === 1 ? "" : `-${number}`}`;
		try {
			await link(path, kept);
			await syncFolder(dirname(path));
			return kept;
		} catch (error) {
			if (codeOf(error) !== "EEXIST") throw error;
			// The power went before the file was replaced, or it is as it was then.
			if ((await readFile(kept, "utf8")) === text) return kept;
		}
	}
}

/**
 * The text of heimweg.toml. All of it was validated to be addresses, keys, names and numbers, so that JSON's quotes are
 * TOML's.
 */
export function configText(
	{ invitation, accepted }: Joining & { accepted: Accepted },
	presharedKeyFile: string,
): string {
	const { host, port, relayKey, relayAddresses, networks } = invitation;
	const list = (values: readonly string[]) => JSON.stringify(values).replaceAll(",", ", ");
	const lines = [
		'# Written by "heimweg join". It is yours now: change it as you like, and run "systemctl reload heimweg".',
		"[[relays]]",
		`endpoint = ${JSON.stringify(endpointText({ address: host, port } as Parameters<typeof endpointText>[0]))}`,
		`public_key = "${relayKey}"`,
		`preshared_key_file = ${JSON.stringify(presharedKeyFile)}`,
		`addresses = ${list(relayAddresses)}`,
		...(accepted.pulse_port === usual.pulsePort ? [] : [`pulse_port = ${accepted.pulse_port}`]),
		...(accepted.checkin_port === usual.checkinPort ? [] : [`checkin_port = ${accepted.checkin_port}`]),
		"",
		"[tunnel]",
		`addresses = ${list(accepted.addresses)}`,
		`networks = ${list(networks)}`,
		...(accepted.mtu === usual.mtu ? [] : [`mtu = ${accepted.mtu}`]),
		...(accepted.domains.length > 0 ? ["", "[mail]", `domains = ${list(accepted.domains)}`] : []),
	];
	return `${lines.join("\n")}\n`;
}

/** The keys of the first tunnel, where `wg` reads them and nobody else. */
export async function writeBootstrapKeys(
	paths: EnrolPaths,
	keys: { bootstrapKey: string; bootstrapPresharedKey: string },
): Promise<void> {
	const files = filesIn(paths);
	await writeFileAtomic(files.bootstrapKey, `${keys.bootstrapKey}\n`);
	await writeFileAtomic(files.bootstrapPresharedKey, `${keys.bootstrapPresharedKey}\n`);
}
