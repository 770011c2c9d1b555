import type { Address } from "../shared/address.ts";
import type { Failure } from "../shared/conditions.ts";
import { condition } from "../shared/health.ts";

/** Everything that can be wrong at home, each declared once. */

const seconds = 1_000;
const minutes = 60 * seconds;

export const tunnelFailing = condition<Failure>({
	code: "tunnel.failing",
	severity: "error",
	title: "the tunnel cannot be set up",
	blocksMail: true,
	quiet: 10 * seconds,
	text: ({ error }) => `the tunnel cannot be set up: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look at "wg show" and "ip address"; heimweg tries again by itself',
});

export const tunnelDown = condition<{ relay: string; lastAnswer: string }>({
	code: "tunnel.down",
	severity: "error",
	title: "the relay does not answer through the tunnel",
	blocksMail: true,
	quiet: 1 * minutes,
	text: ({ relay, lastAnswer }) => `no answer from the relay ${relay} through the tunnel (${lastAnswer})`,
	remedy: () =>
		'heimweg keeps trying; if it lasts, look on the relay at "heimweg-relay status" and at its firewall (UDP port of WireGuard), and compare the keys on both sides',
});

export const relayMute = condition<{ relay: string; lastAnswer: string }>({
	code: "tunnel.relay_mute",
	severity: "warning",
	title: "WireGuard reaches the relay, but heimweg-relay does not answer there",
	quiet: 2 * minutes,
	text: ({ relay, lastAnswer }) =>
		`WireGuard reaches the relay ${relay}, but heimweg-relay does not answer there (${lastAnswer}); as long as Postfix runs there, mail comes in, and mail that goes out waits`,
	remedy: () =>
		'look on the relay at "systemctl status heimweg-relay", and whether its firewall lets everything in that comes out of the tunnel',
});

export const lineDown = condition({
	code: "line.down",
	severity: "warning",
	title: "this machine has no way to the internet",
	blocksMail: true,
	quiet: 2 * minutes,
	text: () => "there is no default route on an interface with a carrier: the line is down",
	remedy: () => "look at the router and the cable; heimweg goes on by itself when the line is back",
});

export const endpointUnresolved = condition<{ host: string; error: string; using: string }>({
	code: "tunnel.endpoint_unresolved",
	severity: "warning",
	title: "the relay's name cannot be resolved",
	quiet: 5 * minutes,
	text: ({ host, error, using }) => `the relay's name ${host} cannot be resolved (${error}); ${using}`,
	remedy: () => "look at /etc/resolv.conf, or write the relay's address into relays.endpoint",
});

export const largePacketsLost = condition<{ mtu: number }>({
	code: "tunnel.large_packets_lost",
	severity: "error",
	title: "large packets do not pass the tunnel",
	quiet: 3 * minutes,
	text: ({ mtu }) =>
		`small packets pass the tunnel and packets of ${mtu} bytes do not: large mails will hang`,
	remedy: () =>
		"some line in between takes only smaller packets: look at the router's MTU, and try the other family with tunnel.outer",
});

export const packetsLost = condition<{ percent: number }>({
	code: "tunnel.packets_lost",
	severity: "warning",
	title: "the line loses many packets",
	quiet: 5 * minutes,
	text: ({ percent }) =>
		`of the last pulses to the relay, about ${percent} % were lost: mail comes and goes, but slowly`,
	remedy: () =>
		'look whether the line is full or the WiFi weak; if it is neither, tell the provider, with the output of "mtr" to the relay',
});

export const sourcesDisagree = condition<{ used: string; said: string }>({
	code: "address.sources_disagree",
	severity: "warning",
	title: "two sources name different public addresses",
	quiet: 5 * minutes,
	text: ({ used, said }, family) => `${family}: ${used} is used, and ${said}`,
	remedy: () => "this is normal with two internet lines or a VPN; otherwise look at the router's routes",
});

export const notPublic = condition<{ address: Address; source: string }>({
	code: "address.not_public",
	severity: "warning",
	title: "the address cannot be published",
	quiet: 5 * minutes,
	text: ({ address, source }, family) =>
		`${family}: ${address} (seen by ${source}) is not a public address, so it is not published`,
	remedy: () =>
		"behind a carrier's NAT nobody can connect to this address from outside; mail through the relay works all the same. Leave the family out of dns.publish to end this message",
});

export const checkIpFailing = condition<Failure>({
	code: "address.check_failing",
	severity: "warning",
	title: "no service tells the public address",
	quiet: 30 * minutes,
	text: ({ error }, family) => `no check-ip service tells the ${family} address: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at check_ip in the config; heimweg tries again on its schedule",
});

export const recordsFailing = condition<Failure>({
	code: "dns.failing",
	severity: "error",
	title: "the records at deSEC cannot be kept true",
	quiet: 5 * minutes,
	text: ({ error }) => `the records at deSEC are not known to be true: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg tries again by itself",
});

export const recordsNotVisible = condition<{ servers: string; wanted: string }>({
	code: "dns.not_visible",
	severity: "warning",
	title: "the name servers do not answer the new address yet",
	quiet: 5 * minutes,
	text: ({ servers, wanted }) => `${servers} did not answer ${wanted} within a minute after deSEC took it`,
	remedy: () => "look at https://desec.status.io and wait; the records are stored",
});

export const checkinFailing = condition<Failure>({
	code: "checkin.failing",
	severity: "warning",
	title: "the relay does not take the check-in",
	quiet: 5 * minutes,
	text: ({ error }) => `the check-in with the relay failed: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look on the relay at "heimweg-relay status"',
});

export const routesMissing = condition<{ missing: string; home: string }>({
	code: "checkin.routes_missing",
	severity: "error",
	title: "the relay does not route all our domains",
	quiet: 30 * seconds,
	text: ({ missing, home }) => `the relay does not send the mail of ${missing} to this home (${home})`,
	remedy: ({ home }) => `on the relay, add the domain to /etc/heimweg-relay/homes.d/${home}.toml`,
});

export const relayNotice = condition<{ text: string; remedy: string }>({
	code: "checkin.relay_says",
	severity: "warning",
	title: "the relay reports something about this home",
	quiet: 1 * minutes,
	text: ({ text }) => `the relay says: ${text}`,
	remedy: ({ remedy }) => remedy,
});

export const outgoingFailing = condition<Failure>({
	code: "outgoing.failing",
	severity: "warning",
	title: "mail that waits here for the relay is not looked after",
	quiet: 10 * minutes,
	text: ({ error }) => `mail that waited for the relay goes out at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg tries again by itself",
});

export const recipientsUnread = condition<{ file: string; since: string | undefined }>({
	code: "recipients.not_read",
	severity: "warning",
	title: "the valid recipients are not looked up",
	quiet: 10 * minutes,
	text: ({ file, since }) =>
		since
			? `nobody has looked since ${since} who the valid recipients are; new ones are refused by the relay`
			: `there is no list of valid recipients in ${file}; the relay takes mail to any name`,
	remedy: () =>
		'run "systemctl enable --now heimweg-recipients.timer heimweg-recipients.path", and look at "journalctl -u heimweg-recipients"',
});

export const recipientsSourceFailing = condition<Failure & { usable: boolean }>({
	code: "recipients.source_failing",
	severity: "warning",
	title: "a source of valid recipients cannot be listed",
	quiet: 5 * minutes,
	text: ({ error, usable }, source) =>
		`${source}: ${error}; ${usable ? "what it named last still counts" : "the relay takes mail to any name meanwhile"}`,
	remedy: ({ remedy }) => remedy ?? 'look at [recipients] in heimweg.toml; "heimweg recipients" tries it',
});

export const recipientsUnfit = condition<{ count: number; some: string[] }>({
	code: "recipients.unfit",
	severity: "warning",
	title: "a source names recipients that the relay cannot know",
	quiet: 10 * minutes,
	text: ({ count, some }, source) =>
		`${source}: ${count === 1 ? "a name is" : `${count} names are`} left out, because Postfix's tables on the relay cannot hold them: ${some.join(", ")}`,
	remedy: () => "mail to them is refused; give such a user an address of ASCII letters, digits and dots",
});

export const recipientsFailing = condition<Failure>({
	code: "recipients.not_sent",
	severity: "warning",
	title: "the relay does not take the list of valid recipients",
	quiet: 2 * minutes,
	text: ({ error }) => `the list of valid recipients is not on the relay: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look on the relay at "heimweg-relay status"',
});
