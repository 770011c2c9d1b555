import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";
import { choices } from "./choices.ts";

export const haproxyNotRunning = condition<{ homes: number; installed: boolean }>({
	code: "ports.haproxy_not_running",
	severity: "error",
	title: "clients do not reach the homes through the relay",
	audience: "homes",
	visibleAfter: 15_000,
	text: ({ homes, installed }) =>
		`HAProxy ${installed ? "does not run" : "is not installed"} on the relay, so mail programs do not get through it to ${homes === 1 ? "the home that has client ports" : `the ${homes} homes that have client ports`}; mail itself is not concerned`,
	remedy: ({ installed }) =>
		installed
			? 'on the relay, run "systemctl status heimweg-relay-haproxy" and "journalctl -u heimweg-relay-haproxy", then "systemctl restart heimweg-relay-haproxy"'
			: 'on the relay, run "apt install haproxy" and "systemctl disable --now haproxy"; or write ports = [] into the homes\' files',
});

export const failing = condition<Failure>({
	code: "ports.failing",
	severity: "error",
	title: "client names and ports are not up to date",
	visibleAfter: MINUTE,
	text: ({ error }) => `HAProxy on the relay does not have what the homes' files say: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg-relay tries again by itself",
});

export const portHeld = condition<{ holder: string; homes: string }>({
	code: "ports.port_held",
	severity: "error",
	title: "another program on the relay holds a client port",
	audience: "owner",
	visibleAfter: MINUTE,
	text: ({ holder, homes }, port) =>
		`TCP port ${port} on the relay is held by another program ${holder}, so clients of ${homes} get that instead of their home`,
	remedy: (_, port) =>
		`${choices(port)}; or give the home other ports in its file; "ss -tlnpe 'sport = :${port}'" as root shows the program`,
});

export const addressMissing = condition<{ homes: string }>({
	code: "ports.address_missing",
	severity: "error",
	title: "an address of a home's own is not on the relay",
	visibleAfter: MINUTE,
	text: ({ homes }, address) =>
		`public_addresses of ${homes} has ${address}, which no interface of the relay has`,
	remedy: () => "add it to the relay's interface, or take it out of the home's file",
});

export const nameClaimed = condition<{ homes: string; holder: string | undefined }>({
	code: "ports.name_claimed",
	severity: "error",
	title: "a client name or address cannot be given to a home",
	audience: "owner",
	visibleAfter: 0,
	text: ({ homes, holder }, what) =>
		holder === undefined
			? `${what} stands in the files of ${homes}, so none of them gets it`
			: `${what} stands in the file of ${homes}, but it belongs to ${holder}`,
	remedy: (_, what) => `leave ${what} in one home's file only`,
});

export const notAnswered = condition<{ names: string; ports: string }>({
	code: "ports.not_answered",
	severity: "warning",
	title: "a home does not answer at a client port",
	visibleAfter: 10 * MINUTE,
	text: ({ names, ports }, home) =>
		`${home} does not answer through the relay as ${names} on port ${ports}, although it is here`,
	remedy: () =>
		'at home, run "heimweg status", and "heimweg dovecot" and "heimweg postfix", which say what is missing; or leave the port out of ports in the home\'s file',
});

export const nameElsewhere = condition<{ name: string; found: string }>({
	code: "ports.name_elsewhere",
	severity: "warning",
	title: "a client name leads past the relay",
	visibleAfter: 10 * MINUTE,
	text: ({ name, found }, home) =>
		`DNS has ${found} for ${name}, a client name of ${home}, and that is not the relay`,
	remedy: () =>
		"let its A and AAAA be the relay's addresses (at home, via = \"relay\" in [dns] does that), or leave the name out of client_names in the home's file",
});

export const unreachable = condition<{ ports: string }>({
	code: "ports.no_address",
	severity: "warning",
	title: "a home's ports cannot be told apart from another's",
	visibleAfter: MINUTE,
	text: ({ ports }, home) =>
		`${home} has port ${ports} in its file, where clients begin in clear and name nobody, and the relay has other homes`,
	remedy: () =>
		"give the home an address of its own with public_addresses in its file (one IPv6 address of the relay will do), or use 465 and 993",
});
