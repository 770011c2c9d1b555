import { describe, expect, it } from "vitest";
import { mostBans } from "../../shared/protocol/bans.ts";
import * as scripts from "../bench/mail-program-scripts.ts";
import { greet, imapLogin } from "./mail-programs.ts";
import { addresses } from "./network.ts";
import { domain, homeId, mailName, type Scene, tunnel, until } from "./scene.ts";
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
				// Of what was refused long before.
				const counts = await refused();
				expect(Object.entries(counts).flatMap(([why, count]) => (count > 0 ? [why] : []))).toEqual(
					expect.arrayContaining(["unknown", "no_greeting"]),
				);
				const { homes } = await scene().relayStatus();
				const { today = 0, sent = 0 } = homes.find(({ id }) => id === homeId)?.ports?.traffic ?? {};
				expect([today > 5, sent > 5_000]).toEqual([true, true]);
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
			await until("it is counted", async () => ((await refused()).banned ?? 0) > 0);
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

		it("who is said to come from mynetworks hands nothing in without a password, even by HAProxy's own user", async () => {
			const script = `
				const raw = require("node:net").connect(10465, "${tunnel.home[0]}", () => raw.write("PROXY TCP4 127.0.0.1 127.0.0.1 4025 465\\r\\n"));
				const socket = require("node:tls").connect({ socket: raw, rejectUnauthorized: false }).setEncoding("utf8");
				const words = ["EHLO localhost", "MAIL FROM:<anna@${domain}>", "RCPT TO:<someone@sender.test>", "QUIT"];
				socket.on("data", (text) => {
					process.stdout.write(text);
					if (/^\\d{3} .*\\r\\n$/m.test(text) && words.length > 0) socket.write(words.shift() + "\\r\\n");
				}).on("close", () => process.exit());
				setTimeout(() => process.exit(1), 15000);`;
			const { relay, home } = scene().lab;
			const asHaproxy = ["setpriv", "--reuid=heimweg-haproxy", "--clear-groups", "--regid=65534"];
			const said = await relay.run([...asHaproxy, "node", "-e", script]);
			expect(said).toMatch(/^220 /);
			expect(said).toMatch(/^554 5\.7\.1 .*\[127\.0\.0\.1\]/m);
			expect(await home.journal("-u", "postfix*", "-o", "cat")).toMatch(
				/reject: RCPT from \S*\[127\.0\.0\.1\]: 554 .*<someone@sender\.test>/,
			);
		});
	});
}

/** A relay that takes few connections for each home; it stays so. */
export function fullHome(scene: () => Scene, otherName: string): void {
	it("a home that has as many connections as one may have takes nothing from another home's clients", async () => {
		const { internet, relay } = scene().lab;
		const [config, perHome] = ["/etc/heimweg-relay/relay.toml", 60];
		await relay.write(config, `${await relay.read(config)}\n[ports]\nper_home = ${perHome}\n`);
		await relay.run(["systemctl", "restart", "heimweg-relay"]);
		const ask = (command: string) => {
			const script = `const s = require("net").connect("/run/heimweg-relay-haproxy/admin.sock"); s.write("${command}\\n"); s.pipe(process.stdout);`;
			return relay.run(["node", "-e", script]);
		};
		await until("HAProxy runs with that", async () => {
			const text = await relay.read("/var/lib/heimweg-relay/haproxy/haproxy.cfg");
			const mark = /^\tdescription (\S+)$/m.exec(text)?.[1];
			return text.includes(`sc1_conn_cur gt ${perHome} `) && (await ask("show info")).includes(`: ${mark}`);
		});
		const place = { port: 993, from: addresses.services.ipv4 };
		const script = scripts.idleClients(addresses.relay.ipv4, mailName, 2 * perHome, place);
		const child = internet.namespace.spawn([process.execPath, "-e", script], { stdio: "ignore" });
		try {
			await until("what is over the limit is refused, and counted", async () =>
				(await ask("show table refused")).includes("key=home_full"),
			);
			expect(await imapLogin(internet, { name: mailName, user: "anna" })).not.toContain("Logged in");
			expect(await imapLogin(internet, { name: otherName, user: "anna" })).toContain("Logged in");
		} finally {
			child.kill();
		}
		await until("the home's clients are served again", async () =>
			(await imapLogin(internet, { name: mailName, user: "anna" })).includes("Logged in"),
		);
	});
}
