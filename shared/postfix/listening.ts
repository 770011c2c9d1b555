import { type Address, parseAddress } from "../address.ts";
import type { RunCommand } from "../command.ts";
import type { PostfixConfiguration, PostfixService } from "./configuration.ts";
import { elementsOf } from "./list.ts";

/** Parameters that say where Postfix listens. */
export const listeningParameters = ["inet_interfaces", "inet_protocols", "myhostname"] as const;

/** Whether Postfix listens where it should; the setting that says no, and the first step. */
export type Listening =
	| { is: "yes" }
	| { is: "no"; because: string; remedy: string }
	/** A host's name stands in the setting: what it resolves to is not looked up here. */
	| { is: "not known"; because: string };

const namedPorts: Record<string, number> = { smtp: 25, smtps: 465, submissions: 465, submission: 587 };
const restart = 'run "systemctl restart postfix", since a reload does not change where Postfix listens';

/** True for an address that only this machine itself can reach. */
export function isLoopback(address: Address): boolean {
	return address.startsWith("127.") || address === "::1";
}

/**
 * Whether Postfix takes mail on this port at an address that `fits`, of one of these families: master.cf's service
 * decides, and main.cf's inet_interfaces and inet_protocols where that names no host (master(5)).
 */
export function listening(
	configuration: PostfixConfiguration,
	{ port, fits, family }: { port: number; fits(address: Address): boolean; family?: 4 | 6 },
): Listening {
	const { directory } = configuration;
	const services = servicesAt(configuration, port);
	if (services.length === 0) {
		return {
			is: "no",
			because: `no service in master.cf takes mail on port ${port}`,
			remedy: `put the line "${port === 25 ? "smtp" : port} inet n - y - - smtpd" into ${directory}/master.cf again, then run "postfix reload"`,
		};
	}
	const protocols = elementsOf(configuration.values.get("inet_protocols") ?? "all");
	if (family && !protocols.includes("all") && !protocols.includes(`ipv${family}`)) {
		return {
			is: "no",
			because: `inet_protocols is "${protocols.join(", ")}", and mail comes in over IPv${family}`,
			remedy: `run "postconf -e inet_protocols=all", then ${restart}`,
		};
	}
	const answers = services.map((service) => atService(configuration, service, fits));
	return (
		answers.find(({ is }) => is === "yes") ?? answers.find(({ is }) => is === "not known") ?? answers[0]!
	);
}

/** Where something listens on a port, as the kernel shows it: `loopback` when on no other address; undefined: no telling. */
export type Heard = "outside" | "loopback" | "nobody" | undefined;

/** Asks ss(8) where something listens on this port. */
export async function heardOn(run: RunCommand, port: number): Promise<Heard> {
	const sockets = await run("ss", ["-H", "-l", "-n", "-t"]).catch(() => undefined);
	if (sockets === undefined) return undefined;
	const hosts = sockets.split("\n").flatMap((line) => {
		const [, host, at] = /^(.*):(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? "") ?? [];
		return host !== undefined && Number(at) === port
			? [host.replace(/^\[|\]$/g, "").replace(/%.*$/, "")]
			: [];
	});
	if (hosts.length === 0) return "nobody";
	return hosts.every((host) => /^(127\.|::1$|::ffff:127\.)/.test(host)) ? "loopback" : "outside";
}

/** What the configuration says, unless Postfix was not restarted since: then it listens as it did before. */
export function asHeard(said: Listening, heard: Heard): Listening {
	if (said.is !== "yes" || heard !== "loopback") return said;
	return {
		is: "no",
		because: "it still listens for this machine alone, as before its configuration was changed",
		remedy: 'run "systemctl restart postfix"',
	};
}

/** The services of master.cf that take mail on a port. */
export function servicesAt({ services }: PostfixConfiguration, port: number): PostfixService[] {
	return services.filter(({ name, type, program }) => {
		const last = name.slice(name.lastIndexOf(":") + 1);
		const takes = program === "smtpd" || program === "postscreen";
		return type === "inet" && takes && (namedPorts[last] ?? Number(last)) === port;
	});
}

function atService(
	configuration: PostfixConfiguration,
	service: PostfixService,
	fits: (address: Address) => boolean,
): Listening {
	const host = /^(.*):[^:]+$/.exec(service.name)?.[1];
	const interfaces = host ?? configuration.values.get("inet_interfaces") ?? "all";
	const place =
		host === undefined ? `inet_interfaces = ${interfaces}` : `the service ${service.name} in master.cf`;
	const remedy =
		host === undefined
			? `run "postconf -e inet_interfaces=all", then ${restart}`
			: `write "${service.name.slice(host.length + 1)}" instead of "${service.name}" in ${configuration.directory}/master.cf, then ${restart}`;
	let unknown: string | undefined;
	for (const element of elementsOf(interfaces)) {
		if (element === "all" || element === "0.0.0.0" || element === "[::]") return { is: "yes" };
		if (element === "loopback-only" || element === "localhost") continue;
		const address = addressIn(element);
		if (address === undefined) unknown = element;
		else if (fits(address)) return { is: "yes" };
	}
	if (unknown !== undefined) return { is: "not known", because: `${place} names ${unknown}` };
	const only = elementsOf(interfaces).every((element) => {
		const address = addressIn(element);
		return element === "loopback-only" || element === "localhost" || (address && isLoopback(address));
	});
	return {
		is: "no",
		because: `${only ? "it listens for this machine alone" : "it listens elsewhere"} (${place})`,
		remedy,
	};
}

function addressIn(element: string): Address | undefined {
	try {
		return parseAddress(element.replace(/^\[(.*)\]$/, "$1"));
	} catch {
		return undefined;
	}
}
