import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

export const tunnelFailing = condition<Failure>({
	code: "relay.tunnel_failing",
	formerly: "tunnel.failing",
	severity: "error",
	title: "the tunnel cannot be set up",
	blocksMail: true,
	visibleAfter: 10 * SECOND,
	text: ({ error }) => `the tunnel cannot be set up: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look at "wg show" and "ip address"; heimweg tries again by itself',
});

/** What is known of a silence when it begins. */
export interface Silence {
	relay: string;
	/** When the last pulse was answered, or since when none was. */
	lastAnswer: string;
	/** Some pulse was answered since our start. */
	ever?: boolean;
	/** What changed just before, or since it last worked; and what WireGuard and the way around the tunnel show. */
	changed?: readonly string[];
	evidence?: readonly string[];
	/** This machine's clock is behind what it was when our state was saved; both in words. */
	clockBehind?: { now: string; saved: string } | undefined;
}

export const tunnelDown = condition<Silence>({
	code: "relay.tunnel_down",
	formerly: "tunnel.down",
	severity: "error",
	title: "the relay does not answer through the tunnel",
	blocksMail: true,
	visibleAfter: 1 * MINUTE,
	text: ({ relay, lastAnswer, clockBehind, changed = [], evidence = [] }) =>
		`no answer from the relay ${relay} through the tunnel (${[lastAnswer, ...changed, ...evidence].join("; ")})${
			clockBehind
				? `; this machine's clock says ${clockBehind.now}, and was at ${clockBehind.saved} before: WireGuard refuses who comes from the past`
				: ""
		}`,
	remedy: ({ ever = true, clockBehind, changed = [] }) => {
		if (clockBehind) return 'set the clock right ("timedatectl"); heimweg goes on by itself';
		const first = changed.length > 0 ? "look at that change first; else " : "";
		return `${first}${step(ever)}`;
	},
});

function step(ever: boolean): string {
	return ever
		? 'heimweg keeps trying; if it lasts, look on the relay at "heimweg-relay status" and at its firewall (UDP port of WireGuard), and compare the keys on both sides'
		: 'compare the keys on both sides, which "heimweg status" and "heimweg-relay status" show, and look at the relay\'s firewall (UDP port of WireGuard)';
}

export const relayMute = condition<Silence>({
	code: "relay.mute",
	formerly: "tunnel.relay_mute",
	severity: "warning",
	title: "WireGuard reaches the relay, but heimweg-relay does not answer there",
	visibleAfter: 2 * MINUTE,
	text: ({ relay, lastAnswer, ever = true, changed = [] }) =>
		ever
			? `WireGuard reaches the relay ${relay}, but heimweg-relay does not answer there (${[lastAnswer, ...changed].join("; ")}); as long as Postfix runs there, mail comes in, and mail that goes out waits`
			: `WireGuard reaches the relay ${relay}, but no pulse was ever answered there (${[lastAnswer, ...changed].join("; ")})`,
	remedy: ({ ever = true }) =>
		ever
			? 'look on the relay at "systemctl status heimweg-relay", and whether its firewall lets everything in that comes out of the tunnel'
			: 'compare the tunnel addresses that "heimweg status" here and "heimweg-relay status" on the relay show, and look there at "systemctl status heimweg-relay"',
});

export const lineDown = condition({
	code: "relay.line_down",
	formerly: "line.down",
	severity: "warning",
	title: "this machine has no way to the internet",
	blocksMail: true,
	visibleAfter: 2 * MINUTE,
	text: () => "there is no default route on an interface with a carrier: the line is down",
	remedy: () => "look at the router and the cable; heimweg goes on by itself when the line is back",
});

export const endpointUnresolved = condition<{ host: string; error: string; using: string }>({
	code: "relay.name_unresolved",
	formerly: "tunnel.endpoint_unresolved",
	severity: "warning",
	title: "the relay's name cannot be resolved",
	dependsOn: ["relay.line_down"],
	visibleAfter: 5 * MINUTE,
	text: ({ host, error, using }) => `the relay's name ${host} cannot be resolved (${error}); ${using}`,
	remedy: () =>
		"look whether other names resolve here (/etc/resolv.conf), or write the relay's address into relays.endpoint",
});

export const largePacketsLost = condition<{ mtu: number }>({
	code: "relay.large_packets_lost",
	formerly: "tunnel.large_packets_lost",
	severity: "error",
	title: "large packets do not pass the tunnel",
	visibleAfter: 3 * MINUTE,
	text: ({ mtu }) =>
		`small packets pass the tunnel and packets of ${mtu} bytes do not: large mails will hang`,
	remedy: () =>
		"some line in between takes only smaller packets: look at the router's MTU, and try the other family with tunnel.outer",
});

export const packetsLost = condition<{ percent: number }>({
	code: "relay.packets_lost",
	formerly: "tunnel.packets_lost",
	severity: "warning",
	title: "the line loses many packets",
	visibleAfter: 5 * MINUTE,
	text: ({ percent }) =>
		`of the last pulses to the relay, about ${percent} % were lost: mail comes and goes, but slowly`,
	remedy: () =>
		'look whether the line is full or the WiFi weak; if it is neither, tell the provider, with the output of "mtr" to the relay',
});

export const checkinFailing = condition<Failure>({
	code: "relay.checkin_failing",
	formerly: "checkin.failing",
	severity: "warning",
	title: "the relay does not take the check-in",
	dependsOn: ["relay.line_down", "relay.tunnel_down", "relay.mute"],
	visibleAfter: 5 * MINUTE,
	text: ({ error }) => `the check-in with the relay failed: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look on the relay at "heimweg-relay status"',
});

export const relayNotice = condition<{ text: string; remedy: string }>({
	code: "relay.says",
	formerly: "checkin.relay_says",
	severity: "warning",
	title: "the relay reports something about this home",
	visibleAfter: 1 * MINUTE,
	text: ({ text }) => `the relay says: ${text}`,
	remedy: ({ remedy }) => remedy,
});

export const routesNothing = condition<{ home: string }>({
	code: "relay.routes_nothing",
	severity: "error",
	title: "the relay routes no domain to this home",
	visibleAfter: 30 * SECOND,
	text: ({ home }) => `the relay knows this home as ${home}, and sends the mail of no domain to it`,
	remedy: ({ home }) => `on the relay, add the domain to domains in /etc/heimweg-relay/homes.d/${home}.toml`,
});

export const routesMissing = condition<{ missing: string; home: string }>({
	code: "relay.routes_missing",
	formerly: "checkin.routes_missing",
	severity: "error",
	title: "the relay does not route all our domains",
	visibleAfter: 30 * SECOND,
	text: ({ missing, home }) => `the relay does not send the mail of ${missing} to this home (${home})`,
	remedy: ({ home }) => `on the relay, add the domain to /etc/heimweg-relay/homes.d/${home}.toml`,
});
