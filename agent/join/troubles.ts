import { HeimwegError } from "../../shared/errors.ts";
import type { Invitation } from "../../shared/invitation/code.ts";

/** Another key has redeemed the code: it is of no more use here. */
export class Refused extends HeimwegError {}

export function refused(words: string): Refused {
	return new Refused(
		`the relay refuses this code: another machine has joined with it. This machine's key is "${words}"`,
		{
			remedy:
				'run "heimweg-relay status" on the relay, which shows the other key; if it is not yours, somebody else has the code: "heimweg-relay invite HOME --again" shuts them out',
		},
	);
}

/** Another route of this machine takes what is meant for the tunnel, such as one of another VPN in a table of its own. */
export function astray(relay: string, way: string): HeimwegError {
	return new HeimwegError(`what this machine sends to ${relay}, the relay in the tunnel, leaves by ${way}`, {
		remedy: `look at "ip rule" and "ip route get ${relay}", have the other VPN leave this network out, and run "heimweg join" again here; it goes on without the code`,
	});
}

/** Nothing came in time; what is known tells where to look first. */
export function silent(
	{ host, port }: Invitation,
	heard: boolean,
	because: string | undefined,
	closed: readonly string[],
): HeimwegError {
	if (because !== undefined)
		return new HeimwegError(`the relay is reached, and has this home wait: ${because}`, {
			remedy: 'mend that, and run "heimweg join" again here; it goes on without the code',
		});
	if (closed.length > 0)
		return new HeimwegError(`the relay ${host} does not answer`, { remedy: letOut(closed) });
	if (heard)
		return new HeimwegError(
			`the relay ${host} is reached through the tunnel, but heimweg-relay does not answer there`,
			{
				remedy:
					'look on the relay at "heimweg-relay status", and whether its firewall lets everything in that comes out of the tunnel; then run "heimweg join" again here; it goes on without the code',
			},
		);
	return new HeimwegError(`the relay ${host} does not answer on UDP port ${port}`, {
		remedy: `look on the relay at "heimweg-relay invites", whether the code is still good (a day, and once) and the newest; whether heimweg-relay runs; and whether every firewall lets UDP port ${port} in; then run "heimweg join" again here; it goes on without the code`,
	});
}

/** What to do where a firewall of this machine lets out only what its rules name. */
export function letOut(commands: readonly string[]): string {
	return `this machine's firewall lets out only what its rules name: run ${commands.map((one) => `"${one}"`).join(", then ")}, and "heimweg join" again; it goes on without the code`;
}
