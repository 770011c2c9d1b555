import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { greet, keptLogin, password } from "./mail-programs.ts";
import { addresses } from "./network.ts";
import { domain, homeId, mailName, type Scene, until } from "./scene.ts";

/** An address of the relay that is one home's alone. */
const own = "2001:db8:1::11";
const stranger = "203.0.113.1";
const stranger6 = "2001:db8:1::1";
const relayFile = `/etc/heimweg-relay/homes.d/${homeId}.toml`;
const homeFile = "/etc/heimweg/heimweg.toml";

/** A web server that takes PROXY and believes the relay about who the client is, as the README asks for. */
const webServer = `defaults
	mode http
	timeout client 10s
	timeout server 10s
	timeout connect 1s
frontend web
	bind :::10080 accept-proxy v4v6
	bind :::10443 accept-proxy v4v6 ssl crt /etc/postfix/chain.pem
	http-request return status 200 content-type text/plain lf-string "%[req.hdr(host)] is here for %[src]"
`;

/** What of the relay's ports a home has besides the usual ones: by an address of its own, by Host, by SNI. */
export function portsByAddress(scene: () => Scene, ofOther: string): void {
	const lab = () => scene().lab;
	/** msmtp(1) hands a mail in by STARTTLS at the home's own address. */
	const handIn = async (subject: string) => {
		const config = `account default\nhost ${own}\nport 587\ntls on\ntls_starttls on\ntls_certcheck off\nauth plain
user anna\npassword "${password}"\nfrom anna@${domain}\n`;
		const { exec } = lab().internet;
		await exec(["sh", "-c", "umask 077; cat >/tmp/msmtp-own"], { input: config });
		return exec(["msmtp", "-C", "/tmp/msmtp-own", `bert@${domain}`], {
			input: `From: anna@${domain}\nTo: bert@${domain}\nSubject: ${subject}\n\nHello.\n`,
			timeout: 60_000,
		});
	};
	const web = async (url: string, ...more: string[]) =>
		(
			await lab().internet.exec([
				...["curl", "--silent", "--insecure", "--max-time", "10", "--write-out", " %{http_code}", ...more],
				...["--connect-to", `::${addresses.relay.ipv4}:`, url],
			])
		).stdout;

	describe("a home with an address of the relay's own, and a web server", () => {
		let before: { relay: string; home: string };

		beforeAll(async () => {
			const { relay, home } = lab();
			before = { relay: await relay.read(relayFile), home: await home.read(homeFile) };
			await relay.namespace.ip(`address add ${own}/64 dev eth0 nodad`);
			await home.write("/etc/web.cfg", webServer);
			await home.run([
				...["systemd-run", "--collect", "--quiet", "--unit=web", "haproxy", "-db", "-f", "/etc/web.cfg"],
			]);
			await home.write(homeFile, `${before.home}\n[ports]\nserve = [80, 143, 443, 465, 587, 993]\n`);
			await home.run(["heimweg", "dovecot", "--apply"]);
			await home.run(["heimweg", "postfix", "--apply"], { timeout: 120_000 });
			await home.run(["systemctl", "restart", "heimweg"]);
			await relay.write(
				relayFile,
				`${before.relay}ports = [80, 143, 443, 465, 587, 993]\npublic_addresses = ["${own}"]\n`,
			);
			await until(
				"HAProxy listens on it",
				async () => (await relay.run(["ss", "-Hlnt", `src [${own}]:587`])) !== "",
			);
		});

		afterAll(async () => {
			const { relay, home } = lab();
			await home.run(["systemctl", "stop", "web"]);
			await home.write(homeFile, before.home);
			await relay.write(relayFile, before.relay);
			await home.run(["systemctl", "restart", "heimweg"]);
			await relay.namespace.ip(`address del ${own}/64 dev eth0`);
			await until(
				"its ports are closed",
				async () => (await relay.run(["ss", "-Hlnt", "sport = :587"])) === "",
			);
		});

		it("takes what begins in clear, 587 and 143, there and at no other address, from the client's own", async () => {
			const { exitCode, stderr } = await handIn("by 587");
			expect([exitCode, stderr]).toEqual([0, ""]);
			await scene().arrives("by 587", { to: "bert" });
			expect(await lab().home.journal("-u", "postfix*", "-o", "cat")).toContain(
				`[${stranger6}], sasl_method=PLAIN, sasl_username=anna`,
			);
			const read = await lab().internet.exec([
				...["curl", "--silent", "--show-error", "--insecure", "--ssl-reqd", "--max-time", "30"],
				...["--user", `anna:${password}`, "--request", "NOOP", `imap://[${own}]:143/INBOX`],
			]);
			expect([read.exitCode, read.stderr]).toEqual([0, ""]);
			expect(await lab().home.journal("-u", "dovecot", "-o", "cat")).toMatch(
				new RegExp(`Logged in: user=<anna>.* rip=${stranger6},.* TLS`),
			);
			const elsewhere = await lab().internet.exec(["nc", "-z", "-w", "2", addresses.relay.ipv4, "587"]);
			expect(elsewhere.exitCode).not.toBe(0);
			// Who asks there for another home by its name gets that one.
			expect(await greet(lab().internet, ofOther, { address: own })).toMatch(/Dovecot.* ready/);
		});

		it("is asked by Host on port 80 and by SNI on 443; a name that is nobody's is refused", async () => {
			const said = `${mailName} is here for ${stranger} 200`;
			expect(await web(`http://${mailName}/`)).toBe(said);
			expect(await web(`https://${mailName}/`)).toBe(said);
			expect(await web(`http://mta-sts.${domain}/`)).toMatch(/ 421$/);
			expect(await web(`https://mta-sts.${domain}/`)).toBe(" 000");
			// HAProxy's own header of PROXY is no request of HTTP.
			expect(await web(`http://${mailName}/`, "--haproxy-protocol")).toMatch(/ 400$/);
		});
	});

	describe("a home's name", () => {
		const resolved = async (type: "A" | "AAAA") => (await lab().internet.dig(mailName, type)).join();
		const go = async (via: "relay" | "direct") => {
			const text = (await lab().home.read(homeFile)).replace(/^via = .*\n/m, "");
			await lab().home.write(homeFile, text.replace("[dns]\n", `[dns]\nvia = "${via}"\n`));
			await lab().home.run(["systemctl", "restart", "heimweg"]);
		};

		it("goes over to the relay's addresses and back: both ways work meanwhile, and no session is cut", async () => {
			const { internet, router } = lab();
			await router.forwardPort(993);
			await until("the name leads home", async () => (await resolved("A")) === router.address);
			const direct = { name: mailName, user: "anna", address: router.address };
			const first = await keptLogin(internet, direct);
			await go("relay");
			await until(
				"it leads to the relay",
				async () => (await resolved("A")) === addresses.relay.ipv4,
				60_000,
			);
			await until("by IPv6 too", async () => (await resolved("AAAA")) === addresses.relay.ipv6);
			// Who has resolved it before comes directly until the TTL is over, and later.
			expect(await greet(internet, mailName, direct)).toContain("Dovecot ready");
			const second = await keptLogin(internet, { name: mailName, user: "bert" });
			await go("direct");
			await until("it leads home again", async () => (await resolved("A")) === router.address, 60_000);
			expect(await greet(internet, mailName)).toContain("Dovecot ready");
			expect([await first.ask(), await second.ask()].join()).toMatch(/still answers[\s\S]*still answers/);
		}, 240_000);
	});
}
