import type { Address } from "../../shared/address.ts";
import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const sourcesDisagree = condition<{ used: string; said: string }>({
	code: "address.sources_disagree",
	severity: "warning",
	title: "two sources name different public addresses",
	visibleAfter: 5 * MINUTE,
	text: ({ used, said }, family) => `${family}: ${used} is used, and ${said}`,
	remedy: () => "this is normal with two internet lines or a VPN; otherwise look at the router's routes",
});

export const notPublic = condition<{ address: Address; source: string }>({
	code: "address.not_public",
	severity: "warning",
	title: "the address cannot be published",
	visibleAfter: 5 * MINUTE,
	text: ({ address, source }, family) =>
		`${family}: ${address} (seen by ${source}) is not a public address, so it is not published`,
	remedy: () =>
		"behind a carrier's NAT nobody can connect to this address from outside; mail through the relay works all the same. Leave the family out of dns.publish to end this message",
});

export const throughVpn = condition<{ by: string }>({
	code: "address.through_vpn",
	severity: "warning",
	title: "a VPN carries what this machine sends",
	visibleAfter: 5 * MINUTE,
	text: ({ by }, family) =>
		`${family}: what this home sends, the tunnel to the relay too, leaves through the VPN on ${by}: the address that others see is the VPN's, and a record with it does not lead here`,
	remedy: ({ by }) =>
		`on this home, give the relay a way past the VPN ("ip route get RELAY" must not name ${by}), or end the VPN; if it is meant so, leave the family out of dns.publish`,
});

export const checkIpFailing = condition<Failure>({
	code: "address.check_failing",
	severity: "warning",
	title: "no service tells the public address",
	// deSEC's own services are asked unless others are configured.
	dependsOn: ["relay.line_down", "relay.tunnel_down", "dns.failing"],
	visibleAfter: 30 * MINUTE,
	text: ({ error }, family) => `no check-ip service tells the ${family} address: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at check_ip in the config; heimweg tries again on its schedule",
});
