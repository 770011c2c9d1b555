import { access, readFile } from "node:fs/promises";
import { parse } from "smol-toml";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import type { RunCommand } from "../../shared/command.ts";
import { codeOf } from "../../shared/errors.ts";
import type { TunnelNetworks } from "./networks.ts";

/** Root's, and the daemon may read it. */
export const secretMode = 0o640;

/** The group of the daemons; undefined where there is none. */
export async function daemonGroup(run: RunCommand): Promise<number | undefined> {
	const id = await run("id", ["-g", "heimweg"]).catch(() => "");
	return /^\d+$/.test(id.trim()) ? Number(id) : undefined;
}

export async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		(error: unknown) => codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR",
	);
}

/**
 * Makes a WireGuard key where there is none. One that is there stays, whatever it holds: every home knows it. Synced before
 * it is used, so that a power cut leaves no relay whose homes know a key that is gone.
 */
export async function makeKey(path: string, group: number, run: RunCommand): Promise<void> {
	const key = await run("wg", ["genkey"]);
	const owner = { uid: process.getuid!(), gid: group };
	await writeFileAtomic(path, `${key.trim()}\n`, { mode: secretMode, owner, fresh: true });
}

/** What relay.toml says after a set-up; the rest is as the README tells it is when nothing is said. */
export function configText({ networks, addresses }: TunnelNetworks, host: string | undefined): string {
	return `# Written by "heimweg-relay setup". "heimweg-relay check-config" looks at it after a change.
[tunnel]
addresses = ${listText(addresses)}
networks = ${listText(networks)}
${host === undefined ? "" : inviteText(host)}`;
}

/** Under which name homes are invited. */
export function inviteText(host: string): string {
	return `\n[invite]\nendpoint = "${host}"\n`;
}

function listText(list: readonly string[]): string {
	return `[${list.map((one) => `"${one}"`).join(", ")}]`;
}

/** The name in a config's [invite]; undefined where it has none. */
export function invitedBy(text: string): string | undefined {
	const { invite } = parse(text) as { invite?: { endpoint?: unknown } };
	return typeof invite?.endpoint === "string" ? invite.endpoint : undefined;
}

/** Replaces the config file, root's and the daemon's to read. */
export async function writeConfig(path: string, text: string, group: number): Promise<void> {
	await writeFileAtomic(path, text, { mode: secretMode, owner: { uid: process.getuid!(), gid: group } });
}

export async function textOf(path: string): Promise<string | undefined> {
	return readFile(path, "utf8").catch((error: unknown) => {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	});
}
