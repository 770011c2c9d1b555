import type { Address } from "../../shared/address.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

/** Two looks of the relay and some more. */
const visibleAfter = 25 * MINUTE;

const withheld =
	'mail through the relay works all the same; publish = "reachable" in [dns] leaves such a record out by itself';

export const reachSilent = condition<{ address: Address }>({
	code: "reach.silent",
	severity: "warning",
	title: "nobody answers at the published address",
	visibleAfter,
	text: ({ address }, family) =>
		`${family}: the relay gets no answer at ${address} on any of our ports, so mail programs on the internet get none either`,
	remedy: (_, family) =>
		family === "IPv4"
			? `forward the ports to this machine in the router; behind CGNAT or DS-Lite the address is the carrier's, and no forwarding helps; ${withheld}`
			: `let the ports through to this machine in the router's IPv6 firewall; ${withheld}`,
});

export const reachOtherKey = condition<{ address: Address }>({
	code: "reach.another_key",
	severity: "warning",
	title: "somebody else answers at the published address",
	visibleAfter,
	text: ({ address }, family) =>
		`${family}: who answers at ${address} has another TLS key than this home has through the tunnel`,
	remedy: () =>
		`behind CGNAT or DS-Lite the address is the carrier's, and another customer or the router may answer; else look where the router forwards the ports to; ${withheld}`,
});

export const reachPortSilent = condition<{ address: Address; ports: string }>({
	code: "reach.port_silent",
	severity: "warning",
	title: "a port is not reached from outside",
	visibleAfter,
	text: ({ address, ports }, family) =>
		`${family}: this home is reached at ${address}, but nobody answers there on port ${ports}`,
	remedy: () => "forward it in the router too, or leave it out of reach.ports",
});
