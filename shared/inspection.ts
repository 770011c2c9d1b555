import { access, constants } from "node:fs/promises";
import { type RunCommand, runCommand } from "./command.ts";
import { readSecret, secretPath, unreadableConfig, unreadableSecret } from "./config.ts";
import { codeOf } from "./errors.ts";
import { serviceRights } from "./service-user.ts";

/** How a configuration is looked at: by the daemon that is going to use it, or by `check-config` on its behalf. */
export interface Inspection {
	/** Throws a ConfigError when the daemon cannot read this config file. */
	mayRead(configFile: string): Promise<undefined>;
	/** Reads the secret that the config key names, as {@link readSecret}. */
	secret(key: string, configured: string): Promise<string>;
	/** Where a secret lies. */
	locate(configured: string): string;
	/** A folder that the daemon writes to, as a sentence when it cannot. */
	unwritable(key: string, directory: string): Promise<string[]>;
	/** Whether the daemon can read a file that others have made. */
	daemonReads(file: string): Promise<boolean>;
	/** True for `check-config`: the daemon may run already, and nobody will try the addresses to listen on later. */
	forAnother: boolean;
}

/** The daemon's own look. */
export const ownInspection: Inspection = {
	mayRead: async () => undefined,
	secret: readSecret,
	locate: (configured) => secretPath(configured),
	unwritable: (key, directory) => unwritable(key, directory, async () => true),
	daemonReads: async () => true,
	forAnother: false,
};

/**
 * The look of `check-config` at what the unit's daemon is going to find: as root with the rights of the daemons' user,
 * and with the credentials that the unit passes. A draft of the config elsewhere need not be readable for the daemon.
 */
export async function inspectionFor(
	unit: string,
	defaultConfigPath: string,
	run: RunCommand = runCommand,
): Promise<Inspection> {
	const credentials = await passedCredentials(unit, run);
	const serviceMay = serviceRights(run);
	const passed = (configured: string) => credentials.get(/^credential:(.+)$/.exec(configured)?.[1] ?? "");
	const locate = (configured: string) => passed(configured) ?? secretPath(configured);
	return {
		async mayRead(file) {
			if (file === defaultConfigPath && !(await serviceMay("-r", file))) throw unreadableConfig(file);
			return undefined;
		},
		async secret(key, configured) {
			const path = passed(configured) ?? secretPath(configured, process.env, key);
			const text = await readSecret(key, path);
			// systemd reads credentials as root.
			if (path === configured && !(await serviceMay("-r", path))) throw unreadableSecret(key, path);
			return text;
		},
		locate,
		unwritable: (key, directory) => unwritable(key, directory, () => serviceMay("-w", directory)),
		daemonReads: (file) => serviceMay("-r", file),
		forAnother: true,
	};
}

async function unwritable(
	key: string,
	directory: string,
	serviceMay: () => Promise<boolean>,
): Promise<string[]> {
	const code = await access(directory, constants.W_OK | constants.X_OK).then(() => undefined, codeOf);
	if (code === "ENOENT" || code === "ENOTDIR")
		return [`${key}: there is no folder ${directory}: make it, owned by heimweg`];
	// A disk that is read-only for the moment is no mistake in the configuration.
	if (code !== "EACCES" && (await serviceMay())) return [];
	return [
		`${key}: the user heimweg cannot write to ${directory}: run "chown heimweg:heimweg ${directory}"; outside of /var/lib and /run, the unit needs ReadWritePaths=${directory} too`,
	];
}

/** The files of LoadCredential= in a unit and its drop-ins, by name; none where there is no systemd. */
async function passedCredentials(unit: string, run: RunCommand): Promise<Map<string, string>> {
	// What "systemctl show" prints of systemd 257 does not tell.
	const text = await run("systemctl", ["cat", unit]).catch(() => "");
	return credentialsIn(text);
}

/** Reads the LoadCredential= lines of a unit (systemd.exec(5)); an empty one takes back those before it. */
export function credentialsIn(unitText: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const [, value = ""] of unitText.matchAll(/^[ \t]*LoadCredential[ \t]*=[ \t]*(.*?)[ \t]*$/gm)) {
		const [, name, path] = /^([^:]+):(\/.+)$/.exec(value) ?? [];
		if (value === "") found.clear();
		else if (name && path) found.set(name, path);
	}
	return found;
}
