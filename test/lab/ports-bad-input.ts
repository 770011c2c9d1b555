import { describe, expect, it } from "vitest";
import { mostBans } from "../../shared/protocol/bans.ts";
import * as scripts from "../bench/mail-program-scripts.ts";
import { greet, imapLogin } from "./mail-programs.ts";
import { addresses } from "./network.ts";
import { homeId, mailName, type Scene, until } from "./scene.ts";
import { secondId } from "./second-home.ts";
import { holds } from "./use-scene.ts";

const stranger = "203.0.113.1";

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

		it("a home that bans thousands of clients gets its thousand, and bans nobody from another home", async () => {
			const { home } = second().lab;
			const order = `const { request } = require("node:http");
				const add = (client) => new Promise((done, fail) => {
					const call = request({ socketPath: "/run/heimweg/control.sock", path: "/bans", method: "POST" }, (answer) => answer.resume().on("end", done));
					call.on("error", fail).end(JSON.stringify({ action: "add", client, by: "flood", seconds: 3600 }));
				});
				(async () => {
					for (let n = 0; n < 2000; n += 50)
						await Promise.all(Array.from({ length: 50 }, (_, at) => add("10.9." + ((n + at) >> 8) + "." + ((n + at) & 255))));
					await add("${stranger}");
				})();`;
			await home.run(["node", "-e", order], { timeout: 300_000 });
			await until("the relay holds what it takes of them", async () => {
				const { homes } = await scene().relayStatus();
				const of = (id: string) =>
					(homes.find((one) => one.id === id) as { bans?: number } | undefined)?.bans;
				return of(secondId) === mostBans && of(homeId) === undefined;
			});
			await until(
				"the home is told",
				async () => holds(await second().agentStatus(), "bans.too_many"),
				90_000,
			);
			expect(await greet(internet(), secondName)).not.toMatch(/Dovecot.* ready/);
			expect(await imapLogin(internet(), { name: mailName, user: "anna" })).toContain("Logged in");
			await home.run(["heimweg", "bans", "flush", "--jail", "flood"]);
			await until("its clients are let in again", async () =>
				/Dovecot.* ready/.test(await greet(internet(), secondName)),
			);
		}, 300_000);

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
