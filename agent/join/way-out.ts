import type { RunCommand } from "../../shared/command.ts";
import { firewalls } from "../../shared/firewall/firewalls.ts";
import { type OpenPort, shellText } from "../../shared/firewall/port.ts";

/** What leaves this home for its relay: the tunnel's own packets, and pulses, check-ins and mail in the tunnel. */
export function wayOut(relay: {
	endpoint: { port: number };
	pulse_port: number;
	checkin_port: number;
	on: string;
}): OpenPort[] {
	const { endpoint, pulse_port, checkin_port, on } = relay;
	return [
		{ protocol: "udp", port: endpoint.port, out: true },
		{ protocol: "udp", port: pulse_port, on, out: true },
		{ protocol: "tcp", port: checkin_port, on, out: true },
		{ protocol: "tcp", port: 25, on, out: true },
	];
}

/** The commands that let these out, where a firewall of this machine lets out only what its rules name. */
export async function closedWays(run: RunCommand, ports: readonly OpenPort[]): Promise<string[]> {
	return (await firewalls(run, ports)).flatMap(({ opens }) => opens.map(shellText));
}
