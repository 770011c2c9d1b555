import { describe, expect, it } from "vitest";
import * as scripts from "../bench/mail-program-scripts.ts";
import { greet, imapLogin } from "./mail-programs.ts";
import { addresses } from "./network.ts";
import { mailName, type Scene, until } from "./scene.ts";

/** What one client or one home does wrong, and that another home has nothing of it. */
export function troubleStaysAtHome(scene: () => Scene, second: () => Scene, secondName: string): void {
	const internet = () => scene().lab.internet;
	const refused = async () =>
		((await scene().relayStatus()) as { clients?: { refused: Record<string, number> } }).clients?.refused ??
		{};

	describe("one home's trouble", () => {
		it("a name is answered with its own home's certificate, whichever home and port is asked", async () => {
			const shown = async (name: string, port: number) =>
				(
					await internet().exec(
						["openssl", "s_client", "-connect", `${addresses.relay.ipv4}:${port}`, "-servername", name],
						{ input: "", timeout: 20_000 },
					)
				).stdout;
			for (const port of [465, 993]) {
				expect(await shown(mailName, port)).toContain(`subject=CN=${mailName}`);
				expect(await shown(secondName, port)).toContain(`subject=CN=${secondName}`);
			}
		});

		it("handshakes that one client never ends keep nobody else out, and what is over the limit is counted", async () => {
			const before = (await refused()).client_full ?? 0;
			const script = scripts.idleClients(addresses.relay.ipv4, mailName, 400, {
				port: 993,
				from: addresses.services.ipv4,
			});
			const child = internet().namespace.spawn([process.execPath, "-e", script], { stdio: "ignore" });
			try {
				await until(
					"what is over the limit is counted",
					async () => ((await refused()).client_full ?? 0) > before,
					60_000,
				);
				for (const name of [mailName, secondName])
					await until(`${name} is served`, async () =>
						(await imapLogin(internet(), { name, user: "anna" })).includes("Logged in"),
					);
			} finally {
				child.kill();
			}
		});

		it("a Dovecot that is down at one home is nothing to the clients of the other", async () => {
			const { home } = second().lab;
			await home.run(["systemctl", "stop", "dovecot"]);
			expect(await greet(internet(), secondName)).not.toMatch(/Dovecot.* ready/);
			expect(await imapLogin(internet(), { name: mailName, user: "anna" })).toContain("Logged in");
			await home.run(["systemctl", "start", "dovecot"]);
			expect(await imapLogin(internet(), { name: secondName, user: "anna" })).toContain("Logged in");
		});
	});
}
