import type { TunnelOptions } from "../../../agent/relay/tunnel.ts";
import { parseAddress } from "../../../shared/address.ts";

/** The relay of the tunnel's tests, as the agent knows it from its configuration. */
export const relaySettings: TunnelOptions["relay"] = {
	host: "relay.example.org",
	port: 51820,
	publicKey: "cmVsYXkncyBwdWJsaWMga2V5LCAzMiBieXRlcyBvZi4=",
	addresses: [parseAddress("10.86.0.1")],
	presharedKeyFile: undefined,
	presharedKeyMark: undefined,
};
