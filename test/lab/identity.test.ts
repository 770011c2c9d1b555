import { beforeAll, expect, it } from "vitest";
import { deriveBearer } from "../../shared/protocol/bearer.ts";
import { checkinCipher, checkinIdentity, checkinPath } from "../../shared/protocol/checkin.ts";
import { deriveKeys } from "../../shared/protocol/keys.ts";
import { encodePulse } from "../../shared/protocol/pulse.ts";
import { encodeAnswer1, encodePulse1 } from "../../shared/protocol/pulse-v1.ts";
import type { Host } from "./host.ts";
import type { Namespace } from "./namespace.ts";
import { plugIn } from "./network.ts";
import { mailName, tunnel, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { figure, holds, useScene } from "./use-scene.ts";

const [relay4, relay6] = tunnel.relay as [string, string];
const [home4, home6] = tunnel.home as [string, string];

/** A node script that sends datagrams of this content to a port, 20 times, from an address that it has. */
const datagrams = (
	from: { address: string; port?: number },
	to: { address: string; port: number },
	hex: string,
) => `
	const socket = require("node:dgram").createSocket("${to.address.includes(":") ? "udp6" : "udp4"}");
	socket.bind({ address: "${from.address}", port: ${from.port ?? 0} }, async () => {
		for (let i = 0; i < 20; i++) {
			await new Promise((done) => socket.send(Buffer.from("${hex}", "hex"), ${to.port}, "${to.address}", done));
			await new Promise((done) => setTimeout(done, 20));
		}
		process.exit();
	});`;

/** Exits with 0 when a TCP connection to the address comes about within 2 s. */
const connects = (host: string, port: number, from: string) => `
	const socket = require("node:net").connect({ host: "${host}", port: ${port}, localAddress: "${from}" });
	socket.once("connect", () => process.exit(0)).once("error", () => process.exit(1));
	setTimeout(() => process.exit(1), 2000);`;

describeLab("a home is known by its tunnel address, and nobody else can use that", () => {
	const scene = useScene();
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;
	const atRelay = (name: string) => figure(relay(), 8651, `heimweg_relay_${name}`);
	const atHome = (name: string) => figure(home(), 8650, `heimweg_${name}`);
	// Of version 1: they are not believed, but counted when they get that far.
	const pulse = encodePulse1(Buffer.alloc(16, 7), 1_000).toString("hex");
	const answer = encodeAnswer1(Buffer.alloc(16, 7), undefined, 40).toString("hex");
	/** Of an agent that the relay does not know. */
	const genuine = () => {
		const keys = deriveKeys(scene().keys.home.privateKey, scene().keys.relay.publicKey, "home");
		const pulse = { run: 7, counter: 1, interval: 1_000, lookAnew: false, generation: 0 };
		return encodePulse(pulse, keys.pulse).toString("hex");
	};
	const isUp = async () => (await scene().agentStatus()).tunnel.up;

	/** On the network of the relay, with the home's tunnel addresses; and the other way round. */
	let besideRelay: Namespace;
	let besideHome: Namespace;

	beforeAll(async () => {
		const { lab } = scene();
		besideRelay = await plugIn(lab.run, {
			role: "spy1",
			into: { namespace: lab.internet.namespace, bridge: "dc" },
			mac: "02:00:00:00:66:01",
			lines: () => [
				"address add 203.0.113.66/24 dev eth0",
				"address add 2001:db8:1::66/64 dev eth0 nodad",
				`address add ${home4}/32 dev eth0`,
				`address add ${home6}/128 dev eth0 nodad`,
				`route add ${relay4}/32 via 203.0.113.10`,
				`route add ${relay6}/128 via 2001:db8:1::10`,
			],
		});
		besideHome = await plugIn(lab.run, {
			role: "spy2",
			into: lab.router.lan,
			mac: "02:00:00:00:66:02",
			lines: () => [
				"address add 192.168.178.66/24 dev eth0",
				`address add ${lab.router.prefix.replace("/64", "66")}/64 dev eth0 nodad`,
				`address add ${relay4}/32 dev eth0`,
				`address add ${relay6}/128 dev eth0 nodad`,
				`route add ${home4}/32 via 192.168.178.20`,
				`route add ${home6}/128 via ${lab.router.prefix.replace("/64", "20")}`,
			],
		});
	});

	/** As an unprivileged user of the host: IPV6_FREEBIND (78) lets anybody send from an address that is not there. */
	const asLocalUser = async (host: Host, from: string, to: string) => {
		const perl = `use Socket qw(:all); socket(my $s, AF_INET6, SOCK_DGRAM, 0) or die $!; setsockopt($s, 41, 78, pack("i", 1)) or die $!;
			bind($s, pack_sockaddr_in6(0, inet_pton(AF_INET6, "${from}"))) or die "bind: $!";
			for (1..20) { send($s, pack("H*", "${pulse}"), 0, pack_sockaddr_in6(8686, inet_pton(AF_INET6, "${to}"))) or die "send: $!"; }`;
		const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
		await host.run([...nobody, "perl", "-e", perl]);
	};

	/** Takes the guard away; the daemon would set it again at once, so its user may run nft no more. */
	const unguard = (host: Host) => async () => {
		await host.run(["chmod", "0700", "/usr/sbin/nft"]);
		await host.run(["nft", "destroy", "table", "inet", "heimweg"]);
	};
	/** The daemon sets it again, after the rules have shown to be missing. */
	const guard = async (host: Host, unit: string) => {
		await host.run(["chmod", "0755", "/usr/sbin/nft"]);
		await host.run(["systemctl", "restart", unit]);
	};
	const asItIs = async () => {};

	const forgedPulses = async (prepare: () => Promise<void> = asItIs) => {
		await prepare();
		const before = await atRelay("pulses_outdated_total");
		await besideRelay.run([
			"node",
			"-e",
			datagrams({ address: home4 }, { address: relay4, port: 8686 }, pulse),
		]);
		const four = await atRelay("pulses_outdated_total");
		await prepare();
		await besideRelay.run([
			"node",
			"-e",
			datagrams({ address: home6 }, { address: relay6, port: 8686 }, pulse),
		]);
		const six = await atRelay("pulses_outdated_total");
		await prepare();
		await asLocalUser(relay(), home6, relay6);
		const local = await atRelay("pulses_outdated_total");
		return { four: four > before, six: six > four, local: local > six };
	};
	/** The relay's port on the tunnel address, asked from its own network. */
	const reachesCheckin = async () =>
		(await besideRelay.attempt(["node", "-e", connects(relay4, 8687, "203.0.113.66")])).exitCode === 0;
	const reachesMail = async () =>
		(await besideHome.attempt(["node", "-e", connects(home4, 25, "192.168.178.66")])).exitCode === 0;
	const forgedAnswers = async () => {
		const sockets = await home().run(["ss", "-Hunpa", "src", home4]);
		const port = Number(/:(\d+)\s/.exec(sockets)?.[1]);
		expect(port).toBeGreaterThan(0);
		const before = await atHome("pulses_garbage_total");
		const to = { address: home4, port };
		await besideHome.run(["node", "-e", datagrams({ address: relay4, port: 8686 }, to, answer)]);
		return (await atHome("pulses_garbage_total")) > before;
	};

	it("drops forged pulses from the relay's own network and from its local users, in IPv4 and IPv6", async () => {
		// Only forged pulses are left to be counted.
		await home().run(["systemctl", "stop", "heimweg"]);
		await until("the home is away", async () => (await scene().relayStatus()).homes[0]?.here === false);
		expect(await forgedPulses()).toEqual({ four: false, six: false, local: false });
		expect(await reachesCheckin()).toBe(false);
		// Without the guard they get through: so it is the guard that drops them.
		expect(await forgedPulses(unguard(relay()))).toEqual({ four: true, six: true, local: true });
		expect(await reachesCheckin()).toBe(true);
		await guard(relay(), "heimweg-relay");
		await home().run(["systemctl", "start", "heimweg"]);
		await until("the tunnel is up", isUp);
		expect(await reachesCheckin()).toBe(false);
	});

	it("drops forged answers and mail for the tunnel address from the home's own network", async () => {
		expect([await forgedAnswers(), await reachesMail()]).toEqual([false, false]);
		await unguard(home())();
		expect(await forgedAnswers()).toBe(true);
		expect(await reachesMail()).toBe(true);
		await guard(home(), "heimweg");
		await until("the tunnel is up", isUp);
		expect([await forgedAnswers(), await reachesMail()]).toEqual([false, false]);
	});

	it("lets no other user of the home use up the pulses and check-ins that the relay takes of it", async () => {
		const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
		const reaches = async (who: string[]) => {
			const before = await atRelay("pulses_garbage_total");
			const to = { address: relay4, port: 8686 };
			await home().run([...who, "node", "-e", datagrams({ address: home4 }, to, "00")]);
			const connected = await home().exec([...who, "node", "-e", connects(relay4, 8687, home4)]);
			return [(await atRelay("pulses_garbage_total")) > before, connected.exitCode === 0];
		};
		expect(await reaches(nobody)).toEqual([false, false]);
		expect(await reaches(["setpriv", "--reuid=heimweg", "--regid=65534", "--clear-groups"])).toEqual([
			true,
			true,
		]);
		expect(await reaches([])).toEqual([true, true]);
	});

	const checkinKey = () =>
		deriveKeys(scene().keys.home.privateKey, scene().keys.relay.publicKey, "home").checkin.toString("hex");

	/** Asks the check-in API from the home, as a program there that has the key; the status of the answer. */
	const ask = async (body: string, { path = checkinPath, method = "POST", key = checkinKey() } = {}) => {
		const script = `
			const call = require("node:https").request({ host: "${relay4}", port: 8687, path: "${path}", method: "${method}",
				agent: false, minVersion: "TLSv1.3", ciphers: "${checkinCipher}", ca: [],
				pskCallback: () => ({ psk: Buffer.from("${key}", "hex"), identity: "${checkinIdentity}" }) },
				(response) => console.log(response.statusCode) || response.resume());
			call.on("error", (error) => console.log(error.code)).end(${body});`;
		return (await home().run(["node", "-e", script])).split("\n")[0];
	};
	const good = 'JSON.stringify({ version: "9", addresses: {}, conditions: [] })';

	it("takes a check-in only over TLS with the key that follows from the two keys, and no bearer any more", async () => {
		const bearer = deriveBearer(scene().keys.home.privateKey, scene().keys.relay.publicKey);
		const plain = `fetch("http://${relay4}:8687${checkinPath}", { method: "POST", body: ${good},
			headers: { authorization: "Bearer ${bearer}" } }).then((r) => console.log(r.status))`;
		expect(await home().run(["node", "-e", plain])).toBe("401");
		expect(await ask(good, { key: "07".repeat(32) })).toMatch(/^(ERR_SSL|ECONNRESET|EPROTO)/);
		expect(await ask(good)).toBe("200");
	});

	it("answers garbage on the check-in port with an error, counts it, and serves on", async () => {
		const before = await atRelay("checkins_refused_total");
		const lines = await journalLines();
		expect(await ask('"{"')).toBe("400");
		expect(await ask('"[".repeat(200000)')).toBe("400");
		expect(await ask('"x".repeat(2000000)')).toMatch(/^(413|EPIPE|ECONNRESET)$/);
		expect(await ask('"{}"', { method: "PUT" })).toBe("405");
		expect(await ask('""', { path: "/" })).toBe("404");
		// Bytes that are no HTTP, and fifty who begin a request and then send a byte a second.
		const noise = `
			const { connect } = require("node:net");
			const ended = new Promise((done) => connect(8687, "${relay4}").on("error", () => {}).on("close", done).resume().end(Buffer.alloc(5000, 0xff)));
			let open = 50;
			for (let i = 0; i < 50; i++) {
				const socket = connect(8687, "${relay4}").on("error", () => {}).on("close", () => --open).resume();
				socket.write("POST /v1/checkin HTTP/1.1\\r\\nx: ");
				setInterval(() => socket.write("x"), 1000);
			}
			const until = Date.now() + 45000;
			ended.then(() => setInterval(() => (open === 0 || Date.now() > until) && (console.log(open), process.exit()), 100));`;
		const slow = home().run(["node", "-e", noise], { timeout: 60_000 });
		expect(await ask(good)).toBe("200");
		expect(await slow).toBe("0");
		expect(await atRelay("checkins_refused_total")).toBeGreaterThanOrEqual(before + 5 + 51);
		expect(await journalLines()).toBeLessThan(lines + 10);
	});

	const journalLines = async () =>
		(await relay().journal("-u", "heimweg-relay", "-o", "cat")).split("\n").length;

	it("drops and counts a flood of pulses and of garbage, without a line in the journal for each", async () => {
		const pid = await relay().run(["systemctl", "show", "--value", "--property=MainPID", "heimweg-relay"]);
		const [overRate, garbage] = [
			await atRelay("pulses_over_rate_total"),
			await atRelay("pulses_garbage_total"),
		];
		const lines = await journalLines();
		const flood = `
			const socket = require("node:dgram").createSocket("udp4");
			const send = (buffer) => new Promise((done) => socket.send(buffer, 8686, "${relay4}", done));
			socket.bind({ address: "${home4}" }, async () => {
				for (let i = 0; i < 700; i++) {
					await send(Buffer.from("${genuine()}", "hex"));
					await send(require("node:crypto").randomBytes((i % 500) * 2));
					// Slowly enough for every buffer on the way: what is lost there is not counted.
					await new Promise((done) => setTimeout(done, 2));
				}
				process.exit();
			});`;
		await home().run(["node", "-e", flood]);
		expect(await atRelay("pulses_over_rate_total")).toBeGreaterThan(overRate + 300);
		expect(await atRelay("pulses_garbage_total")).toBeGreaterThan(garbage + 300);
		await until("the flood is reported", async () =>
			(await scene().relayStatus()).conditions.some((c) => c.code === "pulse.too_many"),
		);
		expect(await journalLines()).toBeLessThan(lines + 10);
		await until("the tunnel is up", isUp);
		expect(await relay().run(["systemctl", "show", "--value", "--property=MainPID", "heimweg-relay"])).toBe(
			pid,
		);
		await scene().deliver("after a flood", { timeout: 60_000 });
	});

	/** Holds every port of the relay's daemon, answers whatever comes, and keeps what it hears in a file. */
	const impostor = `
		const { appendFileSync } = require("node:fs");
		const hear = (data) => appendFileSync("/tmp/heard", data.toString("hex") + "\\n");
		const udp = require("node:dgram").createSocket("udp4");
		const forge = (pulse, version) => {
			const answer = Buffer.from(pulse);
			answer[3] = 2;
			if (version === 1) Buffer.from("0400ca6c06060606", "hex").copy(answer, 20);
			else Buffer.from("0400ca6c06060606", "hex").copy(answer, 12);
			return answer;
		};
		udp.on("message", (pulse, from) => {
			hear(pulse);
			for (const version of [1, 2]) udp.send(forge(pulse, version), from.port, from.address);
		});
		udp.bind(8686, "${relay4}");
		require("node:net").createServer((socket) => {
			socket.on("error", () => {}).on("data", (data) => {
				hear(data);
				socket.write("HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}");
			});
		}).listen(8687, "${relay4}");
		// And whatever else the daemon might want, which must not keep it from starting.
		require("node:dgram").createSocket({ type: "udp6", ipv6Only: true }).bind(8686, "::");
		require("node:net").createServer().listen({ port: 8687, host: "::", ipv6Only: true });
		require("node:net").createServer().listen(8651, "127.0.0.1");`;

	it("a user of the relay who holds all ports while the daemon is down moves no record and stops nothing", async () => {
		const published = () => scene().lab.internet.dig(mailName, "A");
		await until("the home has spoken the new version", async () =>
			(await relay().read("/var/lib/heimweg-relay/identity.json")).includes(scene().keys.home.publicKey),
		);
		const before = await published();
		await relay().run(["systemctl", "stop", "heimweg-relay"]);
		await relay().write("/tmp/impostor.js", impostor, 0o644);
		const asNobody = ["--uid=nobody", "--collect", "--quiet", "--unit=impostor"];
		await relay().run(["systemd-run", ...asNobody, "node", "/tmp/impostor.js"]);
		const garbage = await atHome("pulses_garbage_total");
		// An agent that was just started, too: it remembers whom it knows.
		await until("forged answers come", async () => (await atHome("pulses_garbage_total")) > garbage + 5);
		await home().run(["systemctl", "restart", "heimweg"]);
		await until("they come again", async () => (await atHome("pulses_garbage_total")) > 10);
		const { tunnel: seen, addresses } = await scene().agentStatus();
		expect([seen.up, JSON.stringify([seen, addresses]).includes("6.6.6.6")]).toEqual([false, false]);
		await relay().run(["systemctl", "start", "heimweg-relay"]);
		await until("the ports are missed", async () => {
			const status = await scene().relayStatus();
			return ["pulse", "checkin", "http"].every((part) => holds(status, `${part}.port_taken`));
		});
		const { conditions } = await scene().relayStatus();
		for (const { code, severity, text } of conditions.filter(({ code }) => code.endsWith("port_taken")))
			expect([code, severity, text]).toEqual([
				code,
				"error",
				expect.stringContaining('of the user "nobody"'),
			]);
		const heard = (await relay().read("/tmp/heard")).split("\n").map((hex) => Buffer.from(hex, "hex"));
		expect(heard.length).toBeGreaterThan(10);
		for (const bytes of heard) {
			const isPulse = bytes.length === 0 || bytes.subarray(0, 3).toString("hex") === "485702";
			// The greeting of TLS is all that it hears beside them.
			expect([isPulse || bytes[0] === 0x16, bytes.toString("latin1")]).toEqual([
				true,
				expect.not.stringMatching(/Bearer|POST/),
			]);
		}
		await relay().run(["systemctl", "stop", "impostor"]);
		await until("the tunnel is up", isUp);
		await until("nothing holds the ports", async () => {
			const status = await scene().relayStatus();
			return !status.conditions.some(({ code }) => code.endsWith("port_taken"));
		});
		expect(await published()).toEqual(before);
		expect(before).toEqual([scene().lab.router.address]);
		await scene().deliver("after an impostor", { timeout: 60_000 });
	});
});
