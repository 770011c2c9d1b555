import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { SECOND } from "../../shared/time.ts";

export const peersFailing = condition<Failure>({
	code: "peers.failing",
	severity: "error",
	title: "the tunnel cannot be set up",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 10 * SECOND,
	text: ({ error }) => `the tunnel to the homes cannot be set up: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look at "wg show" and "ip address"; heimweg-relay tries again by itself',
});

export const peerSecretWrong = condition<{ problem: string }>({
	code: "peers.secret_wrong",
	severity: "error",
	title: "a home's preshared key cannot be used",
	visibleAfter: 0,
	text: ({ problem }, home) => `${home}: ${problem} (this home keeps what was last applied)`,
	remedy: (_, home) => `correct preshared_key_file in homes.d/${home}.toml, or the file it names`,
});
