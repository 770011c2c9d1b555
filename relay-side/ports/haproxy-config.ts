import { createHash } from "node:crypto";
import { familyOf } from "../../shared/address.ts";
import type { PortsConfig } from "./config.ts";
import type { Bind } from "./plan.ts";

/** The files that HAProxy reads, and its sockets. */
export interface HaproxyPlaces {
	config: string;
	lua: string;
	/** From names and addresses to homes. */
	names: string;
	/** Whom no home, or a home not, wants to see; the part bans writes it. */
	bans: string;
	/** The stats socket. */
	socket: string;
	/** The socket of the master process, which takes "reload". */
	master: string;
}

/** Where everything is, below the folder of the daemon's state and that of HAProxy's sockets. */
export function haproxyPlaces(stateFolder: string, runFolder = "/run/heimweg-relay-haproxy"): HaproxyPlaces {
	const folder = `${stateFolder}/haproxy`;
	return {
		config: `${folder}/haproxy.cfg`,
		lua: `${folder}/alert.lua`,
		names: `${folder}/names.map`,
		bans: `${folder}/bans.map`,
		socket: `${runFolder}/admin.sock`,
		master: `${runFolder}/master.sock`,
	};
}

/** RFC 6066, section 3: a server that does not know the name ends the handshake with the fatal alert 112, unrecognized_name. */
export const alertLua = `-- Written by heimweg-relay, which writes it anew.
core.register_service("unrecognized_name", "tcp", function(applet)
	applet:send("\\x15\\x03\\x01\\x00\\x02\\x02\\x70")
end)
`;

/** The names that HAProxy counts refused connections under. */
export const refusals = ["unknown", "banned", "home_full", "client_full", "no_greeting"] as const;

export interface ConfigOptions {
	binds: readonly Bind[];
	limits: Pick<PortsConfig, "per_client" | "rate" | "per_home" | "connections">;
	places: HaproxyPlaces;
	/** Whether this machine has IPv6 at all. */
	ipv6: boolean;
}

/**
 * HAProxy's configuration. Whom a connection is for is looked up in a map, so that a home more or less changes nothing here;
 * the TLS is the home's, and is passed on as it came.
 */
export function haproxyConfig(options: ConfigOptions): string {
	const text = configText(options);
	const mark = createHash("sha256").update(text).digest("hex").slice(0, 16);
	return text.replace("global\n", `global\n\tdescription ${mark}\n`);
}

/** What a process that runs on this configuration answers as its description. */
export function markOf(config: string): string {
	return /^\tdescription (\S+)$/m.exec(config)?.[1] ?? "";
}

function configText(options: ConfigOptions): string {
	const { limits, places } = options;
	const frontends = groupsOf(options.binds).map((group) => frontend(group, options));
	return `# Written by heimweg-relay, which writes it anew; what the homes' files say decides.
global
	maxconn ${limits.connections}
	# Where a machine has fewer files to give, some connections less are better than none.
	no strict-limits
	stats socket ${places.socket} mode 660 level admin
	lua-load ${places.lua}
	# Sessions of before a reload may go on for so long.
	hard-stop-after 7d

defaults
	mode tcp
	# A home that is away is refused after this, not after four tries.
	timeout connect 2500ms
	retries 0
	# A mail program that waits for mail (IDLE) says something every half hour; who is gone is found by TCP itself.
	timeout client 24h
	timeout server 24h
	timeout client-fin 1m
	timeout server-fin 1m
	option clitcpka
	option srvtcpka

# By client address, of IPv6 by /64.
backend clients
	stick-table type ipv6 size 100k expire 10m store conn_cur,conn_rate(10s)

backend homes
	stick-table type string len 64 size 20k expire 25h store conn_cur,conn_cnt,bytes_in_cnt,bytes_out_cnt

backend refused
	stick-table type string len 32 size 100 expire 25h store conn_cnt

backend home
	server home 0.0.0.0:0 send-proxy-v2

backend home_web
	mode http
	timeout http-request 5s
	# A connection is for the home that it was made to, and for one client.
	http-reuse never
	server home 0.0.0.0:0 send-proxy-v2
${frontends.join("")}`;
}

/** Binds of one port and kind share a frontend. */
function groupsOf(binds: readonly Bind[]): Bind[][] {
	const groups = new Map<string, Bind[]>();
	for (const bind of binds) {
		const key = `${bind.kind} ${bind.port}`;
		groups.set(key, [...(groups.get(key) ?? []), bind]);
	}
	return [...groups.values()];
}

function frontend(group: readonly Bind[], options: ConfigOptions): string {
	const { kind, port } = group[0]!;
	const lines = [
		...(kind === "http" ? ["mode http", "timeout http-request 5s"] : []),
		...group.flatMap((bind) => bindLines(bind, options.ipv6)),
		...clientLines(options),
		...(kind === "http" ? webLines(port, options) : streamLines(kind, port, options)),
	];
	return `\nfrontend ${kind}_${port}\n${lines.map((line) => `\t${line}\n`).join("")}`;
}

function bindLines({ port, address }: Bind, ipv6: boolean): string[] {
	if (address) return [`bind ${familyOf(address) === 6 ? `[${address}]` : address}:${port}`];
	// One socket for both families would show IPv4 clients to the homes in IPv6 form.
	return [`bind :${port}`, ...(ipv6 ? [`bind :::${port} v6only`] : [])];
}

function clientLines({ limits: { per_client, rate } }: ConfigOptions): string[] {
	const full = `if { sc0_conn_cur gt ${per_client} } or { sc0_conn_rate gt ${rate} }`;
	const why: (typeof refusals)[number] = "client_full";
	return [
		"tcp-request connection set-var(sess.src) src",
		"tcp-request connection set-var(sess.dst) dst",
		"tcp-request connection set-var(sess.net) src,ipmask(32,64)",
		"tcp-request connection track-sc0 var(sess.net) table clients",
		`tcp-request connection track-sc2 str(${why}) table refused ${full}`,
		`tcp-request connection reject ${full}`,
	];
}

function streamLines(
	kind: "tls" | "address",
	port: number,
	{ places, limits: { per_home } }: ConfigOptions,
): string[] {
	const lookUp = `map_str(${places.names})`;
	const found = "{ var(sess.to) -m found }";
	const rule = (text: string) => `tcp-request content ${text}`;
	const refuse = (why: (typeof refusals)[number], condition: string) => [
		rule(`track-sc2 str(${why}) table refused ${condition}`),
		rule(
			kind === "tls" && why === "unknown"
				? `use-service lua.unrecognized_name ${condition}`
				: `reject ${condition}`,
		),
	];
	const byName = [
		// The whole greeting must be there by then.
		"tcp-request inspect-delay 5s",
		...refuse("no_greeting", "unless { req.ssl_hello_type 1 }"),
		// While the greeting is not whole, a condition waits for the rest of it.
		rule("set-var(sess.sni) req.ssl_sni,lower if { req.ssl_sni -m found }"),
		rule(`set-var(sess.to) var(sess.sni),concat(:${port}),${lookUp} if { var(sess.sni) -m found }`),
	];
	return [
		...(kind === "tls" ? byName : []),
		rule(`set-var(sess.to) str(@),concat(,sess.dst,:${port}),${lookUp} unless ${found}`),
		rule(`set-var(sess.to) str(:${port}),${lookUp} unless ${found} or { var(sess.sni) -m found }`),
		...refuse("unknown", `unless ${found}`),
		rule("set-var(sess.home) var(sess.to),field(3,|)"),
		...banLookUps("sess", places).map(rule),
		...refuse("banned", "if { var(sess.banned) -m found }"),
		rule("track-sc1 var(sess.home) table homes"),
		...refuse("home_full", `if { sc1_conn_cur gt ${per_home} }`),
		rule("set-dst var(sess.to),field(1,|)"),
		rule("set-dst-port var(sess.to),field(2,|)"),
		"default_backend home",
	];
}

function webLines(port: number, { places, limits: { per_home } }: ConfigOptions): string[] {
	const lookUp = `map_str(${places.names})`;
	const found = "{ var(txn.to) -m found }";
	const rule = (text: string) => `http-request ${text}`;
	const refuse = (why: (typeof refusals)[number], status: number, condition: string) => [
		rule(`track-sc2 str(${why}) table refused ${condition}`),
		rule(`deny deny_status ${status} ${condition}`),
	];
	return [
		rule(`set-var(txn.to) req.hdr(host),field(1,:),lower,concat(:${port}),${lookUp}`),
		rule(`set-var(txn.to) str(@),concat(,sess.dst,:${port}),${lookUp} unless ${found}`),
		...refuse("unknown", 421, `unless ${found}`),
		rule("set-var(txn.home) var(txn.to),field(3,|)"),
		...banLookUps("txn", places).map(rule),
		...refuse("banned", 403, "if { var(txn.banned) -m found }"),
		rule("track-sc1 var(txn.home) table homes"),
		...refuse("home_full", 503, `if { sc1_conn_cur gt ${per_home} }`),
		rule("set-dst var(txn.to),field(1,|)"),
		rule("set-dst-port var(txn.to),field(2,|)"),
		"default_backend home_web",
	];
}

/** A home bans an address, or the whole /64 of an IPv6 client. */
function banLookUps(scope: "sess" | "txn", { bans }: HaproxyPlaces): string[] {
	const look = (client: string) =>
		`set-var(${scope}.banned) var(${scope}.home),concat(|,${client}),map_str(${bans})`;
	return [look("sess.src"), `${look("sess.net,/64")} unless { var(${scope}.banned) -m found }`];
}
