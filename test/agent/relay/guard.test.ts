import { expect, test } from "vitest";
import { guardRules } from "../../../agent/relay/guard.ts";
import { parseAddress } from "../../../shared/address.ts";

const relays = [
	{
		endpoint: { host: "relay.example.org", port: 51820 },
		public_key: "cmVsYXkncyBwdWJsaWMga2V5LCAzMiBieXRlcyBvZi4=",
		addresses: [parseAddress("10.86.0.1"), parseAddress("fd86:5a1e:77::1")],
		pulse_port: 8686,
		checkin_port: 9687,
	},
];

test("nobody at home but the daemon's user and root may send pulses and check-ins to the relay", () => {
	expect(guardRules(relays, 992).map(({ chain, rule }) => `${chain}: ${rule}`)).toEqual([
		"output: ip daddr 10.86.0.1 tcp dport 9687 meta skuid != { 0, 992 } reject",
		"output: ip daddr 10.86.0.1 udp dport 8686 meta skuid != { 0, 992 } reject",
		"output: ip6 daddr fd86:5a1e:77::1 tcp dport 9687 meta skuid != { 0, 992 } reject",
		"output: ip6 daddr fd86:5a1e:77::1 udp dport 8686 meta skuid != { 0, 992 } reject",
	]);
});

test("a daemon that runs as root keeps all other users from the relay's ports", () => {
	expect(guardRules(relays, 0)[0]?.rule).toBe("ip daddr 10.86.0.1 tcp dport 9687 meta skuid != { 0 } reject");
});
