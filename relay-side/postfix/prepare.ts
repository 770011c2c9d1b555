import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunCommand } from "../../shared/command.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { isDomainKey, type MapName, parseEntries, relayed } from "./entry.ts";
import { type DatabaseType, databaseTypes, mapFile, mapReference } from "./maps.ts";

export interface PrepareOptions {
	directory: string;
	type: DatabaseType;
	run: RunCommand;
	/** The user whose maps these are: the daemon's. */
	owner: string;
}

const names: readonly MapName[] = ["transport", "relay_domains", "relay_recipients"];

/**
 * Makes the folder and the maps that are missing, as the daemon's user: root would leave files that the daemon
 * cannot change, and root must not write where another user can put a link in its way. Gives the names made.
 */
export async function prepareMaps(options: PrepareOptions): Promise<MapName[]> {
	const { directory, run } = options;
	const owner = await ownerOf(options.owner, run);
	const asOwner: RunCommand = (command, args, rest) =>
		run(
			"setpriv",
			[`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups", command, ...args],
			rest,
		);
	const made: MapName[] = [];
	try {
		await makeFolder(directory, owner, run, asOwner);
		for (const name of names) {
			const file = mapFile(options, name);
			if (await exists(file)) continue;
			await asOwner("postmap", ["-i", mapReference(options, name)], {
				input: await entriesElsewhere({ ...options, run: asOwner }, name),
			});
			await asOwner("chmod", ["0644", file]);
			made.push(name);
		}
	} catch (error) {
		if ((error as { missing?: boolean }).missing) throw error;
		throw new HeimwegError(`cannot make the maps in ${directory}: ${messageOf(error)}`, {
			remedy: `run "chown -R ${options.owner}: ${directory}", and see that the disk has room`,
			cause: error,
		});
	}
	return made;
}

/**
 * The entries of the same map in another database type, from before Postfix's type was changed: with an empty map
 * in its place, waiting mail would lose its way and bounce.
 */
async function entriesElsewhere({ directory, type, run }: PrepareOptions, name: MapName): Promise<string> {
	for (const other of databaseTypes) {
		const at = { directory, type: other };
		if (other === type || mapFile(at, name) === mapFile({ directory, type }, name)) continue;
		if (await exists(mapFile(at, name))) return await run("postmap", ["-s", mapReference(at, name)]);
	}
	return name === "relay_recipients" ? await everyone({ directory, type, run }) : "";
}

/** Until the daemon has written who is valid, every domain that is relayed takes mail for everybody. */
async function everyone({ directory, type, run }: Omit<PrepareOptions, "owner">): Promise<string> {
	const text = await run("postmap", ["-s", mapReference({ directory, type }, "relay_domains")]);
	const domains = [...parseEntries(text).keys()].filter(isDomainKey);
	return domains.map((domain) => `@${domain} ${relayed}\n`).join("");
}

interface Owner {
	uid: string;
	gid: string;
}

async function ownerOf(name: string, run: RunCommand): Promise<Owner> {
	try {
		return { uid: (await run("id", ["-u", name])).trim(), gid: (await run("id", ["-g", name])).trim() };
	} catch (error) {
		throw new HeimwegError(`there is no user "${name}", which heimweg-relay runs as`, {
			remedy: 'run "systemd-sysusers" after installing the file from systemd/, or install the package',
			cause: error,
		});
	}
}

async function makeFolder(
	directory: string,
	owner: Owner,
	run: RunCommand,
	asOwner: RunCommand,
): Promise<void> {
	if (await exists(directory)) return;
	const install = (path: string) =>
		run("install", ["-d", "-o", owner.uid, "-g", owner.gid, "-m", "0755", path]);
	if (!(await exists(dirname(directory)))) await install(dirname(directory));
	try {
		await asOwner("mkdir", ["-m", "0755", directory]);
	} catch {
		// The folder above belongs to somebody else: then root may make this one.
		await install(directory);
	}
}

async function exists(path: string): Promise<boolean> {
	try {
		await lstat(path);
		return true;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return false;
		throw error;
	}
}
