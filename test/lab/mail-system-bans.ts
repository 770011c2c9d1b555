import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "./command.ts";
import { openDevice } from "./imap-idle.ts";
import { account } from "./mail-clients.ts";
import { firstMailHome } from "./mail-home.ts";
import { addresses } from "./network.ts";
import { homeId, until } from "./scene.ts";
import type { MailSystem } from "./use-mail-system.ts";

/** Two clients of the internet, and what else they are told apart by. */
const attacker = "198.18.0.9";
const friend = "198.18.0.10";
const late = "198.18.0.11";
const attacker6 = "2001:db8:bad:1::9";
const anna = { ...account(firstMailHome, "anna"), at: addresses.relay.ipv4 };
const wrong = { ...anna, password: "wrong" };

/** Bans, in a mail system whose clients come through the relay. */
export function bansThatWork(system: () => MailSystem): void {
	describe("a client that keeps trying wrong passwords through the relay", () => {
		const lab = () => system().lab;
		const login = (from: string, as: typeof anna & { password?: string } = anna) =>
			system().clients.imap({ ...as, from }, "NOOP");
		const openFrom = (as: typeof anna & { from: string }) => openDevice(lab().internet, as);
		const isIn = ({ exitCode }: Outcome) => exitCode === 0;
		/** HAProxy's map on the relay, one key a line. */
		const refused = async () => {
			const ask = `const s = require("net").connect("/run/heimweg-relay-haproxy/admin.sock");
				s.write("show map /var/lib/heimweg-relay/haproxy/bans.map\\n"); s.pipe(process.stdout);`;
			const text = await lab().relay.run(["node", "-e", ask]);
			return text.split("\n").flatMap((line) => line.split(" ")[1] ?? []);
		};
		const isRefused = async (client: string) => (await refused()).includes(`${homeId}|${client}`);
		/** When it came into the map, in milliseconds since 1970; the hosts have one clock. */
		const refusedAt = async (client: string) => {
			const watch = `const net = require("net"), look = () => {
				const s = net.connect("/run/heimweg-relay-haproxy/admin.sock");
				let text = "";
				s.on("data", (data) => (text += data)).on("error", () => {}).on("close", () =>
					text.includes(" ${homeId}|${client} ") ? console.log(Date.now()) : setTimeout(look, 10));
				s.write("show map /var/lib/heimweg-relay/haproxy/bans.map\\n");
			}; look();`;
			return Number(await lab().relay.run(["node", "-e", watch], { timeout: 60_000 }));
		};
		const homeSays = (words: string) =>
			lab()
				.home.journal("--boot", "--grep", words)
				.catch(() => "");

		beforeAll(async () => {
			const { internet, home } = lab();
			await internet.namespace.ip(
				`address add ${attacker}/32 dev lo`,
				`address add ${friend}/32 dev lo`,
				`address add ${attacker6}/128 dev lo`,
			);
			await home.run(["sh", "-c", "heimweg bans jail >/etc/fail2ban/jail.d/heimweg.conf"]);
			await home.write(
				"/etc/fail2ban/jail.d/lab.local",
				"[DEFAULT]\nmaxretry = 2\nfindtime = 10m\nbantime = 1h\n[sshd]\nenabled = false\n",
			);
			await home.run(["systemctl", "start", "fail2ban"]);
			await until("fail2ban watches", async () =>
				/heimweg-dovecot.*heimweg-postfix/.test(await home.run(["fail2ban-client", "status"])),
			);
		});

		afterAll(() => lab().home.run(["systemctl", "stop", "fail2ban"]));

		it("is logged at home with its real address, by Dovecot and by Postfix", async () => {
			expect(isIn(await login(attacker, wrong))).toBe(false);
			await until(
				"Dovecot has logged it",
				async () => (await homeSays(`auth failed.*rip=${attacker}`)) !== "",
			);
			await system().clients.send({ ...wrong, from: friend }, { to: "x@sender.test", subject: "never" });
			const said = `\\[${friend}\\].*SASL PLAIN authentication failed`;
			await until("Postfix has logged it", async () => (await homeSays(said)) !== "");
			expect(await isRefused(attacker)).toBe(false);
		});

		it("is banned by fail2ban, refused at the relay, and another client of that home goes on", async () => {
			const banned = { ...anna, from: attacker };
			const [opened, other] = await Promise.all([banned, { ...anna, from: friend }].map(openFrom));
			const held = refusedAt(attacker);
			await login(attacker, wrong);
			const at = await held;
			const log = await lab().home.read("/var/log/fail2ban.log");
			const [, date, time, part] = new RegExp(`^(\\S+) (\\S+),(\\d+) .* Ban ${attacker}$`, "m").exec(log)!;
			const took = at - Date.parse(`${date}T${time}.${part}Z`);
			console.log(`from fail2ban's ban at home until HAProxy on the relay has it: ${took} ms`);
			const { exitCode, stderr } = await login(attacker);
			expect([exitCode, stderr]).toEqual([
				expect.not.stringMatching(/^0$/),
				expect.stringMatching(/SSL|reset|closed/i),
			]);
			expect(isIn(await login(friend))).toBe(true);
			await until("its open connection is cut", async () => !opened!.isOpen());
			expect(other!.isOpen()).toBe(true);
			other!.close();
			expect((await system().agentStatus()) as object).toMatchObject({
				bans: { banned: 1, held: 1, enforced: true },
			});
		});

		it("stays refused when heimweg, heimweg-relay and HAProxy are started anew", async () => {
			await lab().relay.run(["systemctl", "restart", "heimweg-relay"]);
			expect(await isRefused(attacker)).toBe(true);
			await lab().relay.run(["systemctl", "restart", "heimweg-relay-haproxy"]);
			await until("HAProxy has it again", () => isRefused(attacker));
			await lab().home.run(["systemctl", "restart", "heimweg"]);
			expect(isIn(await login(attacker))).toBe(false);
			await until("the tunnel is up", async () => (await system().agentStatus()).tunnel.up);
			expect(isIn(await login(friend))).toBe(true);
		});

		it("is refused when fail2ban bans it while heimweg does not run, as soon as it does", async () => {
			const { home } = lab();
			await home.run(["systemctl", "stop", "heimweg"]);
			await home.run(["fail2ban-client", "set", "heimweg-dovecot", "banip", late]);
			const left = () => home.run(["sh", "-c", "ls /var/lib/heimweg | grep -c ^bans-left- || true"]);
			await until("fail2ban has left it for heimweg", async () => (await left()) === "1");
			await home.run(["systemctl", "start", "heimweg"]);
			await until("it is refused", () => isRefused(late));
			expect(await left()).toBe("0");
			await home.run(["fail2ban-client", "set", "heimweg-dovecot", "unbanip", late]);
			await until("it may come again", async () => !(await isRefused(late)));
		});

		it("may come again when fail2ban or the relay's owner says so", async () => {
			await lab().home.run(["fail2ban-client", "unban", attacker]);
			await until("the relay lets it in", async () => isIn(await login(attacker)));
			await lab().home.run(["heimweg", "bans", "add", attacker, "--seconds", "600"]);
			await until("it is refused", () => isRefused(attacker));
			await lab().relay.run(["heimweg-relay", "bans", "remove", homeId, attacker]);
			await until("the relay lets it in", async () => isIn(await login(attacker)));
			await lab().home.run(["heimweg", "bans", "remove", attacker]);
		});

		it("is meant with its whole /64 when it comes by IPv6, and the ban ends by itself", async () => {
			const by6 = { ...anna, at: `[${addresses.relay.ipv6}]` };
			expect(isIn(await login(attacker6, by6))).toBe(true);
			await lab().home.run(["heimweg", "bans", "add", "2001:db8:bad:1::77", "--seconds", "8"]);
			await until("it is refused", () => isRefused("2001:db8:bad:1::/64"));
			expect(isIn(await login(attacker6, by6))).toBe(false);
			await until("the ban is over", async () => isIn(await login(attacker6, by6)), 30_000);
		});

		it("can neither have the relay banned, nor somebody whose address it puts into a user's name", async () => {
			const never = await lab().home.exec(["heimweg", "bans", "add", "10.86.0.1"]);
			expect([never.exitCode, never.stderr]).toEqual([1, expect.stringContaining("stands for the relay")]);
			const lines = await readFile(new URL("fail2ban-lines.txt", import.meta.url), "utf8");
			await lab().home.write("/root/lines.log", lines);
			const found = async (filter: string) => {
				const argv = ["fail2ban-regex", "--print-all-matched", "-v", "/root/lines.log"];
				const text = await lab().home.run([...argv, `/etc/fail2ban/filter.d/${filter}.conf`]);
				return [...text.matchAll(/^\| {6}(\S+) {2}/gm)].map(([, address]) => address);
			};
			expect(await found("heimweg-dovecot")).toEqual([
				"198.51.100.1",
				"2001:db8:2::2",
				"198.51.100.3",
				"198.51.100.4",
			]);
			expect(await found("heimweg-postfix")).toEqual(["198.51.100.5", "2001:db8:2::6", "198.51.100.7"]);
		});
	});
}
