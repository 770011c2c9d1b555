import { beforeAll, expect, it } from "vitest";
import type { Host } from "./host.ts";
import { certify, greet, imapLogin, keptLogin, serveMailPrograms, submit } from "./mail-programs.ts";
import { addresses, plugIn } from "./network.ts";
import { portsByAddress } from "./ports-addresses.ts";
import { fullHome, troubleStaysAtHome } from "./ports-bad-input.ts";
import { popAndSieve } from "./ports-pop-sieve.ts";
import { domain, homeId, mailName, type Scene, tunnel, until } from "./scene.ts";
import { secondId } from "./second-home.ts";
import { secondMailHome, secondName } from "./second-mail-home.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";

const stranger = "203.0.113.1";
const unknown = "unrecognized name";

/** Whether a TCP connection to each address comes about within 2 s, as a user of the host. */
async function connects(
	host: Host,
	port: number,
	targets: readonly string[],
	user = "nobody",
): Promise<boolean[]> {
	const script = `
		const look = (host) => new Promise((done) => {
			const socket = require("node:net").connect({ host, port: ${port} });
			socket.once("connect", () => done(true)).once("error", () => done(false));
			setTimeout(() => done(false), 2000);
		});
		Promise.all(${JSON.stringify(targets)}.map(look)).then((all) => { console.log(JSON.stringify(all)); process.exit(); });`;
	return JSON.parse(
		await host.run(["setpriv", `--reuid=${user}`, "--clear-groups", "--regid=65534", "node", "-e", script]),
	);
}

/** A greeting of TLS for a server name that no program would send (RFC 8446, section 4.1.2), in hexadecimal. */
function greetingFor(name: string): string {
	const sized = (bytes: number, ...parts: Buffer[]) => {
		const whole = Buffer.concat(parts);
		const size = Buffer.alloc(bytes);
		size.writeUIntBE(whole.length, 0, bytes);
		return Buffer.concat([size, whole]);
	};
	const hex = (text: string) => Buffer.from(text, "hex");
	const serverName = sized(2, sized(2, hex("00"), sized(2, Buffer.from(name))));
	const extensions = sized(2, hex("0000"), serverName);
	const suites = sized(2, hex("1301c02f"));
	const hello = sized(3, hex("0303"), Buffer.alloc(32, 7), hex("00"), suites, hex("0100"), extensions);
	return Buffer.concat([hex("160301"), sized(2, hex("01"), hello)]).toString("hex");
}

describeLab("mail programs reach homes through the relay, by the home's name", () => {
	const scene = useScene();
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;
	const internet = () => scene().lab.internet;
	let second: Scene;

	const haproxyPid = () => relay().run(["systemctl", "show", "-P", "MainPID", "heimweg-relay-haproxy"]);
	const workers = () => relay().run(["pgrep", "-u", "heimweg-haproxy"]);
	const dovecotLog = (host: Host) => host.journal("-u", "dovecot", "-o", "cat");
	const served = async () => {
		const { homes } = await scene().relayStatus();
		return Object.fromEntries(homes.map(({ id, ports }) => [id, ports]));
	};
	const ownersHaproxy = () => relay().run(["systemctl", "show", "-P", "MainPID", "haproxy"]);
	let ownersPid: string;

	beforeAll(async () => {
		await relay().write("/etc/haproxy/haproxy.cfg", "listen own\n\tbind 127.0.0.1:8404\n");
		await relay().run(["systemctl", "start", "haproxy"]);
		ownersPid = await ownersHaproxy();
		await serveMailPrograms(home(), mailName, ["anna", "bert"]);
		await until(
			"the relay serves the home",
			async () => (await served())[homeId]?.names.includes(mailName) ?? false,
		);
		await until("HAProxy runs", async () =>
			(await imapLogin(internet(), { name: mailName, user: "anna" })).includes("a OK"),
		);
	});

	it("a login through the relay has the client's own address in the home's log, over IPv4 and IPv6", async () => {
		expect(await imapLogin(internet(), { name: mailName, user: "anna" })).toContain("Logged in");
		const six = await imapLogin(internet(), { name: mailName, user: "bert", address: addresses.relay.ipv6 });
		expect(six).toContain("Logged in");
		const log = await dovecotLog(home());
		expect(log).toMatch(new RegExp(`Logged in: user=<anna>.* rip=${stranger},.* TLS`));
		expect(log).toMatch(/Logged in: user=<bert>.* rip=2001:db8:1::1,/);
	});

	it("a wrong password is logged with the client's own address, too", async () => {
		await imapLogin(internet(), { name: mailName, user: "anna", password: "wrong" });
		await until("it is logged", async () =>
			/auth_failed.* rip=203\.0\.113\.1,|auth failed.* rip=203\.0\.113\.1,/.test(await dovecotLog(home())),
		);
	});

	it("mail is handed in on port 465 with a password from the client's own address, and never without", async () => {
		const to = `bert@${domain}`;
		const sent = await submit(internet(), { user: "anna", domain, to, subject: "through 465" });
		expect(sent.accepted, sent.transcript).toBe(true);
		await scene().arrives("through 465", { to: "bert" });
		const log = await home().journal("-u", "postfix*", "-o", "cat", "-t", "postfix/submissions/smtpd");
		expect(log).toMatch(/client=\S*\[203\.0\.113\.1\], sasl_method=PLAIN, sasl_username=anna/);
		const open = await submit(internet(), { user: "anna", domain, to, subject: "x", authenticated: false });
		expect([open.accepted, open.transcript]).toEqual([
			false,
			expect.stringMatching(/554 5\.7\.1|Access denied/),
		]);
	});

	it("who says no name is served while the relay has one home; an unknown name ends in an alert of TLS", async () => {
		expect(await greet(internet(), "")).toContain("Dovecot ready");
		for (const name of ["other.example.org", "*.example.org", addresses.relay.ipv4, `mta-sts.${domain}`])
			expect(await greet(internet(), name)).toContain(unknown);
	});

	it("a second home, on Debian 12, is served by its own name, and HAProxy is neither restarted nor reloaded for it", async () => {
		const before = await workers();
		second = await secondMailHome(scene(), [mailName]);
		expect(await imapLogin(internet(), { name: secondName, user: "anna" })).toContain("Logged in");
		expect(await dovecotLog(second.lab.home)).toContain(`rip=${stranger}`);
		expect(await workers()).toBe(before);
		const heard = async () => (await second.agentStatus()).ports?.served?.names.join();
		await until("the home has heard of it", async () => (await heard()) === secondName);
		// The name of the first home is not for the asking.
		expect((await served())[secondId]?.names).toEqual([secondName]);
		expect(await greet(internet(), "")).toContain(unknown);
	});

	it("nobody but HAProxy speaks to a PROXY port: no user of the relay, no neighbour, no process at home, no home", async () => {
		const inside = [tunnel.home[0]!, tunnel.home[1]!];
		const lan = addresses.home.ipv4;
		const neighbour = await plugIn(scene().lab.run, {
			role: "spy",
			into: scene().lab.router.lan,
			mac: "02:00:00:00:66:03",
			lines: () => ["address add 192.168.178.66/24 dev eth0"],
		});
		for (const port of [10_993, 10_465]) {
			expect(await connects(relay(), port, inside)).toEqual([false, false]);
			expect(await connects(relay(), port, inside, "heimweg")).toEqual([false, false]);
			expect(await connects(relay(), port, inside, "heimweg-haproxy")).toEqual([true, true]);
			expect(await connects(home(), port, ["127.0.0.1", "::1", lan, ...inside])).toEqual(
				Array(5).fill(false),
			);
			expect(await connects(second.lab.home, port, [lan, ...inside])).toEqual([false, false, false]);
			const look = `require("node:net").connect(${port}, "${lan}").once("connect", () => process.exit(0)); setTimeout(() => process.exit(1), 2000)`;
			expect((await neighbour.attempt(["node", "-e", look])).exitCode).toBe(1);
		}
	});

	it("what is no greeting of TLS, or half of one, is refused and not held for ever, a PROXY header of a client's too", async () => {
		const script = `
			const send = (bytes) => new Promise((done) => {
				let heard = 0;
				const socket = require("node:net").connect(993, "${addresses.relay.ipv4}", () => socket.write(bytes));
				socket.on("error", () => {}).on("data", (data) => { heard += data.length; }).on("close", () => done(heard));
			});
			const half = Buffer.from("1603010200010001fc0303", "hex");
			const greeting = Buffer.from("${greetingFor("a".repeat(300))}", "hex");
			Promise.all(["PROXY TCP4 192.0.2.1 192.0.2.2 1 2\\r\\n", half, "", "a login anna x\\r\\n", greeting].map(send)).then((heard) =>
				console.log(JSON.stringify(heard)));`;
		const { stdout } = await internet().exec(["node", "-e", script]);
		// The last one is a whole greeting for a name of 300 letters: its answer is the alert.
		expect(JSON.parse(stdout)).toEqual([0, 0, 0, 0, 7]);
		expect(await dovecotLog(home())).not.toContain("rip=192.0.2.1");
	});

	it("5,000 connections from one address take nothing from another client of the same home", async () => {
		const flood = `
			let open = 0, closed = 0;
			for (let at = 0; at < 5000; at++) {
				const socket = require("node:net").connect({ host: "${addresses.relay.ipv4}", port: 993, localAddress: "192.0.2.53" });
				socket.on("connect", () => open++).on("error", () => {}).on("close", () => closed++).resume();
			}
			setTimeout(() => { console.log(JSON.stringify({ open, left: open - closed })); process.exit(); }, 8000);`;
		const flooding = internet().exec(["node", "-e", flood], { timeout: 60_000 });
		expect(await imapLogin(internet(), { name: mailName, user: "anna" })).toContain("Logged in");
		const { left } = JSON.parse((await flooding).stdout) as { left: number };
		expect(left).toBeLessThanOrEqual(250);
		expect(await imapLogin(internet(), { name: secondName, user: "anna" })).toContain("Logged in");
	});

	it("a name that the relay's owner writes into the home's file is served, and no open connection is cut for it", async () => {
		const kept = await keptLogin(internet(), { name: mailName, user: "anna" });
		const file = "/etc/heimweg-relay/homes.d/anna.toml";
		await relay().write(
			file,
			`${await relay().read(file)}client_names = ["${mailName}", "imap.${domain}"]\n`,
		);
		await until("the new name is served", async () =>
			(await greet(internet(), `imap.${domain}`)).includes("Dovecot ready"),
		);
		expect(await kept.ask()).toContain("still answers");
	});

	troubleStaysAtHome(scene, () => second, secondName);
	portsByAddress(scene, secondName);
	popAndSieve(scene, () => second, secondName);

	it("HAProxy that does not run is told on both sides, and what it serves is whole when it runs again", async () => {
		const before = await haproxyPid();
		await relay().run(["systemctl", "stop", "heimweg-relay-haproxy.path", "heimweg-relay-haproxy"]);
		await until(
			"it is told",
			async () => holds(await scene().relayStatus(), "ports.haproxy_not_running"),
			30_000,
		);
		await relay().run(["systemctl", "start", "heimweg-relay-haproxy.path", "heimweg-relay-haproxy"]);
		expect(await haproxyPid()).not.toBe(before);
		await until(
			"it is over",
			async () => !holds(await scene().relayStatus(), "ports.haproxy_not_running"),
			90_000,
		);
		expect(await imapLogin(internet(), { name: mailName, user: "anna" })).toContain("Logged in");
	});

	fullHome(scene, secondName);

	it("an HAProxy that the relay's owner runs is the same as before all this", async () => {
		expect([Number(ownersPid) > 0, await ownersHaproxy()]).toEqual([true, ownersPid]);
	});

	it("a program of the relay's own at a client port is told by name, and the other ports are served", async () => {
		const file = `/etc/heimweg-relay/homes.d/${secondId}.toml`;
		const before = await relay().read(file);
		await relay().run([
			"systemd-run",
			"--collect",
			"--quiet",
			"--unit=holder",
			"node",
			"-e",
			'require("node:net").createServer().listen(995)',
		]);
		const listens = async () => (await relay().run(["ss", "-Hlnt", "sport = :995"])) !== "";
		await until("the other program listens", listens);
		await relay().write(file, `${before}ports = [465, 993, 995]\n`);
		await until("it is told", async () => holds(await scene().relayStatus(), "ports.port_held"), 30_000);
		expect(await imapLogin(internet(), { name: secondName, user: "anna" })).toContain("Logged in");
		await relay().run(["systemctl", "stop", "holder"]);
		await relay().write(file, before);
		await until("it is over", async () => !holds(await scene().relayStatus(), "ports.port_held"), 90_000);
	});

	it("a certificate that has expired, or is for another name, is told at home", async () => {
		await certify(home(), mailName, 0);
		await home().run(["systemctl", "restart", "dovecot"]);
		await home().run(["systemctl", "restart", "heimweg"]);
		await until(
			"it is told",
			async () => holds(await scene().agentStatus(), "ports.certificate_expired"),
			30_000,
		);
		await certify(home(), "router.local");
		await home().run(["systemctl", "restart", "dovecot"]);
		await home().run(["systemctl", "restart", "heimweg"]);
		await until(
			"it is told",
			async () => holds(await scene().agentStatus(), "ports.certificate_of_other"),
			30_000,
		);
	});

	it("what was set up for the relay in Dovecot 2.3 is taken away again, and nothing else", async () => {
		const { home: host } = second.lab;
		await host.run(["heimweg", "dovecot", "--undo"]);
		const listening = await host.run(["ss", "-Hlnt"]);
		expect([listening.includes(":10993 "), listening.includes(":993 ")]).toEqual([false, true]);
		await host.run(["heimweg", "dovecot", "--apply"]);
		await until("it is there anew", async () => (await host.run(["ss", "-Hlnt"])).includes(":10993 "));
	});

	it("clients of a home that is away are sent away, and those of another home are served", async () => {
		await second.lab.home.powerCut();
		expect(await greet(internet(), secondName)).not.toContain("Dovecot ready");
		expect(await greet(internet(), mailName)).toContain("Dovecot ready");
	});

	it("clients of a home that does not listen are sent away, and that is told at home", async () => {
		await home().run(["systemctl", "stop", "dovecot"]);
		expect(await greet(internet(), mailName)).not.toContain("Dovecot ready");
		await until("it is told", async () => holds(await scene().agentStatus(), "ports.not_listening"), 90_000);
	});
});
