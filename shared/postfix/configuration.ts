import type { RunCommand } from "../command.ts";

/** A service of master.cf (master(5)). */
export interface PostfixService {
	/** As it is written: `smtp`, `127.0.0.1:25`, `heimweg`. */
	name: string;
	type: string;
	/** The program that it runs, such as `smtpd`. */
	program: string;
}

/** What main.cf and master.cf say. */
export interface PostfixConfiguration {
	/** Where the two files are. */
	directory: string;
	/** Parameters in force, as they are written; defaults included. */
	written: ReadonlyMap<string, string>;
	/** The same with every $name replaced. */
	values: ReadonlyMap<string, string>;
	services: readonly PostfixService[];
	/** The -o settings of services, by `name/type/parameter`, with every $name replaced. */
	overrides: ReadonlyMap<string, string>;
}

/** Asks postconf(1), which needs no rights, about these parameters and all services. Throws what postconf says. */
export async function readConfiguration(
	run: RunCommand,
	parameters: readonly string[],
): Promise<PostfixConfiguration> {
	const names = [...new Set([...parameters, "config_directory"])];
	// One at a time: the machine may be small, and nobody waits.
	const values = settingsIn(await run("postconf", ["-x", ...names]));
	const written = settingsIn(await run("postconf", names));
	const services = servicesIn(await run("postconf", ["-M"]));
	const overrides = settingsIn(await run("postconf", ["-x", "-P"]));
	return {
		directory: values.get("config_directory") ?? "/etc/postfix",
		written,
		values,
		services,
		overrides,
	};
}

/** A parameter as a service sees it: its own -o setting, or main.cf's. */
export function valueFor(
	{ values, overrides }: Pick<PostfixConfiguration, "values" | "overrides">,
	name: string,
	service?: Pick<PostfixService, "name" | "type">,
): string {
	return (service && overrides.get(overrideKey(service, name))) ?? values.get(name) ?? "";
}

/** How `postconf -P` names a service's -o setting. */
export function overrideKey(
	{ name, type }: Pick<PostfixService, "name" | "type">,
	parameter: string,
): string {
	return `${name}/${type}/${parameter}`;
}

/** Reads postconf's `name = value` lines. */
export function settingsIn(text: string): Map<string, string> {
	const settings = new Map<string, string>();
	for (const line of text.split("\n")) {
		const [, name, value] = /^(\S+) =(?: (.*))?$/.exec(line) ?? [];
		if (name) settings.set(name, (value ?? "").trim());
	}
	return settings;
}

/** Reads what `postconf -M` prints; the lines that begin with white space go on with -o settings. */
function servicesIn(text: string): PostfixService[] {
	return text.split("\n").flatMap((line) => {
		const [name, type, , , , , , program] = line.split(/\s+/);
		return name && type && program ? [{ name, type, program }] : [];
	});
}
