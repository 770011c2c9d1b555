import type { RunCommand } from "../command.ts";
import { HeimwegError } from "../errors.ts";
import { settingsIn } from "./configuration.ts";
import { beginsWith, hasElement, joined, withoutElement } from "./list.ts";

/** What of Postfix's configuration is to be read. */
export interface PostfixLook {
	/** Parameters of main.cf. */
	parameters: readonly string[];
	/** Those whose value is wanted with every $name replaced, too. */
	expanded: readonly string[];
	/** A service in master.cf. */
	service?: string;
	/** Services in master.cf that listen on a port, by its number or name. */
	ports?: readonly string[];
}

/** Postfix's configuration as postconf(1) tells it, as far as it concerns us. */
export interface PostfixNow {
	directory: string;
	/** Values that main.cf sets. */
	set: ReadonlyMap<string, string>;
	/** Values in force, defaults included, as they are written. */
	inForce: ReadonlyMap<string, string>;
	/** Values in force with every $name replaced. */
	expanded: ReadonlyMap<string, string>;
	/** The line of the service in master.cf, if there is one, and its `-o` settings. */
	service: string | undefined;
	overrides: ReadonlyMap<string, string>;
	/** The lines of the services that listen on a port, as far as they are there. */
	ports: ReadonlyMap<string, string>;
	/** Whether Postfix's own smtp client runs chrooted: `y`, `n` or `-`. */
	chroot: string;
}

/** One thing to set, in words. `essential`: without it mail does not take its way. */
export type Change = { why: string; essential: boolean } & (
	| ParameterChange
	| { is: "service"; name: string; before: string | undefined; after: string }
	/** A service that listens on the port of this number or name. */
	| { is: "port"; name: string; before: string | undefined; after: string }
	| { is: "override"; service: string; name: string; before: string | undefined; after: string }
);

/** A change of main.cf. */
export type MainChange = { why: string; essential: boolean } & ParameterChange;

/** A parameter of main.cf to set. */
interface ParameterChange {
	is: "parameter";
	name: string;
	before: string | undefined;
	after: string;
	/** The element of a list that is ours: the rest of the list is its owner's. */
	element?: string;
}

/** The oldest Postfix whose cidr tables may stand in main.cf (postconf(5), inline tables). */
const oldest = [3, 7] as const;

/** Asks Postfix how it is set up; throws when it is too old. */
export async function readPostfix(run: RunCommand, look: PostfixLook): Promise<PostfixNow> {
	const postconf = (...args: string[]) => run("postconf", args);
	refuseOld((await postconf("-h", "mail_version")).trim());
	const { parameters, service, ports = [] } = look;
	const set = settingsIn(await postconf("-n", ...parameters));
	const inForce = settingsIn(await postconf(...parameters));
	const overrides = service
		? settingsIn(await postconf("-P", `${service}/unix/*`))
		: new Map<string, string>();
	const line = service ? (await postconf("-M", `${service}/unix`)).trim() : "";
	const listening = new Map<string, string>();
	for (const port of ports) {
		const found = (await postconf("-M", `${port}/inet`)).trim();
		if (found) listening.set(port, oneLine(found));
	}
	const expanded = new Map<string, string>();
	for (const name of look.expanded) expanded.set(name, (await postconf("-x", "-h", name)).trim());
	return {
		directory: (await postconf("-h", "config_directory")).trim(),
		set,
		inForce,
		expanded,
		ports: listening,
		service: line ? oneLine(line) : undefined,
		overrides: new Map([...overrides].map(([name, value]) => [name.split("/").at(-1)!, value])),
		chroot: (await postconf("-F", "-h", "smtp/unix/chroot")).trim() || "n",
	};
}

function refuseOld(version: string): void {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
	throw new HeimwegError(`Postfix ${oldest.join(".")} or newer is needed, and this is ${version || "none"}`, {
		remedy: "upgrade to a distribution that has it, such as Debian 12",
	});
}

/** The change that gives a parameter this value; none when it has it. */
export function parameterChange(
	now: PostfixNow,
	change: { name: string; after: string; essential: boolean; why: string },
): MainChange[] {
	if (now.inForce.get(change.name) === change.after) return [];
	return [{ is: "parameter", before: now.set.get(change.name), ...change }];
}

/** The change that puts an element at the head of a list, or anywhere into it; none when it is there. */
export function elementChange(
	now: PostfixNow,
	change: { name: string; element: string; first: boolean; essential: boolean; why: string; rest?: string },
): MainChange[] {
	const { name, element, first, essential, why } = change;
	const list = now.inForce.get(name) ?? "";
	if (first ? beginsWith(list, element) : hasElement(list, element)) return [];
	const rest = change.rest ?? withoutElement(list, element);
	const after = joined(element, rest);
	return [{ is: "parameter", name, before: now.set.get(name), after, element, essential, why }];
}

/** A master.cf line with one space between its fields. */
export function oneLine(line: string): string {
	return line.trim().replaceAll(/\s+/g, " ");
}
