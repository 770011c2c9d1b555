import { proxyPort } from "../../shared/client-ports.ts";
import type { PostfixSide } from "../../shared/postfix/command.ts";
import type { Change, PostfixNow } from "../../shared/postfix/settings.ts";
import type { PortsConfig } from "./config.ts";

/** A way to hand mail in: its client port, how master.cf may name the direct service, and what the PROXY one needs. */
interface Submission {
	port: number;
	names: readonly string[];
	settings: Readonly<Record<string, string>>;
	/** What it must not have from a service that it is made after. */
	never?: Readonly<Record<string, string>>;
}

/** Postfix believes whoever connects: a client that is said to come from mynetworks must gain nothing by it. */
const loggedInOnly = {
	mynetworks: "",
	smtpd_upstream_proxy_protocol: "haproxy",
	smtpd_sasl_auth_enable: "yes",
	smtpd_client_restrictions: "permit_sasl_authenticated,reject",
	smtpd_relay_restrictions: "permit_sasl_authenticated,reject",
};

const submissions: readonly Submission[] = [
	{
		port: 465,
		names: ["submissions", "smtps", "465"],
		settings: { syslog_name: "postfix/submissions", smtpd_tls_wrappermode: "yes", ...loggedInOnly },
	},
	{
		port: 587,
		names: ["submission", "587"],
		settings: {
			syslog_name: "postfix/submission",
			smtpd_tls_security_level: "encrypt",
			smtpd_tls_auth_only: "yes",
			...loggedInOnly,
		},
		// Only 465 begins with TLS.
		never: { smtpd_tls_wrappermode: "yes" },
	},
];

/** The client ports that Postfix serves. */
export const postfixPorts: readonly number[] = submissions.map(({ port }) => port);

const proxyService = ({ port }: Submission) => String(proxyPort(port));

/** What the home's Postfix needs for mail programs that come through the relay: services that speak PROXY, beside the direct ones. */
export function submissionSide({ serve }: PortsConfig): PostfixSide {
	return {
		program: "heimweg",
		look: {
			parameters: [],
			expanded: [],
			ports: submissions.flatMap((one) => [proxyService(one), ...one.names]),
		},
		plan(now) {
			// When nobody says, whoever takes mail from mail programs anyway shall take it through the relay, too.
			const usual = ({ port, names }: Submission) => port === 465 && anySubmission(now, names);
			const wanted = submissions.filter((one) => serve?.includes(one.port) ?? usual(one));
			return { changes: wanted.flatMap((one) => serviceChange(now, one)), notes: [] };
		},
	};
}

function anySubmission(now: PostfixNow, names: readonly string[]): boolean {
	return [...names, "submission", "587"].some((name) => now.ports.has(name));
}

function serviceChange(now: PostfixNow, one: Submission): Change[] {
	const name = proxyService(one);
	const before = now.ports.get(name);
	const present = before ? settingsOf(before) : new Map<string, string>();
	const never = Object.entries(one.never ?? {});
	const complete =
		Object.entries(one.settings).every(([key, value]) => present.get(key) === value) &&
		!never.some(([key, value]) => present.get(key) === value);
	if (before && programOf(before) === "smtpd" && complete) return [];
	const direct = directLine(now, one);
	// What the owner set for the direct service holds here too: SASL's socket, milters, sender restrictions.
	const settings = new Map(direct ? settingsOf(direct) : []);
	for (const [key, value] of never) if (settings.get(key) === value) settings.delete(key);
	for (const [key, value] of Object.entries(one.settings)) settings.set(key, value);
	const words = [...settings].map(([key, value]) => settingText(key, value));
	const after = [name, "inet", "n", "-", now.chroot, "-", "-", "smtpd", ...words].join(" ");
	return [
		{
			is: "port",
			...{ name, before, after },
			essential: false,
			why: `mail programs hand mail in on port ${one.port} through the relay, and are seen here with their own addresses; the guard lets only the relay to this port`,
		},
	];
}

/** The line of the direct service, else that of the other way to hand mail in. */
function directLine(now: PostfixNow, one: Submission): string | undefined {
	const names = [...one.names, ...submissions.flatMap((other) => other.names)];
	for (const name of names) if (now.ports.has(name)) return now.ports.get(name);
	return undefined;
}

function programOf(line: string): string | undefined {
	return line.split(" ")[7];
}

/** The `-o` settings of a line of master.cf (master(5)): `-o name=value`, or `-o { name = value }`. */
export function settingsOf(line: string): Map<string, string> {
	const settings = new Map<string, string>();
	for (const [, braced, plain] of line.matchAll(/ -o (?:\{ ?(.*?) ?\}(?= -o |$)|(\S+))/g)) {
		const [, key, value] = /^(\S+?) ?= ?(.*)$/.exec(braced ?? plain ?? "") ?? [];
		if (key) settings.set(key, value ?? "");
	}
	return settings;
}

function settingText(key: string, value: string): string {
	return value.includes(" ") ? `-o { ${key} = ${value} }` : `-o ${key}=${value}`;
}
