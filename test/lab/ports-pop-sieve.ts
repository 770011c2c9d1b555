import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { greet, password } from "./mail-programs.ts";
import { addresses } from "./network.ts";
import { type Scene, until } from "./scene.ts";
import { secondId } from "./second-home.ts";

/** An address of the relay that is the second home's alone. */
const own = "2001:db8:1::12";
const relayFile = `/etc/heimweg-relay/homes.d/${secondId}.toml`;
const homeFile = "/etc/heimweg/heimweg.toml";
const ports = "[465, 993, 995, 4190]";

/** What the second home's Dovecot serves besides IMAP: POP3 by its name, and filters of mail (RFC 5804), which begin in clear. */
export function popAndSieve(scene: () => Scene, second: () => Scene, name: string): void {
	describe("a home that serves POP3 and ManageSieve", () => {
		const relay = () => scene().lab.relay;
		const home = () => second().lab.home;
		const internet = () => scene().lab.internet;
		let before: { relay: string; home: string };

		beforeAll(async () => {
			before = { relay: await relay().read(relayFile), home: await home().read(homeFile) };
			await relay().namespace.ip(`address add ${own}/64 dev eth0 nodad`);
			await home().write(homeFile, before.home.replace("[ports]\n", `[ports]\nserve = ${ports}\n`));
			await home().run(["heimweg", "dovecot", "--apply"]);
			await home().run(["systemctl", "restart", "heimweg"]);
			await relay().write(relayFile, `${before.relay}ports = ${ports}\npublic_addresses = ["${own}"]\n`);
			await until(
				"HAProxy listens on it",
				async () => (await relay().run(["ss", "-Hlnt", `src [${own}]:4190`])) !== "",
			);
		});

		afterAll(async () => {
			await home().write(homeFile, before.home);
			await relay().write(relayFile, before.relay);
			await home().run(["systemctl", "restart", "heimweg"]);
			await relay().namespace.ip(`address del ${own}/64 dev eth0`);
			await until(
				"its ports are closed",
				async () => (await relay().run(["ss", "-Hlnt", "sport = :4190 or sport = :995"])) === "",
			);
		});

		it("takes 4190, where the server speaks first, at its own address and no other, from the client's own", async () => {
			const login = `AUTHENTICATE "PLAIN" "${Buffer.from(`\0anna\0${password}`).toString("base64")}"`;
			const words = `${login}\\r\\nLOGOUT\\r\\n`;
			const said = await greet(internet(), "", { words, address: own, port: 4190, starttls: "sieve" });
			expect(said).toContain('OK "Logged in."');
			expect(await home().journal("-u", "dovecot", "-o", "cat")).toMatch(
				/managesieve-login: Login: user=<anna>.* rip=2001:db8:1::1,.* TLS/,
			);
			const elsewhere = await internet().exec(["nc", "-z", "-w", "2", addresses.relay.ipv4, "4190"]);
			expect(elsewhere.exitCode).not.toBe(0);
		});

		it("takes 995 by its name at the address of all", async () => {
			const { exitCode, stderr } = await internet().exec([
				...["curl", "--silent", "--show-error", "--insecure", "--max-time", "30"],
				...["--resolve", `${name}:995:${addresses.relay.ipv4}`, "--user", `anna:${password}`],
				`pop3s://${name}/`,
			]);
			expect([exitCode, stderr]).toEqual([0, ""]);
			expect(await home().journal("-u", "dovecot", "-o", "cat")).toMatch(
				/pop3-login: Login: user=<anna>.* rip=203\.0\.113\.1,.* TLS/,
			);
		});
	});
}
